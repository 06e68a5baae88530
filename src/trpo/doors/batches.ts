/**
 * Rollouts, vines, advantages and samplers of `trpo/parts` with their arguments checked: kinds and sizes, not
 * every number. Inside, the same functions run unchecked.
 */
import {
  argumentError, expectFunction, expectInteger, expectNumber, expectRecord,
} from '../../errors/expect.ts'
import {
  anyFunction, arrayOf, type Check, expectShape, float64, integer, nullOr, number, type Shape, typed,
} from '../../errors/shape.ts'
import { type Backend, expectBackend } from '../../math/backend.ts'
import { expectCommunicator } from '../../math/communicator.ts'
import { expectRandom, type Random } from '../../math/random.ts'
import * as advantages from '../../rl/advantage.ts'
import { type Batch, createBatch as batchOf } from '../../rl/batch.ts'
import { expectPolicy, type Policy } from '../../rl/policy.ts'
import * as rollouts from '../../rl/rollout.ts'
import * as vines from '../../rl/vine/vine.ts'
import type { Env } from '../../rl/world/env.ts'
import type { TrainOptions } from '../options/options.ts'
import { resolveOptions } from '../options/resolve.ts'
import * as sampling from '../variants/sampling.ts'
import { expectActor, expectMaskLength } from './policies.ts'
import { expectBatch, expectEnvs } from './records.ts'

/** `maskLength`: from `maskLengthOf`; 0 if actions are not masked. */
export function createBatch(
  backend: Backend, steps: number, envs: number, inputs: number, actionSize: number, maskLength: number = 0,
): Batch {
  expectBackend('backend', backend)
  for (const [name, size] of Object.entries({ steps, envs, inputs, actionSize })) expectInteger(name, size, 1)
  expectInteger('maskLength', maskLength, 0)
  try {
    return batchOf(backend, steps, envs, inputs, actionSize, maskLength)
  } catch (error) {
    throw fits('steps', `${steps} steps of ${envs} environments`, error)
  }
}

/** The engine's error for memory that it does not have, as one of ours; another error as it is. */
function fits(name: string, got: string, error: unknown): unknown {
  if ((error as Error).name !== 'RangeError') return error
  return new RangeError(`${name}: expected a batch that fits into memory, got ${got}`)
}

/**
 * Seed and reset every environment and prepare to act in them. The seed of the e-th is an integer from the
 * stream 'environment/e' of `random`. `actionNoiseHold`: steps for which a draw is held on average, 1 to 1e6.
 */
export function createRollout(
  envs: readonly Env[], policy: Policy, random: Random, actionNoiseHold: number = 1,
): rollouts.Rollout {
  expectEnvs('envs', envs)
  expectPolicy(policy)
  expectRandom('random', random)
  expectNumber('actionNoiseHold', actionNoiseHold, 1, 1e6)
  return rollouts.createRollout(envs, policy, random, actionNoiseHold)
}

const stream: Check = expectRandom
const moments = (): Shape => ({ count: integer(0), mean: float64(), squares: float64() })
const noise = (): Shape => ({
  steps: number(1, 1e6), streams: arrayOf(stream, 'streams'), before: arrayOf(float64(8), 'states'),
  ends: arrayOf(stream, 'streams'),
})
const rollout = (): Shape => ({
  envs: expectEnvs, actor: expectActor, streams: arrayOf(stream, 'streams'),
  noise: nullOr((name, value) => expectShape(name, value, 'held noise', noise())),
  steps: float64(), episodeReturns: float64(), episodeLengths: float64(),
  seen: arrayOf((name, value) => expectShape(name, value, 'moments', moments()), 'moments'),
  rewards: float64(), terminated: typed('Uint8Array'), truncated: typed('Uint8Array'),
  ranks: expectCommunicator, first: integer(0), info: arrayOf(() => {}, 'sums'), ends: () => {},
})

