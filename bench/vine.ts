/**
 * `npm run bench:vine`: what an estimate of the policy gradient is worth, from single paths and from vines, at the same
 * number of simulated steps.
 *
 * At some iterations of a preset's training π and V are held fixed, and many gradients estimated in each way, none from
 * more than so many steps, branches and all. Told are the trace of their covariance over ‖mean‖², scaled to exactly that
 * many steps, and their mean cosine to a reference from many more steps that neither λ nor a horizon biases (single paths,
 * λ = 1). Variance alone flatters what is biased; the cosine counts both. Single paths have GAE at every λ that may suit.
 * Then whole trainings of as many steps: the mean return of the policies that come out, seed by seed.
 * `--smoke` takes a few small estimates and trainings and writes nothing.
 */
import process from 'node:process'
import { environments } from '../src/envs/index.ts'
import { Random } from '../src/math/random.ts'
import { addScaled, dot, norm, sum } from '../src/math/vector.ts'
import { createShards } from '../src/nn/shards.ts'
import { evaluate } from '../src/rl/evaluate.ts'
import { createPolicyMap, forwardPolicy } from '../src/rl/policyMap.ts'
import { createRollout } from '../src/rl/rollout.ts'
import { resolveOptions } from '../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../src/trpo/options/options.ts'
import { presets } from '../src/trpo/options/presets.ts'
import { createBatches, createSampler } from '../src/trpo/variants/sampling.ts'
import { policyGradient } from '../src/trpo/surrogate.ts'
import { type Iteration, train } from '../src/trpo/train.ts'
import { pasteInto } from './paste.ts'
import { predictValues } from '../src/rl/value.ts'

const smoke = process.argv.includes('--smoke')
/** Most steps of an estimate, and how many estimates; those of the reference come in two halves. */
const STEPS = smoke ? 600 : 4000
const ESTIMATES = smoke ? 3 : 200
const REFERENCE = smoke ? 20 : 1000
/** When π and V are looked at: CartPole's gradient is all but gone soon after. */
const MOMENTS: readonly (readonly [string, readonly number[]])[] =
  smoke ? [['PointMass', [1]], ['CartPole', [1]]] : [['PointMass', [2, 8, 20]], ['CartPole', [2, 5, 10]]]
const SEEDS = smoke ? [1] : [1, 2, 3, 4, 5]

type Way = Partial<TrainOptions>
const vine = (vineBranches: number | 'all', vineHorizon: number, vineSpacing: number): Way =>
  ({ sampling: 'vine', vineBranches, vineHorizon, vineSpacing })

const PATHS: readonly Way[] = [1, 0.97, 0.9, 0.7, 0.4, 0].map((gaeLambda) => ({ gaeLambda }))
const VINES: readonly Way[] = [
  vine(2, 1, 5), vine(2, 5, 5), vine(2, 10, 5), vine(2, 30, 10), vine(4, 5, 5), vine(4, 10, 5), vine(4, 30, 10),
]
const ALL: readonly Way[] = [vine('all', 1, 5), vine('all', 5, 5), vine('all', 10, 5), vine('all', 30, 10)]

/** Trainings: V sees a third of a vine's steps or fewer, and is fitted to them for longer. */
const TRAININGS: readonly (readonly [string, Way, readonly Way[]])[] = [
  ['PointMass', { totalSteps: 120_000, batchSteps: 3000, envCount: 20 },
    [{}, { gaeLambda: 0.8 }, { ...vine(2, 5, 5), valueEpochs: 40 }, { ...vine(2, 10, 5), valueEpochs: 40 }]],
  ['CartPole', { totalSteps: 60_000 }, [{}, { ...vine('all', 5, 5), valueEpochs: 40 }, { ...vine('all', 10, 5), valueEpochs: 40 }]],
  ['Pendulum', {},
    [{}, { ...vine(2, 2, 10), valueEpochs: 40 }, { ...vine(2, 5, 5), valueEpochs: 40 }, { ...vine(2, 10, 20), valueEpochs: 40 }]],
]

function nameOf({ sampling, gaeLambda, vineBranches, vineHorizon, vineSpacing }: Way): string {
  if (sampling !== 'vine') return gaeLambda === undefined ? 'single path' : `single path, λ = ${gaeLambda}`
  return `vine, ${vineBranches} branches of ${vineHorizon}, every ${vineSpacing}`
}

