/**
 * What a fit of V is worth, and what it costs.
 *
 * First on recorded batches: after each of the first iterations of a training a fresh batch is collected.
 * Every contestant has a V of its own, computes its own targets from each batch in turn, and fits them. It is
 * judged by the variance that it explains of one yardstick for all: rewards-to-go, continued at the end of a
 * truncated episode by the V of the recorded training, whose fit is long and not a contestant. `held out` is
 * V before its fit to that batch, which advantages use; `after` is V after it. Costs by the flop model, in
 * forward passes over the batch, conjugate gradients counted at their limit; times are those of all fits
 * together, the contestants alternating at each batch. Then whole trainings.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { environments } from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'
import { createFastest } from '../../src/math/simd/backend.ts'
import { generalizedAdvantages, rewardsToGo } from '../../src/rl/advantage.ts'
import { type Batch, createBatch } from '../../src/rl/batch.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { drawnValue } from '../../test/support/value.ts'
import { predict, type Value } from '../../src/rl/value.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { createFitter } from '../../src/trpo/value/fitter.ts'
import { train } from '../../src/trpo/train.ts'
import { explained } from '../../src/trpo/value/loss.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { backwardFlops, fisherFlops, forwardFlops, refreshFlops, type Size } from '../harness/problem.ts'
import { createTable, mean, type Table } from '../harness/table.ts'

type Given = Partial<TrainOptions>

const ITERATIONS = 20, SEEDS = [0, 1], LEARNING_SEEDS = [0, 1, 2, 3, 4]

/** A way to fit; `learns`: it is tried on whole trainings, too. */
interface Contestant { readonly title: string; readonly given: Given; readonly learns: boolean }

function adam(
  valueEpochs: number, valueMinibatch: number, valueLearningRate: number, learns: boolean,
  normalizeReturns = false,
): Contestant {
  const units = normalizeReturns ? ', normalised' : ''
  return {
    title: `Adam, ${valueEpochs} × ${valueMinibatch}, ${valueLearningRate}${units}`,
    given: { valueFit: 'adam', valueEpochs, valueMinibatch, valueLearningRate, normalizeReturns }, learns,
  }
}
const region = (title: string, given: Given, learns = false): Contestant =>
  ({ title: `trust region${title}`, given: { valueFit: 'trust-region', ...given }, learns })

const FITS: readonly Contestant[] = [
  adam(10, 128, 0.001, true),
  adam(10, 256, 0.005, true),
  adam(40, 256, 0.005, false),
  adam(5, 64, 0.005, false),
  adam(10, 128, 0.001, false, true),
  adam(5, 64, 0.005, true, true),
  adam(3, 64, 0.005, true, true),
  adam(2, 64, 0.005, false, true),
  adam(1, 32, 0.01, true, true),
  region('', {}, true),
  region(', 2 steps', { valueSteps: 2 }),
  region(', 2 steps of 10 products', { valueSteps: 2, valueCgIterations: 10 }, true),
  region(', all states in H', { valueCurvatureFraction: 1 }),
  region(', λ = 0.001', { valueDamping: 0.001 }),
  region(', λ = 1', { valueDamping: 1 }),
  region(', ε = 0.5', { valueMaxKl: 0.5 }),
  region(', ε = 0.1', { valueMaxKl: 0.1 }),
  region(', ε = 0.01, 1 step of 10, all states',
    { valueMaxKl: 0.01, valueSteps: 1, valueCgIterations: 10, valueCurvatureFraction: 1 }),
]