/** Throws unless `value` is a rollout. */
export function expectRollout(name: string, value: unknown): void {
  expectShape(name, value, 'a rollout', rollout())
  const { envs, actor, streams, noise, seen, ...sums } = value as rollouts.Rollout
  const E = envs.length, { policy: { net, normalizer }, actions } = actor
  integer(E, E)(`${name}.actor.actions.rows`, actions.rows)
  arrayOf(() => {}, 'streams', E)(`${name}.streams`, streams)
  for (const field of ['steps', 'episodeReturns', 'episodeLengths', 'rewards'] as const) {
    float64(E)(`${name}.${field}`, sums[field])
  }
  const flags = typed('Uint8Array', E)
  for (const field of ['terminated', 'truncated'] as const) flags(`${name}.${field}`, sums[field])
  if (noise !== null) {
    for (const field of ['streams', 'before', 'ends'] as const) {
      arrayOf(() => {}, 'of them', E)(`${name}.noise.${field}`, noise[field])
    }
  }
  const each: Shape = { mean: float64(net.sizes[0]), squares: float64(net.sizes[0]) }
  arrayOf((part, held) => expectShape(part, held, 'moments', each), 'moments', normalizer === null ? 0 : E)(
    `${name}.seen`, seen)
}

function expectBatchOf(name: string, batch: Batch, { envs, actor }: rollouts.Rollout): void {
  const { net, distribution } = actor.policy
  expectBatch(name, batch, net.sizes[0], distribution.actionSize, envs.length)
}

/**
 * Overwrite `batch` with the next steps · envs timesteps; returns the episodes that ended in it, in order.
 * `visit(t)` is called before timestep t of the batch; it may read the environments but must not change them.
 */
export function collect(
  rollout: rollouts.Rollout, batch: Batch, visit: (t: number) => void = () => {},
): rollouts.Episode[] {
  expectRollout('rollout', rollout)
  expectBatchOf('batch', batch, rollout)
  expectFunction('visit', visit)
  return rollouts.collect(rollout, batch, visit)
}

/** More rows than any batch has, and too many to count one by one. */
export const MAX_ROWS = 10_000_000
const VINE = ['branches', 'horizon', 'spacing'] as const

/**
 * A vine on `rollout` for batches of `rows` rows, a multiple of K · environments. The environments must have
 * `getState` and `setState`.
 */
export function createVine(
  rollout: rollouts.Rollout, rows: number, options: vines.VineOptions, random: Random,
): vines.Vine {
  expectRollout('rollout', rollout)
  expectInteger('rows', rows, 1, MAX_ROWS)
  const { branches, horizon, spacing } = expectRecord<vines.VineOptions>('options', options, VINE)
  expectRandom('random', random)
  if (branches !== 'all' && typeof branches !== 'number') {
    throw argumentError('branches', '"all" or an integer of at least 2', branches)
  }
  try {
    return vines.createVine(rollout, rows, { branches, horizon: horizon!, spacing: spacing! }, random)
  } catch (error) {
    const engine = /^(Invalid|Array buffer)/.test((error as Error).message)
    throw engine ? fits('rows', `${rows} rows`, error) : error
  }
}

const point = (): Shape => ({
  states: arrayOf(float64(), 'states'), observations: float64(), lengths: float64(),
})
const savedPoint: Check = (name, value) => expectShape(name, value, 'a saved point', point())
const vine = (): Shape => ({
  rollout: expectRollout, random: stream, branches: integer(1), visited: integer(0),
  options: (name, value) => { expectRecord<vines.VineOptions>(name, value, VINE) },
  firsts: arrayOf(stream, 'streams'), noises: arrayOf(stream, 'streams'),
  saved: arrayOf(savedPoint, 'points'), end: savedPoint,
  partial: float64(), power: float64(), probability: float64(), logs: float64(), alive: typed('Uint8Array'),
})

/** Throws unless `value` is a vine, and `batch` one of its batches. */
function expectVine(value: unknown, batch: Batch): void {
  expectShape('vine', value, 'a vine', vine())
  const { rollout, options, branches, saved, partial, power, probability, logs, alive, firsts, noises } =
    value as vines.Vine
  const E = rollout.envs.length, rows = saved.length * branches * E
  integer(1)('vine.options.horizon', options.horizon)
  integer(1)('vine.options.spacing', options.spacing)
  for (const [field, held] of Object.entries({ partial, power, probability })) {
    float64(rows)(`vine.${field}`, held)
  }
  float64(E)('vine.logs', logs)
  typed('Uint8Array', E)('vine.alive', alive)
  for (const [field, held] of Object.entries({ firsts, noises })) {
    arrayOf(() => {}, 'streams', E)(`vine.${field}`, held)
  }
  expectBatchOf('batch', batch, rollout)
  float64(rows)('batch.rewards', batch.rewards)
}

