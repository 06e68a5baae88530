/**
 * Files written while the process is killed, and where a file cannot be replaced, compared with the old bytes
 * and the new ones. No tolerance: it is one of the two, to the byte.
 */
import { spawn } from 'node:child_process'
import {
  chmodSync, closeSync, existsSync, fsyncSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync,
  readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync, writeSync,
} from 'node:fs'
import { runInNewContext } from 'node:vm'
import { MessageChannel } from 'node:worker_threads'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../src/node/cli/failure.ts'
import { type Disk, realDisk } from '../../src/node/disk/disk.ts'
import { expectWritable, readWhole, writeWhole } from '../../src/node/files.ts'

const OLD = Uint8Array.from({ length: 50 }, (_, i) => i)
const NEW = Uint8Array.from({ length: 70 }, (_, i) => 255 - i)
let folder = ''
test.before.each(() => { folder = mkdtempSync('.build/files-') })
test.after.each(() => rmSync(folder, { recursive: true }))

/**
 * The real disk, with a record of its calls; call `failing` throws, and every rename if it is to be refused
 * with an error; a write takes at most seven bytes.
 */
function disk(calls: string[], failing = Infinity, refusal = ''): Disk {
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
    ...realDisk,
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
    renameSync: (from, to) => step(`rename ${what(from)} ${what(to)}`, () => {
      if (refusal === '') return renameSync(from, to)
      throw Object.assign(new Error(`${refusal}: refused, rename`), { code: refusal })
    }),
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

for (const code of ['EBUSY', 'EPERM', 'EACCES', 'EXDEV']) {
  test(`a file that cannot be replaced (${code}) is overwritten; a call that fails loses no bytes`, () => {
    writeFileSync(`${folder}/x`, new Uint8Array(100))
    const { ino } = statSync(`${folder}/x`)
    const calls: string[] = []
    assert.is(writeWhole(`${folder}/x`, NEW, disk(calls, Infinity, code)), 'overwritten')
    assert.equal(Uint8Array.from(readWhole(`${folder}/x`)), NEW, 'and not longer than the new bytes')
    assert.is(statSync(`${folder}/x`).ino, ino)
    assert.equal(readdirSync(folder), ['x'])
    const first = calls.indexOf('rename beside place') + 1
    assert.equal(calls.slice(first, first + 4), [
      'open directory r', 'sync directory', 'close directory', 'open place r+',
    ])
    for (let n = first; n < calls.length - 1; n++) {
      writeFileSync(`${folder}/x`, OLD)
      const attempt = (): unknown => writeWhole(`${folder}/x`, NEW, disk([], n, code))
      assert.throws(attempt, /; the new contents are in .*\.tmp$/)
      const [copy] = readdirSync(folder).filter((name) => name !== 'x')
      assert.equal(Uint8Array.from(readFileSync(`${folder}/${copy}`)), NEW, calls[n])
      unlinkSync(`${folder}/${copy}`)
    }
  })
}

test('what is no Uint8Array is refused before anything is touched', () => {
  writeFileSync(`${folder}/x`, OLD)
  const transferred = new Uint8Array(8)
  const { port1 } = new MessageChannel()
  port1.postMessage(transferred, [transferred.buffer])
  port1.close()
  const wrong: readonly unknown[] = [
    5, '5', null, undefined, {}, [1, 2], new ArrayBuffer(4), Promise.resolve(NEW), new Float64Array(2),
    new DataView(new ArrayBuffer(4)), { length: 3, subarray: () => NEW }, transferred,
  ]
  for (const bytes of wrong) {
    const refused = (error: Error): boolean =>
      error instanceof TypeError && error.message.startsWith('bytes: expected a Uint8Array, got ')
    assert.throws(() => writeWhole(`${folder}/x`, bytes as Uint8Array), refused)
  }
  for (const other of [null, 'r', {}, 5]) {
    const attempt = (): unknown => writeWhole(`${folder}/x`, NEW, other as Disk)
    assert.throws(attempt, /^disk: expected the calls of a disk, with openSync, got /)
  }
  for (const path of [5, null, undefined, {}]) {
    for (const work of [() => writeWhole(path as string, NEW), () => readWhole(path as string)]) {
      assert.throws(work, (error: Error) => error instanceof TypeError && /^path: expected a string, got /
        .test(error.message))
    }
  }
  assert.equal(Uint8Array.from(readFileSync(`${folder}/x`)), OLD)
  assert.equal(readdirSync(folder), ['x'])
  const realm: unknown = runInNewContext('Uint8Array.of(1, 2, 3)')
  assert.is(writeWhole(`${folder}/x`, realm as Uint8Array), 'replaced')
  assert.equal([...readFileSync(`${folder}/x`)], [1, 2, 3])
})

test('names of any length that the system takes can be written, in bytes', () => {
  const names = [98, 100, 101, 200, 242, 243, 250, 255].map((length) => 'n'.repeat(length))
  for (const name of [...names, 'ü'.repeat(127), '€'.repeat(85), '🙂'.repeat(63), `${'🙂'.repeat(60)}abc`]) {
    expectWritable(`${folder}/${name}`)
    assert.is(writeWhole(`${folder}/${name}`, NEW), 'replaced')
    assert.equal(readdirSync(folder), [name])
    unlinkSync(`${folder}/${name}`)
  }
  for (const name of ['n'.repeat(256), 'ü'.repeat(128)]) {
    assert.throws(() => expectWritable(`${folder}/${name}`), /ENAMETOOLONG/)
  }
})

test('the target of a link is made if it does not exist, where the system would make it', () => {
  mkdirSync(`${folder}/a/b`, { recursive: true })
  symlinkSync('a/b', `${folder}/door`)
  const links = [
    ['plain', 'new1', 'new1'], ['below', 'a/new2', 'a/new2'], ['through', 'door/../new3', 'a/new3'],
    ['chain', 'plain2', 'a/b/new4'],
  ] as const
  symlinkSync('door/new4', `${folder}/plain2`)
  for (const [name, text, made] of links) {
    symlinkSync(text, `${folder}/${name}`)
    expectWritable(`${folder}/${name}`)
    assert.not.ok(existsSync(`${folder}/${made}`), 'the check makes nothing')
    writeWhole(`${folder}/${name}`, NEW)
    assert.equal(Uint8Array.from(readFileSync(`${folder}/${made}`)), NEW)
    assert.ok(lstatSync(`${folder}/${name}`).isSymbolicLink())
  }
  writeWhole(`${folder}/door/../new5`, NEW)
  assert.ok(existsSync(`${folder}/a/new5`), 'as the system reads a path, too')
  symlinkSync('none/x', `${folder}/nowhere`)
  symlinkSync('loop', `${folder}/loop`)
  for (const name of ['nowhere', 'loop', 'new6/']) {
    assert.throws(() => expectWritable(`${folder}/${name}`), /expected a file that can be written, got E/)
    assert.throws(() => writeWhole(`${folder}/${name}`, NEW), /expected a file that can be written, got E/)
  }
})

test('the check at the start changes nothing, and a file keeps permissions that the umask would take', () => {
  writeFileSync(`${folder}/x`, OLD)
  chmodSync(`${folder}/x`, 0o666)
  linkSync(`${folder}/x`, `${folder}/y`)
  const before = statSync(`${folder}/x`)
  expectWritable(`${folder}/x`)
  const after = statSync(`${folder}/x`)
  for (const name of ['ino', 'nlink', 'mode', 'mtimeMs', 'ctimeMs', 'size'] as const) {
    assert.is(after[name], before[name], name)
  }
  writeWhole(`${folder}/x`, NEW)
  assert.is(statSync(`${folder}/x`).mode & 0o777, 0o666)
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
