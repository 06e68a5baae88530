/**
 * The bytes that are counted for a training against those that it allocates: tensor by tensor on a watching
 * backend, and as addresses in WebAssembly's memory. Tolerance: none; every tensor is rounded up to a
 * multiple of 64 bytes.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { acrobot, cartPole, pendulum } from '../../src/envs/index.ts'
import type { Backend } from '../../src/math/backend.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { trainingBytes } from '../../src/trpo/memory.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { type Iteration, train } from '../../src/trpo/train.ts'
import { backendFor } from '../../src/trpo/backendFor.ts'

const CASES: readonly (readonly [() => Env, Partial<TrainOptions>])[] = [
  [cartPole, {}], [cartPole, presets.CartPole], [pendulum, presets.Pendulum], [acrobot, presets.Acrobot],
  [cartPole, { batchSteps: 2, envCount: 1, hiddenSizes: [], valueHiddenSizes: [], valueMinibatch: 1 }],
  [pendulum, { batchSteps: 64, envCount: 64, hiddenSizes: [128, 128, 128], valueHiddenSizes: [256] }],
  [cartPole, {
    batchSteps: 1000, envCount: 10, fisherFraction: 0.9, preconditioner: 'kronecker', valueMinibatch: 999,
  }],
  [pendulum, { batchSteps: 600, envCount: 3, fisherFraction: 0.7, stateDependentStd: true, hiddenSizes: [] }],
  [cartPole, { valueFit: 'trust-region' }],
  [acrobot, { valueFit: 'trust-region', valueCurvatureFraction: 1, valueHiddenSizes: [200, 30] }],
  [pendulum, {
    ...presets.Pendulum, valueFit: 'trust-region', valueCurvatureFraction: 0.99, fisherFraction: 0.99,
    valueMinibatch: 1,
  }],
  [cartPole, {
    batchSteps: 2, envCount: 1, valueFit: 'trust-region', valueCurvatureFraction: 1e-9, valueHiddenSizes: [],
  }],
  [acrobot, { batchSteps: 300, envCount: 1, fisherFraction: 0.5, hiddenSizes: [200], valueMinibatch: 70 }],
  [cartPole, {
    batchSteps: 960, envCount: 8, sampling: 'vine', vineBranches: 7, vineHorizon: 1, vineSpacing: 1,
  }],
  [pendulum, { batchSteps: 960, envCount: 8, sampling: 'vine', vineSpacing: 100 }],
  [pendulum, { batchSteps: 256, envCount: 256, normalizeObservations: 'preserving', normalizeReturns: true }],
]

/** Left for evaluations after a training. */
const SPARE = 2 ** 20
const aligned = (rows: number, cols: number): number => 64 * Math.ceil(8 * rows * cols / 64)

interface Usage {
  /** By `trainingBytes`, and by the tensors that an iteration and what precedes it allocate and keep. */
  readonly counted: number
  readonly allocated: number
  /** From the first byte of these to the last. */
  readonly span: number
  /** Tensors outside of the memory made for the training, evaluations included. */
  readonly outside: readonly string[]
}

/** Train for an iteration on WebAssembly's memory, evaluate three times, and watch every allocation. */
function watch([makeEnv, given]: typeof CASES[number]): Usage {
  const { observationSpace, actionSpace } = makeEnv()
  const counted = trainingBytes(resolveOptions(given), observationSpace, actionSpace)
  const simd = createSimd(counted)!
  const { buffer } = simd.allocate(1, 1).data
  let allocated = 0, first = Infinity, end = 0, released = 0
  const outside: string[] = []
  const backend: Backend = {
    ...simd,
    allocate(rows, cols) {
      const tensor = simd.allocate(rows, cols), { data } = tensor
      if (data.buffer !== buffer) outside.push(`${rows} × ${cols}`)
      if (released > 0) return tensor
      allocated += aligned(rows, cols)
      first = Math.min(first, data.byteOffset)
      end = Math.max(end, data.byteOffset + aligned(rows, cols))
      return tensor
    },
    temporarily(work) {
      released++
      try {
        return simd.temporarily(work)
      } finally {
        released--
      }
    },
  }
  const training = train(makeEnv, { ...given, backend, totalSteps: 1 })
  const { policy } = training.next().value as Iteration
  const usage = { counted, allocated, span: end - first, outside }
  for (let turn = 0; turn < 3; turn++) evaluate(policy, makeEnv, { episodes: 2 })
  training.next()
  return usage
}

const USAGES = CASES.map(watch)

test('the count is that of the tensors which a training allocates, and a mebibyte', () => {
  USAGES.forEach(({ counted, allocated }, k) => {
    assert.ok(allocated > 0)
    assert.is(counted, allocated + SPARE, `case ${k}`)
  })
})

test('if first weights need more than a mebibyte for a while, that is counted in its place', () => {
  // Of all layers, [4300, 32] needs most: 32 (n + m) numbers.
  const hiddenSizes = [4300, 32]
  const { counted, allocated, outside } = watch([cartPole, {
    batchSteps: 2, envCount: 1, hiddenSizes, valueHiddenSizes: [33, 32], fisherFraction: 0.5,
  }])
  assert.is(counted, allocated + 8 * 32 * (4300 + 32))
  assert.equal(outside, [])
})

test('tensors lie side by side: from the first byte to the last they take what they are counted for', () => {
  USAGES.forEach(({ allocated, span }, k) => assert.is(span, allocated, `case ${k}`))
})

test('all that a training and evaluations after it allocate lies inside the memory made for it', () => {
  USAGES.forEach(({ outside }, k) => assert.equal(outside, [], `case ${k}`))
})

test('backends are chosen by name: auto is the fastest; reference and one\'s own are taken as is', () => {
  const { observationSpace, actionSpace } = cartPole()
  const choose = (backend: TrainOptions['backend']): Backend =>
    backendFor(resolveOptions({ backend }), observationSpace, actionSpace)
  assert.is(choose('auto').name, 'simd')
  assert.is(choose('simd').name, 'simd')
  assert.is(choose('reference'), reference)
  const own = { ...reference, name: 'own' }
  assert.is(choose(own), own)
  const host = globalThis as unknown as { WebAssembly: unknown }
  const original = host.WebAssembly
  try {
    host.WebAssembly = undefined
    assert.is(choose('auto'), reference)
    assert.throws(() => choose('simd'), /^backend: expected a runtime with WebAssembly SIMD/)
  } finally {
    host.WebAssembly = original
  }
})

test.run()
