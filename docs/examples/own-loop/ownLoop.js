// The loop of `train`, written with the same pieces: the same options give the same bits. Replace a piece,
// such as `estimate(batch, γ, λ)`, which fills batch.advantages and batch.returns, the targets of V, from
// rewards, values and finalValues as generalizedAdvantages does, and it is a loop of your own.
// But: no vine, no masks, no running means.
import { Random, resolveOptions } from 'trpo'
import {
  backendFor, collect, createBatch, createFitter, createNormalizer, createPolicy, createRollout,
  createStepper, createValue, generalizedAdvantages, initializePolicy, initializeValue, normalizeAdvantages,
  predictValues, refreshStatistics, startNormalization, startValue, step, sum, updateTrustRegion,
} from 'trpo/parts'

export function* ownLoop(makeEnv, given, estimate = generalizedAdvantages) {
  const options = resolveOptions(given)
  const { envCount, batchSteps, totalSteps, hiddenSizes, valueHiddenSizes, activation } = options
  const random = new Random(options.seed)
  const envs = Array.from({ length: envCount }, makeEnv)
  try {
    const { observationSpace, actionSpace } = envs[0]
    const backend = backendFor(options, observationSpace, actionSpace)
    const normalizer = options.normalizeObservations === 'off'
      ? null : createNormalizer(observationSpace, options.observationClip)
    const parts = { ...options, normalizer }
    const policy = createPolicy(backend, observationSpace, actionSpace, hiddenSizes, activation, parts)
    const { net: { sizes: [inputs] }, distribution: { actionSize } } = policy
    const value = createValue(backend, inputs, valueHiddenSizes, activation, normalizer)
    const batch = createBatch(backend, batchSteps / envCount, envCount, inputs, actionSize)
    const stepper = createStepper(policy, batch.observations, options, random.fork('fisher'))
    const fitter = createFitter(value, batchSteps, options)
    initializePolicy(policy, options.initialLogStd, random.fork('policy'))
    initializeValue(value, random.fork('value'))
    const rollout = createRollout(envs, policy, random, options.actionNoiseHold)
    const minibatches = random.fork('minibatches'), scratch = new Float64Array(batchSteps)

    for (let steps = 0; steps < totalSteps;) {
      updateTrustRegion(stepper.region, options, steps / totalSteps) // δ
      const episodes = collect(rollout, batch)                       // run π_θ
      startNormalization(rollout, [batch])                           // μ, σ of the first batch
      if (steps === 0) startValue(value, batch, options.discount)    // V: the first batch's mean
      steps = sum(rollout.steps)
      predictValues(value, batch)                                    // V_φ(s_t)
      estimate(batch, options.discount, options.gaeLambda)           // G_t and Â_t
      if (options.normalizeAdvantages) normalizeAdvantages(batch, scratch)
      const certificate = step(stepper, batch)                       // θ
      const valueFit = fitter.fit(batch, minibatches)                // φ
      refreshStatistics({ options, rollout, batches: { batch }, stepper, fitter }) // μ, σ for the next batch
      yield { steps, episodes, certificate, valueFit, policy, value }
    }
  } finally {
    for (const env of envs) env.close?.()
  }
}
