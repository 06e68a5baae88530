/**
 * The hot loops construct no typed array: constructions counted against 0. Code that constructs one looks its
 * class up in globalThis at that moment, so counting classes stand there while a loop runs; methods that
 * return a new array count, too. Tolerance: none.
 * But: plain objects and arrays are not counted; a step may return a record.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cgWorkspace, conjugateGradient } from '../../src/math/conjugateGradient.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import type { Backend } from '../../src/math/backend.ts'
import { generalizedAdvantages, normalize, rewardsToGo } from '../../src/rl/advantage.ts'
import { createBatch } from '../../src/rl/batch.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { createMasks } from '../../src/rl/world/mask.ts'
import { createNormalizer } from '../../src/rl/normalizer.ts'
import { type ActionOptions, createPolicy, initializePolicy } from '../../src/rl/policy.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import { wide } from '../support/spaces.ts'
import { drawnValue } from '../support/value.ts'
import { predict } from '../../src/rl/value.ts'
import { createStepper, step } from '../../src/trpo/step.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import { createAdamFitter, fitByAdam } from '../../src/trpo/value/adamFit.ts'
import { createGaussNewtonFitter, fitByGaussNewton } from '../../src/trpo/value/gaussNewtonFit.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'

type Methods = Record<string, (this: unknown, ...args: unknown[]) => unknown>

const CLASSES = ['Float64Array', 'Float32Array', 'Int32Array', 'Uint32Array', 'Int16Array', 'Uint16Array',
  'Int8Array', 'Uint8Array',
  'Uint8ClampedArray', 'BigInt64Array', 'BigUint64Array', 'ArrayBuffer', 'DataView']
/** These take the class from the array, not from globalThis. */
const METHODS = ['subarray', 'slice', 'map', 'filter', 'toSorted', 'toReversed', 'with']

/** How many typed arrays, buffers and views `run` makes. */
function allocations(run: () => void): number {
  const globals = globalThis as unknown as Record<string, new (...args: unknown[]) => object>
  const prototype = Object.getPrototypeOf(Float64Array.prototype) as Methods
  const classes = CLASSES.map((name) => [name, globals[name]] as const)
  const methods = METHODS.map((name) => [name, prototype[name]] as const)
  let count = 0
  try {
    for (const [name, constructor] of classes) {
      globals[name] = new Proxy(constructor, {
        construct(target, args, newTarget) {
          count++
          return Reflect.construct(target, args, newTarget) as object
        },
      })
    }
    for (const [name, method] of methods) {
      prototype[name] = function (...args) {
        count++
        return method.apply(this, args)
      }
    }
    run()
  } finally {
    for (const [name, constructor] of classes) globals[name] = constructor
    for (const [name, method] of methods) prototype[name] = method
  }
  return count
}

test('the counter sees every way of making a typed array, and nothing once it is over', () => {
  const x = new Float64Array(3)
  const ways: readonly (() => unknown)[] = [
    () => new Float64Array(3), () => new Int32Array(3), () => new Uint8Array(3), () => new ArrayBuffer(8),
    () => Float64Array.of(1), () => Float64Array.from([1]), () => new Float64Array(x.buffer, 8, 1),
    () => x.subarray(1), () => x.slice(), () => x.map((a) => a), () => x.filter(() => true),
    () => reference.allocate(2, 2),
    () => cgWorkspace(1), () => new Random(0), () => new (class extends Float64Array {})(2),
  ]
  for (const way of ways) assert.ok(allocations(() => { way() }) > 0, `${way}`)
  assert.is(allocations(() => { x.fill(1); x.set(x); x.sort() }), 0)
  let later: unknown
  allocations(() => {})
  assert.instance(later = new Float64Array(1), Float64Array)
  assert.is(Object.getPrototypeOf(later), Float64Array.prototype)
  assert.throws(() => allocations(() => { throw new Error('inside') }), 'inside')
  assert.is(new Float64Array(2).subarray(1).length, 1)
})

const OPTIONS: StepOptions = { ...resolveOptions({}), cgTolerance: 1e-6 }
/** Length of a mask, 0 if actions are not masked; and how they are drawn and bounded. */
const SPACES: readonly (readonly [Space, number, Partial<ActionOptions>?])[] = [
  [wide(2), 0], [discrete(3), 0], [multiDiscrete([2, 3]), 0], [multiBinary(3), 0],
  [discrete(3), 3], [multiDiscrete([2, 3]), 5],
  [box([-1, 0], [1, 2]), 0, { stateDependentStd: true, actionBounds: 'squash' }],
]
// 150 states are two tiles, the second of another size.
const N = 150

const simd = createSimd(1 << 24)
const backends: readonly Backend[] = simd === null ? [reference] : [reference, simd]

function problem(
  backend: Backend, actionSpace: Space, options: StepOptions, maskLength = 0,
  drawn: Partial<ActionOptions> = {},
) {
  const random = new Random(1)
  const policy = createPolicy(backend, wide(3), actionSpace, [8, 5], 'tanh', drawn)
  initializePolicy(policy, 0, random)
  const observations = backend.allocate(N, 3), actions = backend.allocate(N, policy.distribution.actionSize)
  for (let p = 0; p < 3 * N; p++) observations.data[p] = random.normal()
  for (let p = 0; p < actions.data.length; p++) {
    actions.data[p] = actionSpace.kind === 'box' ? random.normal() : random.integer(2)
  }
  const advantages = Float64Array.from({ length: N }, () => random.normal())
  const masks = createMasks(N, maskLength)
  return {
    policy, observations, actions, advantages,
    stepper: createStepper(policy, observations, options, random, masks),
  }
}

