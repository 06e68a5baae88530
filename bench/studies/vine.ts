/**
 * What an estimate of the policy gradient is worth, from single paths and from vines, at the same number of
 * simulated steps.
 *
 * At some iterations of a preset's training π and V are held fixed, and many gradients are estimated in each
 * way, none from more than so many steps, branches included. Reported are the trace of their covariance over
 * ‖mean‖², scaled to exactly that many steps, and their mean cosine to a reference from many more steps that
 * neither λ nor a horizon biases (single paths, λ = 1). Variance alone flatters what is biased; the cosine
 * counts both. Single paths have GAE at every λ that may suit. Then whole trainings of as many steps: the
 * mean return of the final policies, by seed.
 */
import process from 'node:process'
import { environments } from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'
import { addScaled, dot, norm, sum } from '../../src/math/vector.ts'
import { createShards } from '../../src/nn/shards.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { createPolicyMap, forwardPolicy } from '../../src/rl/policyMap.ts'
import { createRollout } from '../../src/rl/rollout.ts'
import { predictValues } from '../../src/rl/value.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { createBatches, createSampler } from '../../src/trpo/variants/sampling.ts'
import { policyGradient } from '../../src/trpo/surrogate.ts'
import { type Iteration, train } from '../../src/trpo/train.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, mean as average, type Table } from '../harness/table.ts'

/** How much is measured. */
interface Extent {
  /** Maximum steps of an estimate, and how many estimates; those of the reference come in two halves. */
  readonly steps: number
  readonly estimates: number
  readonly reference: number
  /** After which iterations π and V are studied. */
  readonly moments: readonly (readonly [string, readonly number[]])[]
  readonly seeds: readonly number[]
  /** Of an evaluation. */
  readonly episodes: number
  /** Two halves of the reference that agree less are noise, and no cosine to them means anything. */
  readonly minAgreement: number
}

const FULL: Extent = {
  steps: 4000, estimates: 200, reference: 1000, seeds: [1, 2, 3, 4, 5], episodes: 100, minAgreement: 0.9,
  // CartPole's gradient is nearly 0 soon after.
  moments: [['PointMass', [2, 8, 20]], ['CartPole', [2, 5, 10]]],
}
const SMOKE: Extent = {
  steps: 600, estimates: 3, reference: 20, seeds: [1], episodes: 2, minAgreement: -1,
  moments: [['PointMass', [1]], ['CartPole', [1]]],
}

type Way = Partial<TrainOptions>
const branches = (vineBranches: number | 'all', vineHorizon: number, vineSpacing: number): Way =>
  ({ sampling: 'vine', vineBranches, vineHorizon, vineSpacing })

const PATHS: readonly Way[] = [1, 0.97, 0.9, 0.7, 0.4, 0].map((gaeLambda) => ({ gaeLambda }))
const VINES: readonly Way[] = [
  branches(2, 1, 5), branches(2, 5, 5), branches(2, 10, 5), branches(2, 30, 10),
  branches(4, 5, 5), branches(4, 10, 5), branches(4, 30, 10),
]
const ALL: readonly Way[] = [
  branches('all', 1, 5), branches('all', 5, 5), branches('all', 10, 5), branches('all', 30, 10),
]

/** Trainings: V sees a third of a vine's steps or fewer, and is fitted to them for longer. */
const LONGER = { valueEpochs: 40 }
const TRAININGS: readonly (readonly [string, Way, readonly Way[]])[] = [
  ['PointMass', { totalSteps: 120_000, batchSteps: 3000, envCount: 20 },
    [{}, { gaeLambda: 0.8 }, { ...branches(2, 5, 5), ...LONGER }, { ...branches(2, 10, 5), ...LONGER }]],
  ['CartPole', { totalSteps: 60_000 },
    [{}, { ...branches('all', 5, 5), ...LONGER }, { ...branches('all', 10, 5), ...LONGER }]],
  ['Pendulum', {}, [
    {}, { ...branches(2, 2, 10), ...LONGER }, { ...branches(2, 5, 5), ...LONGER },
    { ...branches(2, 10, 20), ...LONGER },
  ]],
]

function nameOf({ sampling, gaeLambda, vineBranches, vineHorizon, vineSpacing }: Way): string {
  if (sampling !== 'vine') return gaeLambda === undefined ? 'single path' : `single path, λ = ${gaeLambda}`
  return `vine, ${vineBranches} branches of ${vineHorizon}, every ${vineSpacing}`
}

/** Draws an estimate of the gradient at the current policy; returns the number of steps that it took. */
type Draw = (out: Float64Array) => number

