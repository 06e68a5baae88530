/**
 * Trust Region Policy Optimization, whole: act, estimate advantages, step, fit the value, again.
 * Schulman, Levine, Moritz, Jordan & Abbeel 2015; advantages after Schulman et al. 2016.
 * A generator: each `next()` is one iteration, and between two of them the host does what it likes.
 */
import { show } from '../errors/expect.ts'
import { Random } from '../math/random.ts'
import { largestMagnitude, sum } from '../math/vector.ts'
import { normalize } from '../rl/advantage.ts'
import type { Env } from '../rl/world/env.ts'
import { maskLengthOf } from '../rl/world/mask.ts'
import { createNormalizer } from '../rl/normalizer.ts'
import { createPolicy, initializePolicy, type Policy } from '../rl/policy.ts'
import { createRollout, type Episode } from '../rl/rollout.ts'
import { describeSpace } from '../rl/world/space.ts'
import { createValue, type Value } from '../rl/value.ts'
import { createFitter } from './value/fitter.ts'
import { resolveOptions, type TrainOptions } from './options/options.ts'
import { chooseBackend, choosePlain } from './memory.ts'
import { beginNormalization, moveStatistics, type Normalization } from './variants/normalization.ts'
import { laps, noTime, type Phases } from './phases.ts'
import { createBatches, createSampler } from './variants/sampling.ts'
import { type Certificate, createStepper, step } from './step.ts'
import { createTrustRegionRule } from './variants/trustRegion.ts'
import type { ValueFit } from './value/adamFit.ts'

/** What one iteration did. Plain data, but for `policy` and `value`, which go on changing. */
export interface Iteration {
  /** From 1. */
  readonly iteration: number
  /** Environment steps so far, this iteration's included; exact. */
  readonly steps: number
  /** Episodes that ended in this iteration, in order, with raw returns. */
  readonly episodes: readonly Episode[]
  /** Mean return and length of the last 100 finished episodes; null until one has finished. */
  readonly meanReturn: number | null
  readonly meanLength: number | null
  readonly certificate: Certificate
  readonly valueFit: ValueFit
  /** What new statistics of observations did after the step; null where observations are not normalised. */
  readonly normalization: Normalization | null
  /** Milliseconds by phase, all 0 without options.clock. */
  readonly phases: Phases
  readonly policy: Policy
  readonly value: Value
}

/** Finished episodes that the running means look back on. */
const RECENT = 100

/**
 * Train on environments that `makeEnv` makes, options.environments of them, until options.totalSteps.
 * Yields one record an iteration; returns the policy. Wrong options throw here, all named together. An environment
 * at fault throws an EnvError from `next()`, with θ, φ as the last iteration left them.
 */
export function train(makeEnv: () => Env, options: Partial<TrainOptions> = {}): Generator<Iteration, Policy, void> {
  return begin(makeEnv, options, chooseBackend)
}

/** `train` on plain TypeScript alone: `auto` is the reference, and a bundle holds nothing of WebAssembly. */
export function trainPlain(makeEnv: () => Env, options: Partial<TrainOptions> = {}): Generator<Iteration, Policy, void> {
  return begin(makeEnv, options, choosePlain)
}

function begin(
  makeEnv: () => Env, options: Partial<TrainOptions>, choose: typeof chooseBackend,
): Generator<Iteration, Policy, void> {
  if (typeof makeEnv !== 'function') {
    throw new TypeError(`makeEnv: expected a function that returns an environment, got ${show(makeEnv)}`)
  }
  return iterations(makeEnv, resolveOptions(options), choose)
}

function* iterations(
  makeEnv: () => Env, options: TrainOptions, choose: typeof chooseBackend,
): Generator<Iteration, Policy, void> {
  const { environments, totalSteps, clock } = options
  const random = new Random(options.seed)
  const envs = makeEnvs(makeEnv, environments)
  const { observationSpace, actionSpace } = envs[0]
  const backend = choose(options, observationSpace, actionSpace)

  const { normalizeObservations, observationClip } = options
  const normalizer = normalizeObservations === 'off' ? null : createNormalizer(observationSpace, observationClip)
  const policy = createPolicy(backend, observationSpace, actionSpace, options.hidden, options.activation, { ...options, normalizer })
  initializePolicy(policy, options.initialLogStd, random.fork('policy'))
  const inputs = policy.net.sizes[0]
  const value = createValue(backend, inputs, options.valueHidden, options.activation, random.fork('value'), normalizer)
  const batches = createBatches(options, policy, maskLengthOf(envs))
  const { batch, paths } = batches
  const stepper = createStepper(policy, batch.observations, options, random.fork('fisher'), batch.masks)
  const fitter = createFitter(value, paths.returns.length, options)
  const adaptRegion = createTrustRegionRule(stepper.region, options)
  const minibatches = random.fork('minibatches')
  const scratch = new Float64Array(batch.advantages.length)
  let recent: readonly Episode[] = []
  let last: Certificate | null = null
  let steps = 0

  try {
    const rollout = createRollout(envs, policy, random, options.noiseSteps)
    const sampler = createSampler(options, rollout, batches, value, random.fork('vine'))
    for (let iteration = 1; steps < totalSteps; iteration++) {
      const phases = noTime()
      const lap = laps(phases, clock)
      const progress = steps / totalSteps

      const episodes = sampler.collect()
      beginNormalization(rollout, ...batches.all)
      steps = sum(rollout.steps)
      recent = [...recent, ...episodes].slice(-RECENT)
      lap('rollout')

      sampler.estimate()
      if (options.normalizeAdvantages) normalize(batch.advantages, largestMagnitude(batch.returns), scratch)
      lap('advantage')

      adaptRegion(progress, last)
      const certificate = last = step(stepper, batch.actions, batch.advantages, lap)
      const valueFit = fitter.fit(paths.observations, paths.returns, paths.values, minibatches)
      lap('valueFit')
      const normalization = moveStatistics({ rollout, batch, stepper, fitter }, normalizeObservations, lap)

      yield {
        iteration, steps, episodes,
        meanReturn: mean(recent.map((episode) => episode.return)),
        meanLength: mean(recent.map((episode) => episode.length)),
        certificate, valueFit, normalization, phases, policy, value,
      }
    }
  } finally {
    for (const env of envs) env.close?.()
  }
  return policy
}

/** Environments of one kind: the learner's network fits all of them or none. */
function makeEnvs(makeEnv: () => Env, count: number): Env[] {
  const envs = Array.from({ length: count }, () => makeEnv())
  envs.forEach((env, e) => {
    for (const method of ['reset', 'step'] as const) {
      if (typeof env?.[method] !== 'function') {
        throw new TypeError(`environment ${e}.${method}: expected a function, got ${show(env?.[method])}`)
      }
    }
    for (const space of ['observationSpace', 'actionSpace'] as const) {
      const described = describeSpace(env[space])
      if (described !== describeSpace(envs[0][space])) {
        throw new RangeError(`environment ${e}.${space}: expected ${describeSpace(envs[0][space])}, got ${described}`)
      }
    }
  })
  return envs
}

function mean(x: readonly number[]): number | null {
  return x.length === 0 ? null : x.reduce((total, each) => total + each, 0) / x.length
}
