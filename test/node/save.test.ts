import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../src/node/cli/failure.ts'
import { createSaver } from '../../src/node/save.ts'

test('on the way a minute passes between two saves; at the end there is one whenever', () => {
  let now = 1000, saves = 0
  const saver = createSaver(() => { saves++ }, () => now)
  const after = (seconds: number): number => {
    now += seconds
    assert.is(saver.sometimes(), null)
    return saves
  }
  assert.equal([after(0), after(59.9), after(0.2), after(59), after(1), after(3600), after(0)], [0, 0, 1, 1, 2, 3, 3])
  assert.is(saver.now(), null)
  assert.is(saves, 4)
  assert.is(after(59.9), 4)
})

test('what a disk refuses is told, and tried again a minute later; any other error passes through', () => {
  let now = 0
  let fault: Error | null = new UsageError('x: expected a file that can be written, got ENOSPC: no space left on device')
  const saver = createSaver(() => { if (fault !== null) throw fault }, () => now)
  now = 61
  assert.is(saver.sometimes(), fault.message)
  now = 120
  assert.is(saver.sometimes(), null)
  now = 121
  assert.is(saver.sometimes(), fault.message)
  assert.is(saver.now(), fault.message)
  fault = null
  assert.is(saver.now(), null)
  fault = new RangeError('a fault of ours')
  assert.throws(() => saver.now(), 'a fault of ours')
})

test.run()