/** Recorded trainings: a title, the environment, its options, and what its rewards are multiplied by. */
const RECORDS: readonly (readonly [string, string, Given, number])[] = [
  ['CartPole', 'CartPole', presets.CartPole, 1], ['rewards × 100', 'CartPole', presets.CartPole, 100],
  ['no preset', 'CartPole', {}, 1], ['Acrobot', 'Acrobot', presets.Acrobot, 1],
  ['Pendulum', 'Pendulum', presets.Pendulum, 1], ['rewards ÷ 100', 'Pendulum', presets.Pendulum, 0.01],
  ['PointMass', 'PointMass', presets.PointMass, 1], ['MountainCar', 'MountainCar', presets.MountainCar, 1],
  ['MountainCar-Continuous', 'MountainCarContinuous', presets.MountainCarContinuous, 1],
]
/** Mean returns of 100 episodes: Gymnasium's for two, and near Pendulum's best. */
const THRESHOLDS = [['CartPole', 475], ['Acrobot', -100], ['Pendulum', -200]] as const

const backend = createFastest(1 << 28)
interface Recorded { readonly batch: Batch; readonly yardstick: Float64Array }

/** A fresh batch after each iteration. */
function record(name: string, scale: number, options: TrainOptions, iterations: number): Recorded[] {
  const { batchSteps, envCount: E } = options
  const { make } = environments[name]
  const recorded: Recorded[] = []
  for (const { policy, value, iteration } of train(() => make(), {
    ...options, backend, totalSteps: iterations * batchSteps,
    valueFit: 'adam', valueEpochs: 20, valueMinibatch: 64, valueLearningRate: 0.002, normalizeReturns: true,
  })) {
    const batch = createBatch(backend, batchSteps / E, E, policy.net.sizes[0], policy.distribution.actionSize)
    collect(createRollout(Array.from({ length: E }, () => make()), policy, new Random(iteration)), batch)
    predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
    rewardsToGo(batch, options.discount)
    for (let i = 0; i < batchSteps; i++) batch.rewards[i] *= scale
    recorded.push({ batch, yardstick: batch.returns.map((r) => r * scale) })
  }
  return recorded
}

/** V of the batch's states, and the share of the yardstick's variance that it explains: from −1 up. */
function judge({ batch, yardstick }: Recorded, value: Value): number {
  predict(batch.values, value, batch.observations, yardstick.length)
  return Math.max(-1, explained(new Float64Array(yardstick.length), yardstick, batch.values) ?? 0)
}

interface Tally {
  readonly heldOut: number[]
  readonly after: number[]
  milliseconds: number
  forwards: number
}

/** Every contestant's V through the batches of one training, in alternation. */
function contest(
  name: string, given: Given, scale: number, seed: number, iterations: number, tallies: readonly Tally[],
): void {
  // Statistics of observations would move from batch to batch, and every contestant's V with them.
  const options = resolveOptions({ ...given, seed, normalizeObservations: 'off' })
  const recorded = record(name, scale, options, iterations)
  const contestants = FITS.map((each) => {
    const own = { ...options, ...each.given }
    const random = new Random(seed)
    const inputs = recorded[0].batch.observations.cols
    const value = drawnValue(backend, inputs, own.valueHiddenSizes, own.activation, random.fork('value'))
    const { fit } = createFitter(value, own.batchSteps, own)
    return { own, value, fit, random: random.fork('minibatches') }
  })
  recorded.forEach((each, k) => contestants.forEach(({ own, value, fit, random }, c) => {
    const { batch } = each, tally = tallies[c]
    const heldOut = judge(each, value)
    predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
    generalizedAdvantages(batch, own.discount, own.gaeLambda)
    const begun = performance.now()
    fit(batch, random)
    tally.milliseconds += performance.now() - begun
    tally.forwards = forwards(own, value)
    // No V has seen anything before the first batch.
    if (k > 0) tally.heldOut.push(heldOut)
    if (k > 0) tally.after.push(judge(each, value))
  }))
}

/** What a fit costs, in forward passes over the batch. */
function forwards(options: TrainOptions, { net: { sizes } }: Value): number {
  const of = (states: number): Size => ({ sizes, kind: 'gaussian', states })
  const all = of(options.batchSteps), part = of(options.valueCurvatureFraction * options.batchSteps)
  const pass = forwardFlops(all), gradient = pass + backwardFlops(all)
  if (options.valueFit === 'adam') return options.valueEpochs * gradient / pass
  const products = refreshFlops(part) + options.valueCgIterations * fisherFlops(part)
  const curvature = options.valueCurvatureFraction < 1 ? forwardFlops(part) : 0
  return options.valueSteps * (gradient + curvature + products + pass) / pass
}

