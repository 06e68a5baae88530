/**
 * The step, the value fit and their surroundings of `trpo/parts` with arguments checked: kinds and sizes, not
 * every number. Inside, the same functions run unchecked.
 */
import {
  argumentError, expectFinite, expectFunction, expectInteger, expectNumber,
} from '../../errors/expect.ts'
import {
  arrayOf, type Check, expectShape, float64, integer, nullOr, number, type Shape, typed,
} from '../../errors/shape.ts'
import { type Backend, expectBackend } from '../../math/backend.ts'
import { expectRandom, type Random } from '../../math/random.ts'
import { expectTensor, type Tensor } from '../../math/tensor.ts'
import type { Jacobian } from '../../nn/jacobian.ts'
import type { Shards } from '../../nn/shards.ts'
import { aTensor } from '../../nn/shapes.ts'
import type { Batch } from '../../rl/batch.ts'
import { expectPolicy, type Policy } from '../../rl/policy.ts'
import type { PolicyMap } from '../../rl/policyMap.ts'
import type { Rollout } from '../../rl/rollout.ts'
import { expectValue, type Value } from '../../rl/value.ts'
import type { Certificate } from '../certificate.ts'
import * as fishers from '../fisher.ts'
import type { StepOptions, ValueFitOptions } from '../options/options.ts'
import { resolveOptions } from '../options/resolve.ts'
import { expectObserver, type Observer, type Probe } from '../observer.ts'
import type { Lap } from '../phases.ts'
import * as stepping from '../step.ts'
import * as surrogates from '../surrogate.ts'
import { createFitter as fitterOf, type Fitter } from '../value/fitter.ts'
import * as normalizing from '../variants/normalization.ts'
import { type TrustRegion, updateTrustRegion as update } from '../variants/trustRegion.ts'
import { expectRollout, MAX_ROWS, methods } from './batches.ts'
import { expectShards } from './networks.ts'
import { expectMap } from './policies.ts'
import { expectBatch } from './records.ts'

const policyCheck: Check = (name, value) => expectPolicy(value, name)

/**
 * A stepper for batches whose states are in `observations` [N, inputs] and whose masks, if actions are
 * masked, are in `masks` [N, etaSize]. `random` draws the states of Fisher products if they are not all.
 */
export function createStepper(
  policy: Policy, observations: Tensor, options: StepOptions, random: Random, masks: Uint8Array | null = null,
): stepping.Stepper {
  expectPolicy(policy)
  expectTensor('observations', observations, null, policy.net.sizes[0])
  integer(1)('observations.rows', observations.rows)
  expectRandom('random', random)
  nullOr(typed('Uint8Array', observations.rows * policy.distribution.etaSize))('masks', masks)
  return stepping.createStepper(policy, observations, resolveOptions(options), random, masks)
}

const region = (): Shape => ({ maxKl: number(0), damping: number(0), initialMaxKl: number(0) })
const aRegion: Check = (name, value) => expectShape(name, value, 'a trust region', region())
const fisher = methods('a Fisher matrix', 'apply', 'refresh')
const search = (): Shape => ({
  maxTrials: integer(0), run: expectFunctionOf, accepts: expectFunctionOf, verdict: expectFunctionOf,
})
const subset = (): Shape => ({
  full: expectMap, map: expectMap, order: typed('Int32Array'), random: expectRandom,
})
const parts = (): Shape => ({
  objective: methods('an objective', 'value', 'gradient'), fisher, squaredLength: expectFunctionOf,
  subset: nullOr((name, value) => expectShape(name, value, 'a subset of the states', subset())),
  preconditioner: nullOr(methods('a preconditioner', 'apply')),
  search: (name, value) => expectShape(name, value, 'a search', search()),
})
const rounding = (): Shape => ({
  network: () => {}, oldError: float64(), bothErrors: float64(), oldLogErrors: float64(),
  logErrors: float64(), entropies: float64(),
})
const stepper = (): Shape => ({
  policy: policyCheck, options: (_, value) => { resolveOptions(value as object) },
  parts: (name, value) => expectShape(name, value, 'the parts of a step', parts()),
  rounding: (name, value) => expectShape(name, value, 'bounds of rounding', rounding()),
  region: aRegion, old: expectMap, candidate: expectMap, shards: () => {}, gradient: float64(),
  cg: () => {}, oldLogProbability: float64(), newLogProbability: float64(), kl: float64(), scratch: aTensor,
})

