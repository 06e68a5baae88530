/**
 * One training by 2, 4, 8 and 16 ranks in threads against the same training alone: a hash of every record
 * with the bits of θ and φ, of every rank, on both backends; and snapshots, byte by byte, continued by
 * another number of ranks. No tolerance. All combinations are in test/long/ranks.ts.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import type { EnvError } from '../../src/rl/play/envError.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { train } from '../../src/trpo/train.ts'
import { noisyWalk } from '../support/noisyWalk.ts'
import { live } from '../support/ranks/life.ts'
import { createPool } from '../support/ranks/pool.ts'

const pool = createPool()
test.after(() => pool.close())

const SIZES = [2, 4, 8, 16], BACKENDS = ['reference', 'simd'] as const
/** Minibatches that lie across the borders of ranks. */
const SMALL: Partial<TrainOptions> = {
  seed: 5, batchSteps: 320, totalSteps: 960, envCount: 16, hiddenSizes: [5], valueHiddenSizes: [4],
  valueMinibatch: 23, valueEpochs: 2, valueSteps: 2,
}

const ways: readonly (readonly [world: string, options: Partial<TrainOptions>])[] = [
  ...Object.keys(environments).map((name) => [name, {}] as const),
  ['Masks', {}], ['MasksOfParts', { normalizeObservations: 'off' }],
  ['Walk', { normalizeObservations: 'off' }],
  ['Pendulum', { normalizeObservations: 'off' }], ['Pendulum', { normalizeObservations: 'plain' }],
  ['Pendulum', { valueFit: 'trust-region', fisherFraction: 0.3 }],
  ['PointMass', { valueFit: 'trust-region', valueCurvatureFraction: 1 }],
  ['MasksOfParts', { fisherFraction: 0.2, entropyCoefficient: 0.01 }],
  ['CartPole', { fisherFraction: 0.5, envCount: 48, batchSteps: 720 }],
  ['CartPole', { sampling: 'vine', vineBranches: 'all', vineHorizon: 3, vineSpacing: 2, envCount: 32 }],
  ['Pendulum', { sampling: 'vine', vineHorizon: 3, vineSpacing: 4, actionNoiseHold: 3 }],
  ['Acrobot', { actionNoiseHold: 4, constraint: 'max-kl', preconditioner: 'kronecker' }],
  ['Pendulum', { stateDependentStd: true, actionBounds: 'clip', lineSearch: 'longest' }],
  ['CartPole', { conventions: 'sb3', batchSteps: 320, envCount: 16 }],
]

for (const [world, options] of ways) {
  test(`2, 4, 8 and 16 ranks have the bits of one: ${world} ${JSON.stringify(options)}`, async () => {
    const task = { world, options: { ...SMALL, ...options } }
    const { hashes: wanted } = live(task)
    assert.ok(wanted.length >= 2)
    for (const size of SIZES) {
      for (const backend of BACKENDS) {
        const lives = await pool.run({ ...task, options: { ...task.options, backend } }, size)
        lives.forEach(({ hashes }, rank) => {
          assert.equal(hashes, wanted, `rank ${rank} of ${size}, ${backend}`)
        })
      }
    }
  })
}

for (const [world, options] of [
  ['Pendulum', {}], ['Masks', { valueFit: 'trust-region', fisherFraction: 0.3 }],
  ['CartPole', { sampling: 'vine', vineHorizon: 3, vineSpacing: 2, actionNoiseHold: 2 }],
] as const) {
  test(`any number of ranks saves the same file, any other one continues it: ${world}`, async () => {
    const task = { world, options: { ...SMALL, ...options } }
    const { hashes: wanted } = live(task), { snapshot } = live({ ...task, until: 2 })
    for (const [before, after] of [[2, 16], [4, 1], [8, 2], [16, 4], [1, 8]]) {
      const lives = await pool.run({ ...task, until: 2 }, before)
      for (const life of lives) {
        assert.equal(life.hashes, wanted.slice(0, 2))
        assert.ok(life.snapshot!.every((byte, i) => byte === snapshot![i]), `${before} ranks`)
        assert.is(life.snapshot!.length, snapshot!.length)
      }
      for (const backend of BACKENDS) {
        const resumed = { ...task, options: { backend }, resume: lives[0].snapshot! }
        for (const { hashes } of await pool.run(resumed, after)) {
          assert.equal(hashes, wanted.slice(2), `from ${before} to ${after} ranks`)
        }
      }
    }
  })
}

test('errors number the environments of all ranks: one that is made twice, too', () => {
  // Of two ranks the second, whose exchanges bring its own numbers back.
  const communicator = {
    rank: 1, size: 2, abort: (): void => {},
    allGather(into: Float64Array, mine: Float64Array): void {
      into.set(mine)
      into.set(mine, mine.length)
    },
  }
  const walk = noisyWalk()
  let made = 0
  const training = train(() => ++made > 2 ? walk : noisyWalk(), {
    ...SMALL, envCount: 8, communicator,
  })
  try {
    training.next()
    assert.unreachable()
  } catch (error) {
    const { env, message } = error as EnvError
    assert.is(message, 'makeEnv: expected a new environment from every call, got one of the others again')
    assert.is(env, 7)
  }
})

test.run()
