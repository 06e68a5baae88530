/**
 * What it costs to wait for a world: whole trainings by `train`, by `trainAsync` in the same world, and in
 * that world with methods that return promises. Samples alternate in one process; a ratio is the median of
 * those within one round. A weight at the end is compared, so that equal work is done.
 */
import { performance } from 'node:perf_hooks'
import { cartPole } from '../../src/envs/index.ts'
import type { AsyncEnv } from '../../src/rl/world/env.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train, trainAsync } from '../../src/trpo/train.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, median } from '../harness/table.ts'

const ROUNDS = 101

/** CartPole with methods that return promises. */
function promising(): AsyncEnv<number> {
  const env = cartPole()
  return { ...env, reset: async (options) => env.reset(options), step: async (action) => env.step(action) }
}

type Training = (options: Partial<TrainOptions>) => Promise<number>

/** Trains, and returns a weight of the policy. */
const later = (makeEnv: () => AsyncEnv<number>): Training => async (options) => {
  let weight = NaN
  for await (const { policy } of trainAsync(makeEnv, options)) weight = policy.net.parameters.flat[0]
  return weight
}

const CONTESTANTS: readonly (readonly [string, Training])[] = [
  ['`train`', async (options) => {
    let weight = NaN
    for (const { policy } of train(cartPole, options)) weight = policy.net.parameters.flat[0]
    return weight
  }],
  ['`trainAsync`, same world', later(cartPole)],
  ['`trainAsync`, promises', later(promising)],
]

/** The whole of a training; and one with next to nothing but the world, where waiting weighs most. */
const CASES: readonly (readonly [string, Partial<TrainOptions>])[] = [
  ['preset', presets.CartPole],
  ['one environment, little learning', {
    envCount: 1, hiddenSizes: [8], valueHiddenSizes: [8], valueEpochs: 1, cgIterations: 1,
  }],
]

export async function async(words: readonly string[]): Promise<number> {
  const { smoke, write } = readFlags(words)
  const table = createTable(['CartPole', ...CONTESTANTS.flatMap(([name], k) =>
    k === 0 ? [`${name}, steps/s`] : [`${name}, steps/s`, 'time, × `train`'])])
  for (const [title, given] of CASES) {
    const totalSteps = smoke ? 512 : 4096
    const options = { ...given, seed: 0, totalSteps }
    const times = CONTESTANTS.map((): number[] => [])
    // The first round warms up.
    for (let round = smoke ? 1 : 0; round <= (smoke ? 1 : ROUNDS); round++) {
      const weights = new Set<number>()
      for (const [k, [, training]] of CONTESTANTS.entries()) {
        const begun = performance.now()
        weights.add(await training(options))
        if (round > 0) times[k].push(performance.now() - begun)
      }
      if (weights.size > 1) throw new RangeError(`${title}: expected the same weights, got ${[...weights]}`)
    }
    table.add([title, ...times.flatMap((each, k) => {
      const rate = Math.round(1000 * totalSteps / median(each)).toLocaleString('en')
      if (k === 0) return [rate]
      const ratios = each.map((time, round) => time / times[0][round]).sort((a, b) => a - b)
      const at = (q: number): string => ratios[Math.floor(q * (ratios.length - 1))].toFixed(2)
      return [rate, `${at(0.5)} [${at(0.1)}–${at(0.9)}]`]
    })])
  }
  if (write) pasteInto('docs/results/benchmarks.md', 'async', table.text())
  return 0
}