function expectFunctionOf(name: string, value: unknown): void {
  expectFunction(name, value)
}

function expectStepper(value: unknown): stepping.Stepper {
  expectShape('stepper', value, 'a stepper', stepper())
  const each = value as stepping.Stepper
  const N = each.old.tape.inputs.rows, vector = float64(each.policy.net.parameters.flat.length)
  vector('stepper.gradient', each.gradient)
  const workspace = { x: vector, r: vector, p: vector, Ap: vector, z: vector }
  expectShape('stepper.cg', each.cg, 'a workspace of cgWorkspace', workspace)
  for (const field of ['oldLogProbability', 'newLogProbability', 'kl'] as const) {
    float64(N)(`stepper.${field}`, each[field])
  }
  for (const field of ['oldLogErrors', 'logErrors', 'entropies'] as const) {
    float64(N)(`stepper.rounding.${field}`, each.rounding[field])
  }
  for (const field of ['oldError', 'bothErrors'] as const) {
    float64(each.policy.distribution.etaSize)(`stepper.rounding.${field}`, each.rounding[field])
  }
  expectTensor('stepper.scratch', each.scratch, 1, N)
  expectTensor('stepper.candidate.tape.inputs', each.candidate.tape.inputs, N)
  vector('stepper.candidate.net.parameters.flat', each.candidate.net.parameters.flat)
  vector('stepper.old.net.parameters.flat', each.old.net.parameters.flat)
  expectShards('stepper.shards', each.shards, each.gradient.length)
  return each
}

/**
 * Improve θ within the trust region, or leave its exact bits; the certificate says which, and why.
 * `lap(phase)` is called at the end of each phase, for timing; `observer` looks on.
 */
export function step(
  stepper: stepping.Stepper, batch: stepping.StepBatch, lap: Lap = () => {}, observer: Observer = {},
): Certificate {
  expectStepBatch(expectStepper(stepper), batch)
  expectFunction('lap', lap)
  expectObserver('observer', observer)
  return stepping.step(stepper, batch, lap, observer)
}

/**
 * Where a step of `length` · `direction` [P] from θ would end: the trial of `step` taken out, on the batch of
 * its last call, unchanged since. `direction`: CG's x by default.
 */
export function probe(
  stepper: stepping.Stepper, batch: stepping.StepBatch, length: number,
  direction: Float64Array = stepper?.cg?.x,
): Probe {
  expectStepBatch(expectStepper(stepper), batch)
  expectFinite('length', length)
  float64(stepper.gradient.length)('direction', direction)
  const { kl, klMax, surrogate } = stepping.probe(stepper, batch, length, direction)
  return { kl, klMax, surrogate }
}

function expectStepBatch(stepper: stepping.Stepper, batch: stepping.StepBatch): void {
  const { old, policy: { distribution } } = stepper
  const N = old.tape.inputs.rows
  expectShape('batch', batch, 'a batch', { actions: aTensor, advantages: float64(N) })
  expectTensor('batch.actions', batch.actions, N, distribution.actionSize)
}

/** Set δ by the schedule. `progress`: the share of the training that is over, in [0, 1]. */
export function updateTrustRegion(region: TrustRegion, options: StepOptions, progress: number): void {
  aRegion('region', region)
  update(region, resolveOptions(options), expectNumber('progress', progress, 0, 1))
}

