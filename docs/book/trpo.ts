/**
 * Trust Region Policy Optimization on the library's parts: the bits of `train` with the same options.
 * But: constant δ, raw observations, advantages normalised, no variant of the step, no certificate.
 */
import { type Env, Random, resolveOptions, type TrainOptions } from 'trpo'
import * as parts from 'trpo/parts'

/** Yields after each iteration; θ is the policy's own. `t` has the parts, of which some may be your own. */
export function* trpo(makeEnv: () => Env<any>, given: Partial<TrainOptions>, t: typeof parts = parts) {
  const options = resolveOptions(given), random = new Random(options.seed)
  const { envCount: E, batchSteps: N, discount: gamma, gaeLambda: lambda, maxKl: delta, damping } = options
  const { hiddenSizes, valueHiddenSizes, activation, cgIterations, cgTolerance } = options
  const { backtrackCoefficient, maxBacktracks } = options
  const envs = Array.from({ length: E }, makeEnv), { observationSpace, actionSpace } = envs[0]
  const backend = t.backendFor(options, observationSpace, actionSpace)
  const make = () => t.createPolicy(backend, observationSpace, actionSpace, hiddenSizes, activation)
  const policy = make(), trial = make(), pi = policy.distribution, inputs = policy.net.sizes[0]
  const value = t.createValue(backend, inputs, valueHiddenSizes, activation)
  const batch = t.createBatch(backend, N / E, E, inputs, pi.actionSize)
  const { observations, actions, advantages } = batch
  const fitter = t.createFitter(value, N, options), minibatches = random.fork('minibatches')
  t.initializePolicy(policy, options.initialLogStd, random.fork('policy'))
  t.initializeValue(value, random.fork('value'))
  const rollout = t.createRollout(envs, policy, random)

  const old = t.createPolicyMap(policy.net, pi, observations, true)
  const now = t.createPolicyMap(trial.net, pi, observations, false)
  const theta = policy.net.parameters.flat, candidate = trial.net.parameters.flat
  const shards = t.createShards(policy.net, old.tape), fisher = t.createFisher(old, shards, damping)
  const g = new Float64Array(theta.length), cg = t.cgWorkspace(theta.length)
  const [logOld, logNew, kl, rest] = [1, 2, 3, 4].map(() => new Float64Array(N))
  const scratch = t.matrix(rest, 1, N)

  for (let k = 1; (k - 1) * N < options.totalSteps; k++) {
    const episodes = t.collect(rollout, batch)                        // D_k: run π_k
    if (k === 1) t.startValue(value, batch, gamma)                    // V is the first batch's mean
    t.predictValues(value, batch)                                     // V_k(s_t)
    t.generalizedAdvantages(batch, gamma, lambda)                     // G_t, Â_t
    t.normalizeAdvantages(batch, scratch.data)
    t.forwardPolicy(old)
    pi.logProbability(logOld, actions, old.eta)
    t.policyGradient(g, old, shards, actions, advantages.slice())     // ĝ = mean of ∇ log π(a|s) Â
    fisher.refresh()
    const { xAx, relativeResidual: residual } = t.conjugateGradient(  // x̂ ≈ Ĥ⁻¹ ĝ
      cg, fisher.apply, g, { maxIterations: cgIterations, relativeTolerance: cgTolerance })
    const xHx = xAx - damping * t.dot(cg.x, cg.x)
    const beta = Math.sqrt(2 * delta / xHx)                           // √(2δ / x̂ᵀĤx̂)
    const before = t.surrogate(backend, logOld, logOld, advantages, scratch)
    let meanKl = 0, gain = 0
    const { scale } = t.lineSearch((alpha) => {                       // for j = 0 … K: is α^j acceptable?
      t.combine(candidate, theta, alpha * beta, cg.x)                 // θ_k + α^j √(2δ / x̂ᵀĤx̂) x̂
      t.forwardPolicy(now)
      pi.klOldNew(kl, old.eta, now.eta)
      pi.logProbability(logNew, actions, now.eta)
      meanKl = t.sum(kl) / N
      gain = t.surrogate(backend, logNew, logOld, advantages, scratch) - before
      return meanKl <= delta && gain > 0
    }, { backtrackCoefficient, maxBacktracks })
    const slope = beta * t.dot(g, cg.x), gradientNorm = t.norm(g)
    if (scale > 0) theta.set(candidate)                               // θ_{k+1}
    fitter.fit(batch, minibatches)                                    // V_{k+1}: least squares on G_t
    yield { k, episodes, before, gradientNorm, residual, xHx, beta, slope, scale, kl: meanKl, gain, theta }
  }
}