function estimator(record: Iteration, name: string, way: Way, batchSteps: number, random: Random): Draw {
  const { policy, value } = record
  const options = resolveOptions({ ...presets[name], batchSteps, envCount: 4, ...way })
  const envs = Array.from({ length: options.envCount }, () => environments[name].make())
  const rollout = createRollout(envs, policy, random)
  const batches = createBatches(options, policy, 0)
  const { batch } = batches
  const sampler = createSampler(options, rollout, batches, random)
  const map = createPolicyMap(policy.net, policy.distribution, batch.observations, true)
  const shards = createShards(policy.net, map.tape)
  return (out) => {
    const before = sum(rollout.steps)
    sampler.collect()
    for (const each of batches.all) predictValues(value, each)
    sampler.estimateAdvantages()
    forwardPolicy(map)
    policyGradient(out, map, shards, batch.actions, batch.advantages.slice())
    return sum(rollout.steps) - before
  }
}

function meanOf(draw: Draw, count: number, P: number): Float64Array {
  const mean = new Float64Array(P), g = new Float64Array(P)
  for (let k = 0; k < count; k++) {
    draw(g)
    addScaled(mean, 1 / count, g)
  }
  return mean
}

const cosine = (x: Float64Array, y: Float64Array): number => {
  const lengths = norm(x) * norm(y)
  // An estimate of 0 has no direction.
  return lengths === 0 ? 0 : dot(x, y) / lengths
}

/** Steps per estimate, variance and, if there is a reference, cosine, as table cells. */
function worth(draw: Draw, P: number, reference: Float64Array | null, extent: Extent): string[] {
  const { estimates: count, steps: allowed } = extent
  const steps: number[] = []
  const estimates = Array.from({ length: count }, () => {
    const g = new Float64Array(P)
    steps.push(draw(g))
    return g
  })
  const mean = new Float64Array(P)
  for (const g of estimates) addScaled(mean, 1 / count, g)
  let squares = 0
  for (const g of estimates) {
    for (let p = 0; p < P; p++) squares += (g[p] - mean[p]) * (g[p] - mean[p]) / (count - 1)
  }
  // ‖mean of the estimates‖² is too large by the variance of that mean, which may be almost all of it.
  const size = dot(mean, mean) - squares / count
  const variance = squares / size * average(steps) / allowed
  const cells = [average(steps).toFixed(0), size > 0 && variance < 100 ? variance.toFixed(3) : 'over 100']
  if (reference === null) return [...cells, '–']
  const cosines = estimates.map((g) => cosine(g, reference)), middle = average(cosines)
  const error = Math.sqrt(average(cosines.map((c) => (c - middle) * (c - middle))) / (count - 1))
  return [...cells, `${middle.toFixed(3)} ± ${error.toFixed(3)}`]
}

function compareEstimates(table: Table, extent: Extent): void {
  const { reference: draws, steps: batchSteps, moments, minAgreement } = extent
  for (const [name, iterations] of moments) {
    for (const record of train(() => environments[name].make(), { ...presets[name], seed: 0 })) {
      const { iteration, policy } = record
      if (iteration > iterations[iterations.length - 1]) break
      if (!iterations.includes(iteration)) continue
      const random = new Random(iteration), P = policy.net.parameters.flat.length
      const fresh = (way: Way, what: string): Draw =>
        estimator(record, name, way, batchSteps, random.fork(what))
      policy.net.backend.temporarily(() => {
        const [one, other] = ['one', 'other'].map((half) => meanOf(fresh({ gaeLambda: 1 }, half), draws, P))
        const title = `${name} after ${iteration}`
        const agreement = cosine(one, other)
        table.add([title, 'half the reference to the other', draws * batchSteps, '', agreement.toFixed(3)])
        const reference = agreement < minAgreement ? null : one.map((x, p) => (x + other[p]) / 2)
        const vines = policy.actionSpace.kind === 'discrete' ? [...VINES.slice(0, 3), ...ALL] : VINES
        for (const way of [...PATHS, ...vines]) {
          table.add([title, nameOf(way), ...worth(fresh(way, nameOf(way)), P, reference, extent)])
        }
      })
    }
  }
}

function compareTrainings(table: Table, { seeds, episodes }: Extent, more: Way): void {
  for (const [name, base, ways] of TRAININGS) {
    const { make } = environments[name]
    for (const way of ways) {
      let steps = 0
      const returns = seeds.map((seed) => {
        let policy
        for (const record of train(() => make(), { ...presets[name], ...base, ...way, ...more, seed })) {
          ({ policy, steps } = record)
        }
        return evaluate(policy!, () => make(), { episodes }).mean.toFixed(1)
      })
      table.add([name, steps, nameOf(way), ...returns])
    }
  }
}

export function vine(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const extent = smoke ? SMOKE : FULL
  const estimates = createTable(['π and V', 'estimate', 'steps', 'variance', 'cosine'])
  compareEstimates(estimates, extent)
  process.stdout.write('\n')
  const bySeed = extent.seeds.map((seed) => `seed ${seed}`)
  const trainings = createTable(['training', 'steps', 'sampling', ...bySeed])
  compareTrainings(trainings, extent, smoke ? { totalSteps: 1 } : {})
  if (write) pasteInto('docs/results/benchmarks.md', 'vine', `${estimates.text()}\n\n${trainings.text()}`)
  return 0
}
