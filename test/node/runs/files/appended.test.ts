/**
 * Files that grow record by record, on a disk that the test fills, compared with what a disk without faults
 * would hold. No tolerance.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ascii } from '../../../support/tensorBoard.ts'
import { type AppendDisk, createAppended } from '../../../../src/node/runs/files/appended.ts'

interface SmallDisk {
  readonly disk: AppendDisk
  readonly contents: () => string
  readonly calls: string[]
  room: number
}

/** A disk in memory that has room for `room` bytes; a write that does not fit writes what does. */
function smallDisk(room: number): SmallDisk {
  let held: number[] = []
  const full = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 })
  }
  const state = {
    room, calls: [] as string[], contents: () => held.map((byte) => String.fromCharCode(byte)).join(''),
    disk: {
      openSync: () => 3,
      fstatSync: () => ({ size: held.length }),
      writeSync(_: number, part: Uint8Array) {
        const fits = Math.min(part.length, state.room - held.length)
        if (fits <= 0) full()
        held = held.concat(Array.from(part.subarray(0, fits)))
        return fits
      },
      ftruncateSync(_: number, length: number) { held = held.slice(0, length) },
      fsyncSync() { state.calls.push('sync') },
      closeSync() { state.calls.push('close') },
    },
  }
  return state
}

test('on a full disk the file ends with a whole record, one problem is reported, and nothing is lost', () => {
  const problems: string[] = []
  const small = smallDisk(10)
  const file = createAppended('a/b', (problem) => { problems.push(problem) }, small.disk)
  file.append(ascii('first\n'))
  assert.is(small.contents(), 'first\n')
  for (const line of ['second\n', 'third\n']) {
    file.append(ascii(line))
    assert.is(small.contents(), 'first\n')
    assert.is(file.waits, true)
  }
  assert.equal(problems, ['a/b: expected a file to append to, got ENOSPC: no space left on device'])
  small.room = 1000
  file.append(ascii('fourth\n'))
  assert.is(small.contents(), 'first\nsecond\nthird\nfourth\n')
  assert.is(file.waits, false)
  file.sync()
  file.close()
  assert.equal(small.calls, ['sync', 'close'])
  assert.is(problems.length, 1)
})

test('a file that cannot be opened costs nothing but its records, and is tried again', () => {
  const problems: string[] = []
  const small = smallDisk(1000)
  let refuse = true
  const openSync = (): number => {
    const denied = new Error('EACCES: permission denied, open')
    if (refuse) throw Object.assign(denied, { code: 'EACCES', errno: -13 })
    return 3
  }
  const file = createAppended('x', (problem) => { problems.push(problem) }, { ...small.disk, openSync })
  file.append(ascii('a\n'))
  file.sync()
  assert.equal(problems, ['x: expected a file to append to, got EACCES: permission denied'])
  refuse = false
  file.append(ascii('b\n'))
  assert.is(small.contents(), 'a\nb\n')
})

test('records that wait are bounded, and an error of the program is thrown', () => {
  const small = smallDisk(0)
  const file = createAppended('x', () => {}, small.disk)
  for (let i = 0; i < 40; i++) file.append(new Uint8Array(100_000).fill(65))
  small.room = 1e9
  file.append(ascii('last\n'))
  const { length } = small.contents()
  assert.ok(length > 1_000_000 && length < 1_300_000, `${length}`)
  const broken = { ...small.disk, writeSync: (): number => { throw new TypeError('a mistake') } }
  assert.throws(() => createAppended('x', () => {}, broken).append(ascii('a')), 'a mistake')
})

test('on the real disk it appends to what is there', () => {
  const folder = mkdtempSync('.build/appended-')
  try {
    writeFileSync(`${folder}/x`, 'before\n')
    const file = createAppended(`${folder}/x`, assert.unreachable)
    file.append(ascii('after\n'))
    file.sync()
    file.close()
    assert.is(readFileSync(`${folder}/x`, 'utf8'), 'before\nafter\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
