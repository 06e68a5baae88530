/**
 * Files written while any call of the disk fails or the process is killed, compared with the old bytes and
 * the new ones. No tolerance: the file is one of the two, to the byte.
 */
import { spawn } from 'node:child_process'
import {
  chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync,
  renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync, writeSync,
} from 'node:fs'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../src/node/cli/failure.ts'
import { type Disk, expectWritable, readWhole, writeWhole } from '../../src/node/files.ts'

const OLD = Uint8Array.from({ length: 50 }, (_, i) => i)
const NEW = Uint8Array.from({ length: 70 }, (_, i) => 255 - i)
let folder = ''
test.before.each(() => { folder = mkdtempSync('.build/files-') })
test.after.each(() => rmSync(folder, { recursive: true }))

/**
 * The real disk, with a record of its calls; call `failing` throws, and a write takes at most seven bytes.
 */
function disk(calls: string[], failing = Infinity): Disk {
  const open = new Map<number, string>()
  const step = <T>(call: string, work: () => T): T => {
    calls.push(call)
    if (calls.length - 1 === failing) {
      throw Object.assign(new Error(`EIO: i/o error, ${call.split(' ')[0]}`), { code: 'EIO' })
    }
    return work()
  }
  const what = (path: string): string =>
    path.endsWith('.tmp') ? 'beside' : path.endsWith('x') ? 'place' : 'directory'
  return {
    openSync: (path, flags, mode) => step(`open ${what(path)} ${flags}`, () => {
      const file = openSync(path, flags, mode)
      open.set(file, what(path))
      return file
    }),
    writeSync: (file, bytes) => step(`write ${open.get(file)}`, () => writeSync(file, bytes.subarray(0, 7))),
    fsyncSync: (file) => step(`sync ${open.get(file)}`, () => fsyncSync(file)),
    closeSync: (file) => {
      // A close that fails has closed the file nevertheless.
      closeSync(file)
      step(`close ${open.get(file)}`, () => {})
    },
    renameSync: (from, to) => step(`rename ${what(from)} ${what(to)}`, () => renameSync(from, to)),
    unlinkSync: (path) => step(`unlink ${what(path)}`, () => unlinkSync(path)),
  }
}

test('a file is written beside its place, synced, closed, renamed, and then its directory is synced', () => {
  const calls: string[] = []
  writeWhole(`${folder}/x`, NEW, disk(calls))
  assert.equal(calls.filter((call, i) => call !== calls[i - 1]), [
    'open beside wx', 'write beside', 'sync beside', 'close beside', 'rename beside place',
    'open directory r', 'sync directory', 'close directory',
  ])
  assert.equal(Uint8Array.from(readWhole(`${folder}/x`)), NEW)
  assert.equal(readdirSync(folder), ['x'])
})

test('whichever call fails, the old file or the new one is there, whole, and nothing else', () => {
  const count = ((calls: string[]) => {
    writeWhole(`${folder}/x`, NEW, disk(calls))
    return calls.length
  })([])
  assert.is(count, 10 + 7)
  for (const before of [null, OLD]) {
    for (let n = 0; n < count; n++) {
      rmSync(`${folder}/x`, { recursive: true })
      if (before !== null) writeFileSync(`${folder}/x`, before)
      const calls: string[] = []
      let message = ''
      try {
        writeWhole(`${folder}/x`, NEW, disk(calls, n))
      } catch (error) {
        assert.instance(error, UsageError)
        message = (error as Error).message
      }
      // Once it is renamed, the file is there: a directory that cannot be synced is no failure.
      const renamed = n > calls.indexOf('rename beside place') && calls.includes('rename beside place')
      const refusal = `${folder}/x: expected a file that can be written, got EIO: i/o error`
      assert.is(message, renamed ? '' : refusal, calls.join())
      const now = existsSync(`${folder}/x`) ? Uint8Array.from(readWhole(`${folder}/x`)) : null
      assert.equal(now, renamed ? NEW : before, calls.join())
      assert.equal(readdirSync(folder), now === null ? [] : ['x'])
      if (now === null) writeFileSync(`${folder}/x`, OLD)
    }
  }
})

test('a process killed at any moment leaves the old file or the new one', async () => {
  const writer = `${folder}/writer.js`
  buildSync({
    stdin: {
      contents: `
        import process from 'node:process'
        import { writeWhole } from './src/node/files.ts'
        for (let k = 0; ; k++) {
          writeWhole(process.argv[2], new Uint8Array(100_000).fill(k))
          if (k === 2) process.stderr.write('ready')
        }`,
      resolveDir: '.', loader: 'ts',
    },
    outfile: writer, bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error',
  })
  for (let k = 0; k < 8; k++) {
    const child = spawn('node', [writer, `${folder}/x`], { env: {}, timeout: 20_000 })
    const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
    await new Promise<void>((resolve) => child.stderr.on('data', () => resolve()))
    // Not immediately after a write, but each time a little later.
    const until = Date.now() + 4 * k
    while (Date.now() < until);
    child.kill('SIGKILL')
    await closed
    const bytes = readWhole(`${folder}/x`)
    assert.is(bytes.length, 100_000)
    assert.ok(bytes.every((byte) => byte === bytes[0]))
  }
})

test('a link stays a link, and permissions stay as they are', () => {
  mkdirSync(`${folder}/deep`)
  writeFileSync(`${folder}/deep/x`, OLD)
  chmodSync(`${folder}/deep/x`, 0o600)
  symlinkSync('deep/x', `${folder}/link`)
  expectWritable(`${folder}/link`)
  writeWhole(`${folder}/link`, NEW)
  assert.equal(Uint8Array.from(readFileSync(`${folder}/link`)), NEW)
  assert.is(statSync(`${folder}/deep/x`).mode & 0o777, 0o600)
  assert.equal(readdirSync(folder).sort(), ['deep', 'link'])
  assert.equal(readdirSync(`${folder}/deep`), ['x'])
})

test('directories, devices and missing folders are refused by name, and a device is never replaced', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    [folder, /: expected a file, got a directory or device$/],
    ['/dev/null', /^\/dev\/null: expected a file, got a directory or device$/],
    [`${folder}/none/x`,
      /\/none\/x: expected a file that can be written, got ENOENT: no such file or directory$/],
    [`${folder}/x/y`, /\/x\/y: expected a file that can be written, got ENOTDIR: not a directory$/],
    [`${folder}/${'x'.repeat(300)}`,
      /: expected a file that can be written, got ENAMETOOLONG: name too long$/],
  ]
  writeFileSync(`${folder}/x`, OLD)
  for (const [path, message] of wrong) {
    for (const attempt of [() => expectWritable(path), () => writeWhole(path, NEW)]) {
      const refused = (error: Error): boolean => error instanceof UsageError && message.test(error.message)
      assert.throws(attempt, refused, path)
    }
  }
  assert.not.ok(statSync('/dev/null').isFile())
  assert.throws(() => readWhole('/dev/zero'), /^\/dev\/zero: expected a file, got a directory or device$/)
  assert.throws(() => readWhole(`${folder}/none`),
    /none: expected a file that can be read, got ENOENT: no such file or directory$/)
  expectWritable(`${folder}/new`)
  assert.equal(readdirSync(folder), ['x'], 'the check leaves nothing behind')
})

test.run()