/**
 * Fill `paths`, M/E · spacing steps per environment, like `collect`; then fill `batch` with observations,
 * actions and final observations of the branches. Row (m·K + k)·E + e is branch k of the m-th state of
 * environment e. Returns the episodes that ended on the trajectories. rollout.steps counts all steps, also
 * those of branches. `gamma`: in [0, 1].
 */
export function collectVine(
  vine: vines.Vine, paths: Batch, batch: Batch, gamma: number,
): rollouts.Episode[] {
  expectVine(vine, batch)
  expectBatchOf('paths', paths, vine.rollout)
  integer(vine.saved.length * vine.options.spacing, vine.saved.length * vine.options.spacing)(
    'paths.steps', paths.steps)
  return vines.collectVine(vine, paths, batch, expectNumber('gamma', gamma, 0, 1))
}

/** batch.returns ← Q̂; batch.advantages ← Â. Reads finalValues; to be called after `collectVine`. */
export function vineAdvantages(vine: vines.Vine, batch: Batch): void {
  expectVine(vine, batch)
  vines.vineAdvantages(vine, batch)
}

/** batch.advantages ← GAE(γ, λ) from values and finalValues; batch.returns ← advantages + values (TD(λ)). */
export function generalizedAdvantages(batch: Batch, gamma: number, lambda: number): void {
  expectBatch('batch', batch)
  expectNumber('gamma', gamma, 0, 1)
  advantages.generalizedAdvantages(batch, gamma, expectNumber('lambda', lambda, 0, 1))
}

/** batch.returns ← G_t, which after truncation includes γ V(final state); batch.advantages ← G_t − V(s_t). */
export function rewardsToGo(batch: Batch, gamma: number): void {
  expectBatch('batch', batch)
  advantages.rewardsToGo(batch, expectNumber('gamma', gamma, 0, 1))
}

/** batch.advantages ← mean 0 and variance 1, or all 0 if they differ only by the rounding of the returns. */
export function normalizeAdvantages(batch: Batch, scratch: Float64Array): void {
  expectBatch('batch', batch)
  float64(null, batch.advantages.length)('scratch', scratch)
  advantages.normalizeAdvantages(batch, scratch)
}

/**
 * Batches that take at most options.batchSteps environment steps; `maskLength` is that of `maskLengthOf`.
 * Throws if actions cannot be listed for a vine, or if a batch is too small for one.
 */
export function createBatches(options: TrainOptions, policy: Policy, maskLength: number): sampling.Batches {
  expectPolicy(policy)
  expectMaskLength('maskLength', maskLength, policy.distribution)
  return sampling.createBatches(resolveOptions(options), policy, maskLength)
}

const batches = (): Shape => ({
  batch: expectBatch, paths: expectBatch, all: arrayOf(expectBatch, 'batches'),
})

/** Throws unless `value` has the batches of one iteration. */
export function expectBatches(name: string, value: unknown): void {
  expectShape(name, value, 'batches of createBatches', batches())
}

/** The sampler of options.sampling, for `batches` as `createBatches` makes them; `random` is for a vine. */
export function createSampler(
  options: TrainOptions, rollout: rollouts.Rollout, batches: sampling.Batches, random: Random,
): sampling.Sampler {
  expectRollout('rollout', rollout)
  expectBatches('batches', batches)
  expectBatchOf('batches.batch', batches.batch, rollout)
  expectBatchOf('batches.paths', batches.paths, rollout)
  expectRandom('random', random)
  return sampling.createSampler(resolveOptions(options), rollout, batches, random)
}

/** Throws unless `value` has methods of these names. */
export const methods = (what: string, ...names: readonly string[]): Check => {
  const shape: Shape = Object.fromEntries(names.map((name) => [name, anyFunction]))
  return (name, value) => expectShape(name, value, what, shape)
}
