/**
 * This library as a contestant: `ours.mjs simd` or `ours.mjs reference`, bundled from the sources first.
 * Activations are cached before a product, as they are before conjugate gradients; the gradient includes a
 * forward pass, for everybody.
 */
import process from 'node:process'
import { createPolicy } from '../../src/rl/policy.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { createValue, predict } from '../../src/rl/value.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { createStepper, step } from '../../src/trpo/step.ts'
import { policyGradient } from '../../src/trpo/surrogate.ts'
import { createAdamFitter, fitByAdam } from '../../src/trpo/value/adamFit.ts'
import { serve } from './serve.mjs'

const ROOM = 1 << 28
const backendOf = () => {
  if (process.argv[2] === 'reference') return reference
  const simd = createSimd(ROOM)
  if (simd === null) throw new Error('WebAssembly SIMD does not work here')
  return simd
}

function multiply({ n, k, m, A, B }) {
  const backend = backendOf()
  const filled = (rows, cols, numbers) => {
    const tensor = backend.allocate(rows, cols)
    tensor.data.set(numbers)
    return tensor
  }
  const a = filled(n, k, A), b = filled(k, m, B), c = backend.allocate(n, m)
  return { run: () => backend.multiply(c, a, b), result: () => c.data }
}

function createProblem(problem, more = {}) {
  const { sizes, kind, states, theta, observations, actions, damping, step: rules } = problem
  const backend = backendOf()
  const everywhere = (n) => box(new Array(n).fill(-Infinity), new Array(n).fill(Infinity))
  const outputs = sizes.at(-1)
  const policy = createPolicy(
    backend, everywhere(sizes[0]), kind === 'gaussian' ? everywhere(outputs) : discrete(outputs),
    sizes.slice(1, -1), 'tanh')
  policy.net.parameters.flat.set(theta)
  const inputs = backend.allocate(states, sizes[0])
  inputs.data.set(observations)
  const taken = backend.allocate(states, policy.distribution.actionSize)
  taken.data.set(actions)
  const options = { ...resolveOptions({}), ...rules, damping, cgTolerance: 0, ...more }
  return { policy, actions: taken, stepper: createStepper(policy, inputs, options, new Random(1)) }
}

function fisher(problem) {
  const { policy, stepper } = createProblem(problem)
  forwardPolicy(stepper.old)
  stepper.parts.fisher.refresh()
  const out = new Float64Array(problem.v.length)
  return { run: () => stepper.parts.fisher.apply(out, problem.v), result: () => out }
}

function gradient(problem) {
  const { stepper, actions } = createProblem(problem)
  const { old, shards } = stepper
  const out = new Float64Array(problem.theta.length), weights = new Float64Array(problem.states)
  return {
    run: () => {
      forwardPolicy(old)
      weights.set(problem.advantages)
      policyGradient(out, old, shards, actions, weights)
    },
    result: () => out,
  }
}

/** The result is θ′ − θ; θ is put back before each call. */
function policyStep(problem, more) {
  const { policy, stepper, actions } = createProblem(problem, more)
  const theta = policy.net.parameters.flat
  return {
    run: () => {
      theta.set(problem.theta)
      const { status } = step(stepper, { actions, advantages: problem.advantages })
      if (status !== 'accepted') throw new Error(`the step was not accepted: ${status}`)
    },
    result: () => theta.map((x, p) => x - problem.theta[p]),
  }
}

/** Our step of ten products is timed; its result is compared after as many iterations as the other takes. */
function shippedStep(problem) {
  const { run, result } = policyStep(problem, { cgIterations: problem.shippedIterations })
  return { run: policyStep(problem).run, result: () => { run(); return result() } }
}

/** The result is φ′ − φ; φ, V of the states and Adam's moments are put back before each call. */
function criticFit(problem) {
  const { criticSizes, states, phi, returns, orders, update: { epochs, minibatch, learningRate } } = problem
  const backend = backendOf()
  const value = createValue(backend, criticSizes[0], criticSizes.slice(1, -1), 'tanh')
  const { flat } = value.net.parameters
  flat.set(phi)
  const observations = backend.allocate(states, criticSizes[0])
  observations.data.set(problem.observations)
  const values = new Float64Array(states), before = new Float64Array(states)
  predict(before, value, observations, states)
  const fitter = createAdamFitter(value, states, {
    valueEpochs: epochs, valueMinibatch: minibatch, valueLearningRate: learningRate, normalizeReturns: false,
  })
  const { adam } = fitter
  let pass
  // In place of a random stream: the passes of the file, one after another.
  const given = { shuffle: (order) => order.set(orders.subarray(pass * states, ++pass * states)) }
  return {
    run: () => {
      pass = 0
      flat.set(phi)
      values.set(before)
      adam.m.data.fill(0)
      adam.v.data.fill(0)
      Object.assign(adam, { beta1Power: 1, beta2Power: 1 })
      const { status } = fitByAdam(fitter, { observations, returns, values }, given)
      if (status !== 'fitted') throw new Error(`the critic was not fitted: ${status}`)
    },
    result: () => flat.map((x, p) => x - phi[p]),
  }
}

/** The result is that of the step, then that of the fit. */
function wholeUpdate(problem) {
  const policy = policyStep(problem, { cgIterations: problem.update.cgIterations })
  const critic = criticFit(problem)
  return {
    run: () => { policy.run(); critic.run() },
    result: () => [...policy.result(), ...critic.result()],
  }
}

await serve(`node ${process.version}`, {
  multiply, fisher, gradient, step: (problem) => policyStep(problem), shipped: shippedStep,
  critic: criticFit, update: wholeUpdate,
})
