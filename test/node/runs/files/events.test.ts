/**
 * TensorBoard event files against a reader of our own that shares nothing with the writer, published vectors
 * of CRC-32C, and TensorBoard itself where Python has it. Tolerance: float32, which the format prescribes.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32, remainders } from '../../../../src/io/checksum.ts'
import { eventHeader, scalarEvent } from '../../../../src/node/runs/files/events.ts'
import { skipped } from '../../../support/programs.ts'
import { ascii, castagnoli, readEvents } from '../../../support/tensorBoard.ts'

test('CRC-32C has the values of RFC 3720, section B.4, by table and bit by bit', () => {
  const table = remainders(0x82f63b78)
  const vectors: readonly (readonly [Uint8Array, number])[] = [
    [new Uint8Array(32), 0x8a9136aa], [new Uint8Array(32).fill(255), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [ascii('123456789'), 0xe3069283],
  ]
  for (const [bytes, expected] of vectors) {
    assert.is(crc32(bytes, table), expected)
    assert.is(castagnoli(bytes), expected)
  }
})

const scalarsOf = (i: number): Record<string, number> =>
  ({ 'rollout/ep_rew_mean': -500 / 3 + i, 'info/größe €🙂': 1e-40 * i, zero: -0 })
/** 40 events with steps beyond 2³² and 2⁵⁰, and tags of any letters. */
const written = Array.from({ length: 40 }, (_, i) => ({
  time: 1.7e9 + i / 8, step: i < 20 ? i * 127 : 2 ** (i + 13) + i,
  scalars: scalarsOf(i),
}))
const file = Uint8Array.from([
  ...eventHeader(1.7e9),
  ...written.flatMap(({ time, step, scalars }) => [...scalarEvent(time, step, Object.entries(scalars))]),
])

test('every record has the checksums, the step, the time and the numbers that were written', () => {
  const [version, start, ...events] = readEvents(file)
  assert.equal(version, { time: 1.7e9, step: 0, version: 'brain.Event:2', status: null, scalars: {} })
  assert.equal(start, { time: 1.7e9, step: 0, version: null, status: 1, scalars: {} })
  assert.equal(events, written.map(({ time, step, scalars }) => ({
    time, step, version: null, status: null,
    scalars: Object.fromEntries(Object.entries(scalars).map(([tag, x]) => [tag, Math.fround(x)])),
  })))
})

test('a number that float32 cannot hold is left out, so that no infinity is drawn', () => {
  const [event] = readEvents(scalarEvent(0, 1, [['huge', 1e39], ['none', NaN], ['fine', 3e38]]))
  assert.equal(Object.keys(event.scalars), ['fine'])
})

test('a flipped bit is noticed by the reader of these tests', () => {
  for (const at of [3, 9, 20, file.length - 1]) {
    const damaged = file.slice()
    damaged[at] ^= 4
    assert.throws(() => readEvents(damaged))
  }
})

test('TensorBoard reads the same scalars', () => {
  const folder = mkdtempSync('.build/events-')
  const code = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
print(json.dumps({tag: [[e.step, e.wall_time, e.value] for e in events.Scalars(tag)]
  for tag in events.Tags()['scalars']}))`
  try {
    writeFileSync(`${folder}/events.out.tfevents.1700000000.host.1.0`, file)
    const python = process.env.PYTHON ?? 'python3'
    const { status, stdout, stderr } = spawnSync(python, ['-c', code, folder], { encoding: 'utf8' })
    if (status !== 0 && /No module named|ENOENT|^$/.test(stderr ?? '')) {
      skipped('TensorBoard itself: python3 (or PYTHON) has no tensorboard')
      return
    }
    assert.is(status, 0, stderr)
    const read = JSON.parse(stdout)
    for (const tag of Object.keys(written[0].scalars)) {
      const expected = written.map(({ time, step, scalars }) => [step, time, Math.fround(scalars[tag])])
      assert.equal(read[tag], expected, tag)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
