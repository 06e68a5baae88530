/**
 * "It learns": as pendulum.test.ts, with squashed actions and a σ that depends on the state.
 * Tolerance: 63 below the best; the seed is fixed.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pendulum } from '../../src/envs/index.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'

test('Pendulum swings up with torques squashed into their bounds, and a σ that depends on the state', () => {
  const training = train(pendulum, { ...presets.Pendulum, actionBounds: 'squash', stateDependentStd: true })
  let next = training.next()
  while (!next.done) next = training.next()
  // As in pendulum.test.ts, where torques are clipped.
  const { mean } = evaluate(next.value, pendulum, { episodes: 100, seed: 1 })
  assert.ok(mean > -200, `mean return ${mean}`)
})

test.run()