const fixed = (x: number, digits = 2): string => x.toFixed(digits).replace('-', '−')

function compareOnBatches(smoke: boolean): Table {
  const records = RECORDS.slice(0, smoke ? 2 : undefined), seeds = smoke ? [0] : SEEDS
  const results = records.map(([, name, given, scale]) => {
    const tallies = FITS.map((): Tally => ({ heldOut: [], after: [], milliseconds: 0, forwards: 0 }))
    backend.temporarily(() =>
      seeds.forEach((seed) => contest(name, given, scale, seed, smoke ? 2 : ITERATIONS, tallies)))
    return tallies
  })
  const totals = FITS.map((_, f) => results.reduce((sum, tallies) => sum + tallies[f].milliseconds, 0))
  const table = createTable(['fit', 'forwards', 'time', ...records.map(([title]) => title)])
  FITS.forEach(({ title }, f) => table.add([
    title, mean(results.map((tallies) => tallies[f].forwards)).toFixed(0), fixed(totals[f] / totals[0]),
    ...results.map((tallies) => `${fixed(mean(tallies[f].heldOut))}, ${fixed(mean(tallies[f].after))}`),
  ]))
  return table
}

interface Learnt {
  /** Steps until the mean return of the last 100 episodes, at least 20, reached the threshold. */
  readonly steps: number
  /** That mean at the end. */
  readonly end: number
  /** Share of the value fit in the training's time. */
  readonly share: number
}

function learn(name: string, threshold: number, given: Given): Learnt {
  const { make } = environments[name]
  const begun = performance.now()
  let steps = Infinity, end = NaN, fitting = 0, episodes = 0
  for (const iteration of train(() => make(), { ...given, clock: () => performance.now() })) {
    episodes += iteration.episodes.length
    end = iteration.meanReturn ?? -Infinity
    fitting += iteration.phases.valueFit
    if (steps === Infinity && episodes >= 20 && end >= threshold) steps = iteration.steps
  }
  return { steps, end, share: fitting / (performance.now() - begun) }
}

function compareTrainings(smoke: boolean): Table {
  const table = createTable(
    ['training', 'fit', 'steps to the threshold, thousands', 'return at the end', 'fit, share of time'])
  const spread = (x: readonly number[], digits: number): string => {
    const sorted = [...x].sort((a, b) => a - b)
    const [low, middle, high] = [0, (x.length - 1) / 2, x.length - 1]
      .map((k) => sorted[k] === Infinity ? 'never' : fixed(sorted[k], digits))
    return `${middle} [${low}–${high}]`
  }
  for (const [name, threshold] of THRESHOLDS.slice(0, smoke ? 1 : undefined)) {
    const preset = presets[name]
    const totalSteps = smoke ? 1 : Math.max(100_000, preset.totalSteps ?? 0)
    for (const { title, given } of FITS.filter(({ learns }) => learns)) {
      const runs = (smoke ? [0] : LEARNING_SEEDS).map((seed) =>
        learn(name, threshold, { ...preset, totalSteps, ...given, seed }))
      table.add([
        `${name}, ≥ ${fixed(threshold, 0)}`, title, spread(runs.map(({ steps }) => steps / 1000), 0),
        spread(runs.map(({ end }) => end), 0), `${(100 * mean(runs.map(({ share }) => share))).toFixed(0)} %`,
      ])
    }
  }
  return table
}

export function valueFit(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const onBatches = compareOnBatches(smoke)
  if (write) pasteInto('docs/results/benchmarks.md', 'value', onBatches.text())
  process.stdout.write('\n')
  const trainings = compareTrainings(smoke)
  if (write) pasteInto('docs/results/benchmarks.md', 'value-learning', trainings.text())
  return 0
}