/** A fitter of V for batches of `states` states. */
export function createFitter(value: Value, states: number, options: ValueFitOptions): Fitter {
  expectValue('value', value)
  expectInteger('states', states, 1, MAX_ROWS)
  const all = resolveOptions(options)
  try {
    return fitterOf(value, states, all)
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error
    throw argumentError('states', 'a number that fits into memory', states, 'number')
  }
}

/**
 * gradient ← mean of wᵢ ∇ log π(aᵢ|sᵢ), after `forwardPolicy(map)`. With w = Â it is ∇L at θ_old, the policy
 * gradient; with w = ratio · Â it is ∇L anywhere. `weights` [N] is overwritten.  gradient: [P].
 */
export function policyGradient(
  gradient: Float64Array, map: PolicyMap, shards: Shards, actions: Tensor, weights: Float64Array,
): void {
  expectMap('map', map)
  const { tape: { inputs: { rows } }, net, distribution } = map
  float64(net.parameters.flat.length)('gradient', gradient)
  expectShards('shards', shards, gradient.length)
  expectTensor('actions', actions, rows, distribution.actionSize)
  float64(rows)('weights', weights)
  surrogates.policyGradient(gradient, map, shards, actions, weights)
}

/** L from log π(a|s) and log π_old(a|s), each [N]. `scratch` [1, N] is overwritten. */
export function surrogate(
  backend: Backend, logProbability: Float64Array, oldLogProbability: Float64Array, advantages: Float64Array,
  scratch: Tensor,
): number {
  expectBackend('backend', backend)
  float64(null, 1)('advantages', advantages)
  const each = float64(advantages.length)
  each('logProbability', logProbability)
  each('oldLogProbability', oldLogProbability)
  expectTensor('scratch', scratch, 1, advantages.length)
  return surrogates.surrogate(backend, logProbability, oldLogProbability, advantages, scratch)
}

/** The operator for the states of `map` and damping λ ≥ 0. */
export function createFisher(
  map: PolicyMap, shards: Shards, damping: number, jacobian?: Jacobian,
): fishers.Fisher {
  expectMap('map', map)
  expectShards('shards', shards, map.net.parameters.flat.length)
  expectNumber('damping', damping, 0, Number.MAX_VALUE)
  if (jacobian !== undefined) methods('a Jacobian', 'refresh', 'tangent', 'backward')('jacobian', jacobian)
  return fishers.createFisher(map, shards, damping, jacobian)
}

/**
 * The first statistics: μ and σ of the first batch, or batches if there is a vine, before anything is
 * computed from it; its rows are normalised in place.
 */
export function startNormalization(rollout: Rollout, batches: readonly Batch[]): void {
  expectRollout('rollout', rollout)
  const inputs = rollout.actor.policy.net.sizes[0]
  arrayOf((name, value) => expectBatch(name, value, inputs), 'batches')('batches', batches)
  normalizing.startNormalization(rollout, batches)
}

const maps = (): Shape => ({ policy: policyCheck, old: expectMap, candidate: expectMap, kl: float64() })
const normalized = (): Shape => ({
  options: (_, value) => { resolveOptions(value as object) }, rollout: expectRollout,
  batches: (name, value) => expectShape(name, value, 'batches', { batch: expectBatch }),
  stepper: (name, value) => expectShape(name, value, 'a stepper', maps()),
  fitter: methods('a fitter', 'changeInputs'),
})

/** All later statistics, once the batch has been used; overwrites its rows. null without a normaliser. */
export function refreshStatistics(all: normalizing.Normalized): normalizing.Normalization | null {
  expectShape('normalized', all, 'a trainer, or its parts', normalized())
  const { stepper: { old, candidate, kl, policy: { net } }, batches: { batch } } = all
  const N = batch.advantages.length
  expectTensor('normalized.stepper.old.tape.inputs', old.tape.inputs, N, net.sizes[0])
  expectTensor('normalized.stepper.candidate.tape.inputs', candidate.tape.inputs, N, net.sizes[0])
  float64(N)('normalized.stepper.kl', kl)
  return normalizing.refreshStatistics(all)
}