test('a Fisher product and a whole solve construct none', () => {
  for (const backend of backends) {
    for (const [space, maskLength, drawn] of SPACES) {
      const { stepper, policy } = problem(backend, space, OPTIONS, maskLength, drawn)
      const { parts: { fisher }, cg, old } = stepper
      const P = policy.net.parameters.flat.length
      const out = new Float64Array(P), v = new Float64Array(P).fill(0.1)
      forwardPolicy(old)
      assert.is(allocations(fisher.refresh), 0)
      assert.is(allocations(() => fisher.apply(out, v)), 0)
      assert.ok(out.some((x) => x !== 0))
      let iterations = 0
      assert.is(allocations(() => {
        const result = conjugateGradient(cg, fisher.apply, v, { maxIterations: 5, relativeTolerance: 0 })
        iterations = result.iterations
      }), 0)
      assert.is(iterations, 5)
    }
  }
})

test('a whole step constructs none: gradient, subset, solve, every candidate, and the move', () => {
  for (const backend of backends) {
    for (const [space, maskLength, drawn] of SPACES) {
      for (const other of [{}, { fisherFraction: 0.4 }, { preconditioner: 'kronecker' }] as const) {
        const options = { ...OPTIONS, ...other, maxKl: 0.5 }
        const { stepper, actions, advantages } = problem(backend, space, options, maskLength, drawn)
        let status = ''
        for (let k = 0; k < 3; k++) {
          assert.is(allocations(() => { status = step(stepper, { actions, advantages }).status }), 0)
        }
        assert.is(status, 'accepted')
      }
      // A search whose lengths are all too small to raise L makes every trial.
      const { stepper, actions, advantages } =
        problem(backend, space, { ...OPTIONS, maxKl: 1e-320 }, maskLength, drawn)
      let backtracks = 0
      assert.is(allocations(() => { backtracks = step(stepper, { actions, advantages }).backtracks }), 0)
      assert.is(backtracks, 11)
    }
  }
})

test('a value fit constructs none, with a smaller last minibatch too, nor does one that is undone', () => {
  for (const backend of backends) {
    const { observations, advantages } = problem(backend, discrete(2), OPTIONS)
    const value = drawnValue(backend, 3, [6], 'tanh', new Random(2))
    const random = new Random(3), values = new Float64Array(N)
    for (const [valueMinibatch, valueLearningRate, wanted] of [[64, 1e-3, 'fitted'], [50, 1e-3, 'fitted'],
      [64, 1e300, 'undone']] as const) {
      const fitter = createAdamFitter(value, N, {
        valueEpochs: 2, valueMinibatch, valueLearningRate, normalizeReturns: valueMinibatch === 50,
      })
      let status = ''
      assert.is(allocations(() => {
        predict(values, value, observations, N)
        status = fitByAdam(fitter, { observations, returns: advantages, values }, random).status
      }), 0)
      assert.is(status, wanted)
    }
  }
})

test('a value fit in a trust region constructs none: subset, solves, trials, and one that is undone', () => {
  for (const backend of backends) {
    const { observations, advantages } = problem(backend, discrete(2), OPTIONS)
    const value = drawnValue(backend, 3, [6, 4], 'tanh', new Random(2))
    const random = new Random(3), values = new Float64Array(N)
    for (const valueCurvatureFraction of [1, 0.4]) {
      const fitter = createGaussNewtonFitter(value, N, {
        ...OPTIONS, valueMaxKl: 1, valueSteps: 3, valueCgIterations: 5, valueDamping: 0.1,
        valueCurvatureFraction,
      })
      const huge = advantages.map((a) => a * 1e200)
      for (const [returns, wanted] of [[advantages, 'fitted'], [huge, 'undone']] as const) {
        let status = ''
        assert.is(allocations(() => {
          predict(values, value, observations, N)
          status = fitByGaussNewton(fitter, { observations, returns, values }, random).status
        }), 0)
        assert.is(status, wanted)
      }
    }
  }
})

/** Nothing but numbers changes, in records and buffers that are there from the start; episodes of 7 steps. */
function still(actionSpace: Space, maskLength: number): Env {
  const observation = new Float64Array(3)
  const result = { observation, reward: 1, terminated: false, truncated: false }
  const mask = new Uint8Array(maskLength).fill(1)
  let t = 0
  return {
    observationSpace: wide(3), actionSpace, actionMask: maskLength === 0 ? undefined : () => mask,
    reset() {
      t = 0
      observation.fill(0.5)
      return result
    },
    step() {
      observation[0] = ++t
      result.terminated = t === 7
      return result
    },
  }
}

test('a rollout and its advantages construct none, across ends of episodes', () => {
  for (const backend of backends) {
    for (const [s, [space, maskLength, drawn]] of [...SPACES, ...SPACES].entries()) {
      const normalizer = s < SPACES.length ? null : createNormalizer(wide(3), 10)
      const policy = createPolicy(backend, wide(3), space, [8], 'tanh', { ...drawn, normalizer })
      initializePolicy(policy, 0, new Random(4))
      const env = (): Env => still(space, maskLength)
      // Fresh noise with one space, noise that is held with the next.
      const rollout = createRollout([env(), env(), env()], policy, new Random(5), 1 + 2 * (s % 2))
      const batch = createBatch(backend, 20, 3, 3, policy.distribution.actionSize, maskLength)
      const scratch = new Float64Array(60)
      let episodes = 0
      assert.is(allocations(() => {
        episodes = collect(rollout, batch).length
        generalizedAdvantages(batch, 0.99, 0.95)
        rewardsToGo(batch, 0.99)
        normalize(batch.advantages, 10, scratch)
      }), 0)
      assert.is(episodes, 6)
      assert.is(rollout.seen.length, normalizer === null ? 0 : 3)
      for (const { count } of rollout.seen) assert.is(count, 20)
    }
  }
})

test.run()
