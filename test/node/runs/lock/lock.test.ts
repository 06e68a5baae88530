/**
 * Locks of run folders, between real processes: held, released, killed, numbered again, raced for; compared
 * with who should have them. No tolerance.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { takeLock } from '../../../../src/node/runs/lock/lock.ts'
import { isGone, type Owner, ownerIn, thisProcess } from '../../../../src/node/runs/lock/owner.ts'
import { env, script } from '../../../support/commandLine.ts'

const holder = script('holder', `
  import process from 'node:process'
  import { takeLock } from './src/node/runs/lock/lock.ts'
  const [folder, how] = process.argv.slice(2)
  try {
    const lock = takeLock(folder, folder + '/lock')
    process.stdout.write('held')
    if (how === 'release') lock.release()
    else if (how === 'stay') setInterval(() => {}, 1000)
    // 'leave': ends like a crash, the lock left behind.
  } catch (error) {
    process.stdout.write(error.message)
  }`)

const folder = mkdtempSync('.build/lock-')
const lock = `${folder}/lock`
test.before.each(() => rmSync(lock, { recursive: true, force: true } as { recursive: boolean }))
test.after(() => rmSync(folder, { recursive: true }))

interface Held { readonly said: Promise<string>; readonly closed: Promise<void>; kill(): Promise<void> }

function hold(how: 'release' | 'stay' | 'leave'): Held {
  const child = spawn('node', [holder, folder, how], { env, timeout: 20_000 })
  const closed = new Promise<void>((resolve) => { child.on('close', () => resolve()) })
  const said = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', resolve)
  })
  return { said, closed, kill: async () => { child.kill('SIGKILL'); await closed } }
}

test('a process that runs keeps others out, and its release lets the next one in', async () => {
  const first = hold('stay')
  assert.is(await first.said, 'held')
  const { pid, host } = ownerIn(readFileSync(lock, 'utf8'))!
  const refused =
    `${folder}: expected a folder that no other process uses, got one of process ${pid} on ${host}`
  assert.is(await hold('release').said, refused)
  assert.throws(() => takeLock(folder, lock), refused)
  await first.kill()
  const second = hold('release')
  assert.is(await second.said, 'held', 'a killed process leaves a lock, which is taken over')
  await second.closed
  assert.is(existsSync(lock), false)
  const own = takeLock(folder, lock)
  assert.match(await hold('release').said, `process ${process.pid} `)
  own.expectOurs()
  own.refresh()
  own.release()
  assert.is(existsSync(lock), false)
})

test('of many processes that find the lock of a dead one, exactly one takes it over', async () => {
  for (let round = 0; round < 3; round++) {
    const dead = hold('stay')
    assert.is(await dead.said, 'held')
    await dead.kill()
    const rivals = Array.from({ length: 8 }, () => hold('stay'))
    const answers = await Promise.all(rivals.map(({ said }) => said))
    assert.is(answers.filter((answer) => answer === 'held').length, 1, answers.join('\n'))
    await Promise.all(rivals.map(({ kill }) => kill()))
    rmSync(lock, { recursive: true })
    assert.is(existsSync(`${lock}.takeover`), false)
  }
})

/** A lock as another owner would have written it. */
const written = (owner: Partial<Owner>): void =>
  writeFileSync(lock, JSON.stringify({ ...thisProcess('another'), ...owner }))
const age = (seconds: number): void => {
  const then = Date.now() / 1000 - seconds
  utimesSync(lock, then, then)
}

test('a number that belongs to another process by now is no owner; the same process is', () => {
  written({})
  assert.throws(() => takeLock(folder, lock), `process ${process.pid} on`)
  if (thisProcess('').started === '') return
  written({ started: '1' })
  takeLock(folder, lock).release()
  written({ boot: 'an earlier one' })
  takeLock(folder, lock).release()
  written({ date: new Date(0).toISOString() })
  takeLock(folder, lock).release()
})

test('the owner on another host or in another container is given up after an hour of silence', () => {
  for (const elsewhere of [{ host: 'elsewhere' }, { namespace: 'pid:[1]' }]) {
    written({ ...elsewhere, pid: 999_999_999 })
    age(3000)
    assert.throws(() => takeLock(folder, lock), /; remove .*lock if that runs no more$/)
    age(3700)
    takeLock(folder, lock).release()
  }
})

test('what is no lock, as after a power failure, is believed for an hour', () => {
  for (const text of ['', '{}', 'null', '{"pid":-1}']) {
    writeFileSync(lock, text)
    assert.throws(() => takeLock(folder, lock), 'an unknown process')
    age(3700)
    takeLock(folder, lock).release()
  }
})

test('who has lost the lock finds out, and does not remove that of the other', () => {
  const own = takeLock(folder, lock)
  written({ pid: 1 })
  assert.throws(own.expectOurs, /lock: expected the lock of this process, got that of process 1 on /)
  own.release()
  assert.ok(existsSync(lock))
})

test('a process is gone if its number is free', async () => {
  const child = hold('stay')
  await child.said
  const owner = ownerIn(readFileSync(lock, 'utf8'))!
  assert.is(isGone(owner), false)
  await child.kill()
  assert.is(isGone(owner), true)
  assert.is(isGone({ ...owner, host: 'elsewhere' }), null)
})

test.run()