/** Draws estimates of the gradient at the policy as it stands, one a call; returns the steps that it took. */
function estimator({ policy, value }: Iteration, name: string, way: Way, random: Random): (out: Float64Array) => number {
  const options = resolveOptions({ ...presets[name], batchSteps: STEPS, envCount: 4, ...way })
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

function meanOf(draw: (out: Float64Array) => number, count: number, P: number): Float64Array {
  const mean = new Float64Array(P), g = new Float64Array(P)
  for (let k = 0; k < count; k++) {
    draw(g)
    addScaled(mean, 1 / count, g)
  }
  return mean
}

const cosine = (x: Float64Array, y: Float64Array): number => {
  const lengths = norm(x) * norm(y)
  // An estimate of 0 points nowhere.
  return lengths === 0 ? 0 : dot(x, y) / lengths
}
const average = (x: readonly number[]): number => x.reduce((total, each) => total + each, 0) / x.length

/** Steps an estimate, variance and, where there is a reference, cosine, as table cells. */
function worth(draw: (out: Float64Array) => number, P: number, reference: Float64Array | null): string[] {
  const steps: number[] = []
  const estimates = Array.from({ length: ESTIMATES }, () => {
    const g = new Float64Array(P)
    steps.push(draw(g))
    return g
  })
  const mean = new Float64Array(P)
  for (const g of estimates) addScaled(mean, 1 / ESTIMATES, g)
  let squares = 0
  for (const g of estimates) for (let p = 0; p < P; p++) squares += (g[p] - mean[p]) * (g[p] - mean[p]) / (ESTIMATES - 1)
  // ‖mean of the estimates‖² is too large by the variance of that mean, of which little or nothing may be left.
  const size = dot(mean, mean) - squares / ESTIMATES
  const variance = squares / size * average(steps) / STEPS
  const cells = [average(steps).toFixed(0), size > 0 && variance < 100 ? variance.toFixed(3) : 'over 100']
  if (reference === null) return [...cells, '–']
  const cosines = estimates.map((g) => cosine(g, reference)), middle = average(cosines)
  const error = Math.sqrt(average(cosines.map((c) => (c - middle) * (c - middle))) / (ESTIMATES - 1))
  return [...cells, `${middle.toFixed(3)} ± ${error.toFixed(3)}`]
}

const tables: string[] = []
const say = (...cells: readonly string[]): void => {
  tables.push(`| ${cells.join(' | ')} |`)
  process.stdout.write(`${tables[tables.length - 1]}\n`)
}

say('π and V', 'estimate', 'steps', 'variance', 'cosine')
say('---', '---', '---', '---', '---')
for (const [name, iterations] of MOMENTS) {
  for (const record of train(() => environments[name].make(), { ...presets[name], seed: 0 })) {
    const { iteration, policy } = record
    if (iteration > iterations[iterations.length - 1]) break
    if (!iterations.includes(iteration)) continue
    const random = new Random(iteration), P = policy.net.parameters.flat.length
    const fresh = (way: Way, what: string): ((out: Float64Array) => number) => estimator(record, name, way, random.fork(what))
    policy.net.backend.temporarily(() => {
      const [one, other] = ['one', 'other'].map((half) => meanOf(fresh({ gaeLambda: 1 }, half), REFERENCE, P))
      const title = `${name} after ${iteration}`
      const agreement = cosine(one, other)
      say(title, 'half the reference to the other', String(REFERENCE * STEPS), '', agreement.toFixed(3))
      // Two halves that disagree are noise, and no cosine to them means anything.
      const reference = agreement < 0.9 && !smoke ? null : one.map((x, p) => (x + other[p]) / 2)
      const ways = [...PATHS, ...(policy.actionSpace.kind === 'discrete' ? [...VINES.slice(0, 3), ...ALL] : VINES)]
      for (const way of ways) say(title, nameOf(way), ...worth(fresh(way, nameOf(way)), P, reference))
    })
  }
}

process.stdout.write('\n')
tables.push('')
say('training', 'steps', 'sampling', ...SEEDS.map((seed) => `seed ${seed}`))
say('---', '---', '---', ...SEEDS.map(() => '---'))
for (const [name, base, ways] of TRAININGS) {
  for (const way of ways) {
    let steps = 0
    const returns = SEEDS.map((seed) => {
      const training = train(() => environments[name].make(), { ...presets[name], ...base, ...way, ...smoke ? { totalSteps: 1 } : {}, seed })
      let policy
      for (const record of training) ({ policy, steps } = record)
      return evaluate(policy!, () => environments[name].make(), { episodes: smoke ? 2 : 100 }).mean.toFixed(1)
    })
    say(name, String(steps), nameOf(way), ...returns)
  }
}
if (!smoke) pasteInto('docs/benchmarks.md', 'vine', tables.join('\n'))
