/**
 * Trainings that are interrupted and continued, against the same trainings uninterrupted: all records, θ and
 * φ, to the bit. Through the file, since what a file loses is lost.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import { decodeTraining, encodeTraining } from '../../../src/io/trainingFile.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import type { Snapshot } from '../../../src/trpo/start/snapshot.ts'
import { train } from '../../../src/trpo/train.ts'
import { market } from '../../support/market.ts'
import { recordOf } from '../../support/recordOf.ts'

const ITERATIONS = 20
const SMALL: Partial<TrainOptions> = {
  seed: 5, batchSteps: 48, totalSteps: 48 * ITERATIONS, envCount: 1, hiddenSizes: [5], valueHiddenSizes: [4],
  valueMinibatch: 20, valueEpochs: 2, valueSteps: 2,
}

/** What the rest of a training leaves; remarks are of its first record alone. */
function rest(makeEnv: () => Env, snapshot: Snapshot, options: Partial<TrainOptions> = {}): unknown[] {
  const resume = decodeTraining(encodeTraining(snapshot))
  return Array.from(train(makeEnv, { ...options, resume }), recordOf).map(withoutRemarks)
}
const withoutRemarks = (record: unknown): unknown => ({ ...record as object, remarks: [] })

interface Way { readonly name: string; readonly makeEnv: () => Env; readonly options: Partial<TrainOptions> }

const short = (make: (options: { maxEpisodeSteps: number }) => Env) => () => make({ maxEpisodeSteps: 17 })
const worlds: readonly Way[] = Object.values(environments).flatMap(({ name, make }) =>
  [1, 8].flatMap((envCount) => (['off', 'preserving'] as const).map((normalizeObservations) => ({
    name: `${name}, ${envCount}, ${normalizeObservations}`, makeEnv: short(make),
    options: { envCount, normalizeObservations },
  }))))
const variants: readonly Way[] = ([
  { normalizeObservations: 'plain' }, { valueFit: 'trust-region' }, { fisherFraction: 0.5 },
  { actionNoiseHold: 4 }, { maxKlSchedule: 'linear' }, { maxKlSchedule: 'cosine', maxKlFinalFraction: 0.5 },
  { valueFit: 'trust-region', valueCurvatureFraction: 0.5 }, { normalizeReturns: false },
  { lineSearch: 'longest', preconditioner: 'kronecker' },
  { maxKlFactor: Infinity, observationClip: Infinity },
  { conventions: 'sb3', batchSteps: 48, envCount: 1 }, { conventions: 'modular_rl', envCount: 2 },
  { sampling: 'vine', vineBranches: 'all', vineHorizon: 3, vineSpacing: 2 },
  { sampling: 'vine', vineBranches: 2, vineHorizon: 3, vineSpacing: 2, actionNoiseHold: 3 },
] as const).map((options) => ({
  name: JSON.stringify(options), makeEnv: short(environments.CartPole.make),
  options: { envCount: 4, ...options },
}))
const masked: Way = { name: 'masks', makeEnv: () => market([3, 2]), options: { envCount: 2 } }

for (const { name, makeEnv, options } of [...worlds, ...variants, masked]) {
  test(`resumed after every iteration, with the bits of an uninterrupted run: ${name}`, () => {
    const all = { ...SMALL, ...options }
    const whole: unknown[] = [], points: Snapshot[] = []
    for (const record of train(makeEnv, all)) {
      whole.push(recordOf(record))
      points.push(record.snapshot())
    }
    // A vine's batches hold fewer steps.
    assert.ok(whole.length >= ITERATIONS)
    for (const [done, point] of points.entries()) {
      // By turns on either backend, which changes no bit either.
      const backend = done % 2 === 0 ? 'reference' : 'auto'
      const wanted = whole.slice(done + 1).map(withoutRemarks)
      assert.equal(rest(makeEnv, point, { backend }), wanted, `after iteration ${done + 1}`)
    }
  })
}

test.run()
