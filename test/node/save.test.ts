/**
 * When a policy is saved, compared with a list of times written by hand, on a clock that the test sets.
 * No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../src/node/cli/failure.ts'
import { createSaver, together } from '../../src/node/save.ts'

test('during a run a minute passes between two saves; save() saves at any time', () => {
  let now = 1000, saves = 0
  const saver = createSaver(() => { saves++ }, () => now)
  const after = (seconds: number): number => {
    now += seconds
    assert.is(saver.saveIfDue(), null)
    return saves
  }
  const seconds = [0, 59.9, 0.2, 59, 1, 3600, 0]
  assert.equal(seconds.map(after), [0, 0, 1, 1, 2, 3, 3])
  assert.is(saver.save(), null)
  assert.is(saves, 4)
  assert.is(after(59.9), 4)
})

test('an error of the disk is returned and saving tried again a minute later; others are thrown', () => {
  let now = 0
  const full = 'x: expected a file that can be written, got ENOSPC: no space left on device'
  let error: Error | null = new UsageError(full)
  const saver = createSaver(() => { if (error !== null) throw error }, () => now)
  now = 61
  assert.is(saver.saveIfDue(), full)
  now = 120
  assert.is(saver.saveIfDue(), null)
  now = 121
  assert.is(saver.saveIfDue(), full)
  assert.is(saver.save(), full)
  error = null
  assert.is(saver.save(), null)
  error = new RangeError('internal')
  assert.throws(() => saver.save(), 'internal')
})

test('several savers save whatever becomes of the others, and every problem is a line', () => {
  const saved: string[] = []
  const saver = (name: string, problem: string | null) => createSaver(() => {
    saved.push(name)
    if (problem !== null) throw new UsageError(problem)
  }, () => 0, () => {}, 0)
  const all = together([saver('a', 'a: full'), saver('b', null), saver('c', 'c: full')])
  assert.is(all.save(), 'a: full\nc: full')
  assert.is(all.saveIfDue(), 'a: full\nc: full', 'an interval of 0 is always over')
  assert.equal(saved, ['a', 'b', 'c', 'a', 'b', 'c'])
  assert.is(together([saver('b', null)]).save(), null)
})

test.run()
