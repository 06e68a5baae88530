/**
 * The diagonal of the Fisher matrix against columns of Fisher products, and preconditioned solves against
 * plain ones.
 * Tolerances: sums of positive terms in another order; the residual times the condition of the system.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cgWorkspace, conjugateGradient } from '../../../src/math/conjugateGradient.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createFastest } from '../../../src/math/simd/backend.ts'
import { bernoulli } from '../../../src/nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../../../src/nn/distributions/categorical.ts'
import type { Distribution } from '../../../src/nn/distributions/distribution.ts'
import { gaussian } from '../../../src/nn/distributions/gaussian.ts'
import { createMlp, transposeWeights } from '../../../src/nn/mlp.ts'
import { createShards } from '../../../src/nn/shards.ts'
import { stateGaussian } from '../../../src/nn/distributions/stateGaussian.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../../src/rl/policyMap.ts'
import { createFisher } from '../../../src/trpo/fisher.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { chooseParts, type StepParts } from '../../../src/trpo/variants/choose.ts'
import { createPreconditioner, refreshPreconditioner } from '../../../src/trpo/variants/preconditioner.ts'

/** The second entry is what all states allow. */
type FamilyOf = readonly [Distribution, (readonly number[])?]
const FAMILIES: readonly FamilyOf[] = [
  [categorical(3)], [multiCategorical([2, 3])], [bernoulli(2)], [gaussian(2)],
  [multiCategorical([2, 3]), [1, 1, 0, 1, 1]],
  [stateGaussian(2)],
]

function draw(
  [distribution, mask]: FamilyOf, hidden: readonly number[], N: number, random: Random,
): PolicyMap {
  const backend = createFastest(1 << 22)
  const net = createMlp(backend, [3, ...hidden, distribution.etaSize], 'tanh', distribution.sharedSize)
  for (let i = 0; i < net.parameters.flat.length; i++) net.parameters.flat[i] = 0.7 * random.normal()
  const observations = backend.allocate(N, 3)
  for (let i = 0; i < 3 * N; i++) observations.data[i] = random.normal()
  const masks = mask === undefined
    ? null : Uint8Array.from({ length: N * mask.length }, (_, p) => mask[p % mask.length])
  const map = createPolicyMap(net, distribution, observations, true, masks)
  forwardPolicy(map)
  transposeWeights(net)
  return map
}

test('the diagonal is that of the Fisher matrix, column by column, for every family, depth and tile', () => {
  const random = new Random(1)
  for (const family of FAMILIES) {
    for (const hidden of [[], [5], [4, 3]]) {
      for (const N of [1, 7, 96, 130]) {
        const map = draw(family, hidden, N, random)
        const shards = createShards(map.net, map.tape)
        const preconditioner = createPreconditioner(map, shards, 0)
        refreshPreconditioner(preconditioner, 0)
        const { apply: F, refresh } = createFisher(map, shards, 0)
        refresh()
        const P = map.net.parameters.flat.length
        const unit = new Float64Array(P), column = new Float64Array(P)
        for (let i = 0; i < P; i++) {
          unit.fill(0)
          unit[i] = 1
          F(column, unit)
          // Both sum the same positive terms, in other orders.
          const wanted = column[i]
          assert.ok(Math.abs(preconditioner.diagonal[i] - wanted) <= 1e-12 * (wanted + 1e-6),
            `${family[0].name}, ${hidden}, ${N}: [${i}] ${preconditioner.diagonal[i]} for ${wanted}`)
        }
      }
    }
  }
})

test('with the preconditioner conjugate gradients find the same direction', () => {
  const random = new Random(2)
  for (const family of FAMILIES) {
    const map = draw(family, [6], 200, random)
    const shards = createShards(map.net, map.tape)
    const preconditioner = createPreconditioner(map, shards, 0.01)
    refreshPreconditioner(preconditioner, 0.01)
    const { apply: F, refresh } = createFisher(map, shards, 0.01)
    refresh()
    const b = Float64Array.from({ length: map.net.parameters.flat.length }, () => random.normal())
    const plain = cgWorkspace(b.length), helped = cgWorkspace(b.length)
    const options = { maxIterations: 500, relativeTolerance: 1e-12 }
    assert.is(conjugateGradient(plain, F, b, options).status, 'converged')
    const withDiagonal = { ...options, preconditioner: preconditioner.apply }
    assert.is(conjugateGradient(helped, F, b, withDiagonal).status, 'converged')
    // A relative residual of 1e-12 times a condition number of some 1e3.
    plain.x.forEach((x, i) => assert.ok(Math.abs(x - helped.x[i]) < 1e-8 * (1 + Math.abs(x))))
  }
})

test('a step has none by default, and one if the option asks for it', () => {
  const map = draw(FAMILIES[0], [4], 10, new Random(4))
  const partsFor = (given: Partial<TrainOptions>): StepParts =>
    chooseParts(resolveOptions(given), map, createShards(map.net, map.tape), new Random(5))
  assert.is(partsFor({}).preconditioner, null)
  assert.is.not(partsFor({ preconditioner: 'diagonal' }).preconditioner, null)
})

test('a parameter without influence and without damping is left alone, not divided by 0', () => {
  const net = createMlp(reference, [1, 2], 'tanh')
  const observations = reference.allocate(4, 1)
  const map = createPolicyMap(net, categorical(2), observations, true)
  forwardPolicy(map)
  transposeWeights(net)
  const preconditioner = createPreconditioner(map, createShards(net, map.tape), 0)
  refreshPreconditioner(preconditioner, 0)
  const out = new Float64Array(4)
  preconditioner.apply(out, Float64Array.of(1, 1, 1, 1))
  // Inputs are 0: the weights have no influence; the biases have p(1 − p) = ¼, through a rounded root.
  assert.equal([...out].map((x) => Math.round(1e12 * x) / 1e12), [1, 1, 4, 4])
})

test.run()
