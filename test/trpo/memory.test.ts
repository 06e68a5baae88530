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
import { train } from '../../src/trpo/train.ts'
import { backendFor } from '../../src/trpo/backendFor.ts'

const CASES: readonly (readonly [() => Env, Partial<TrainOptions>])[] = [
  [cartPole, {}], [cartPole, { ...presets.CartPole }], [pendulum, { ...presets.Pendulum }], [acrobot, { ...presets.Acrobot }],
  [cartPole, { batchSteps: 2, envCount: 1, hiddenSizes: [], valueHiddenSizes: [], valueMinibatch: 1 }],
  [pendulum, { batchSteps: 64, envCount: 64, hiddenSizes: [128, 128, 128], valueHiddenSizes: [256] }],
  [cartPole, { batchSteps: 1000, envCount: 10, fisherFraction: 0.9, preconditioner: 'diagonal', valueMinibatch: 999 }],
  [pendulum, { batchSteps: 600, envCount: 3, fisherFraction: 0.7, stateDependentStd: true, hiddenSizes: [] }],
  [cartPole, { valueFit: 'trust-region' }], [acrobot, { valueFit: 'trust-region', valueCurvatureFraction: 1, valueHiddenSizes: [200, 30] }],
  [pendulum, { ...presets.Pendulum, valueFit: 'trust-region', valueCurvatureFraction: 0.99, fisherFraction: 0.99, valueMinibatch: 1 }],
  [cartPole, { batchSteps: 2, envCount: 1, valueFit: 'trust-region', valueCurvatureFraction: 1e-9, valueHiddenSizes: [] }],
  [acrobot, { batchSteps: 300, envCount: 1, fisherFraction: 0.5, hiddenSizes: [200], valueMinibatch: 70 }],
  [cartPole, { batchSteps: 960, envCount: 8, sampling: 'vine', vineBranches: 7, vineHorizon: 1, vineSpacing: 1 }],
  [pendulum, { batchSteps: 960, envCount: 8, sampling: 'vine', vineSpacing: 100 }],
  [pendulum, { batchSteps: 256, envCount: 256, normalizeObservations: 'preserving', normalizeReturns: true }],
]

test('all that a training allocates, and an evaluation after it, lies inside the memory that was made for it', () => {
  CASES.forEach(([makeEnv, given], k) => {
    const options = resolveOptions(given)
    const { observationSpace, actionSpace } = makeEnv()
    const simd = createSimd(trainingBytes(options, observationSpace, actionSpace))!
    const { buffer } = simd.allocate(1, 1).data
    const watched: Backend = {
      ...simd,
      allocate(rows, cols) {
        const tensor = simd.allocate(rows, cols)
        assert.is(tensor.data.buffer, buffer, `case ${k}: ${rows} × ${cols} lies outside`)
        return tensor
      },
    }
    for (const { policy } of train(makeEnv, { ...given, backend: watched, totalSteps: 1 })) {
      for (let turn = 0; turn < 3; turn++) evaluate(policy, makeEnv, { episodes: 2 })
    }
  })
})

test('backends are chosen by name: auto is the fastest, reference and a backend of one\'s own are taken as they are', () => {
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
