/**
 * Kronecker factors against the dense Fisher matrix where they are exact, against dense sums elsewhere; their
 * inverse against the dense one; what conjugate gradients make of it; the bits of backends and ranks.
 * Tolerances: sums in another order, and roundings times condition numbers, as said beside them.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../../src/math/backend.ts'
import { cgWorkspace, conjugateGradient } from '../../../src/math/conjugateGradient.ts'
import { type Communicator, solo } from '../../../src/math/communicator.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createFastest, createSimd } from '../../../src/math/simd/backend.ts'
import { bernoulli } from '../../../src/nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../../../src/nn/distributions/categorical.ts'
import type { Distribution } from '../../../src/nn/distributions/distribution.ts'
import { gaussian } from '../../../src/nn/distributions/gaussian.ts'
import { stateGaussian } from '../../../src/nn/distributions/stateGaussian.ts'
import { createMlp, transposeWeights } from '../../../src/nn/mlp.ts'
import { createShards } from '../../../src/nn/shards.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../../src/rl/policyMap.ts'
import { createFisher, type Fisher } from '../../../src/trpo/fisher.ts'
import { policyGradient } from '../../../src/trpo/surrogate.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { chooseParts, type StepParts } from '../../../src/trpo/variants/choose.ts'
import { createKronecker, type Kronecker, refreshKronecker } from '../../../src/trpo/variants/kronecker.ts'
import { fromEntries, inner, type Matrix, normals, plusDiagonal, rowsOf, solve } from '../../support/dense.ts'
import {
  naiveBernoulli, naiveCategorical, type NaiveDistribution, naiveFisher, naiveForward, naiveGaussian,
  naiveJacobian, naiveStateGaussian,
} from '../../support/naive.ts'
import { bits } from '../../support/same.ts'
import { failures, Worst } from '../../support/worst.ts'

const MASK = [1, 1, 0, 1, 1]
/** The third entry is what all states allow. */
type FamilyOf = readonly [Distribution, NaiveDistribution, (readonly number[])?]
const FAMILIES: readonly FamilyOf[] = [
  [categorical(3), naiveCategorical([3])], [multiCategorical([2, 3]), naiveCategorical([2, 3])],
  [bernoulli(2), naiveBernoulli(2)], [gaussian(2), naiveGaussian(2)],
  [{ ...multiCategorical([2, 3]), name: 'masked' }, naiveCategorical([2, 3], MASK), MASK],
  [stateGaussian(2), naiveStateGaussian(2)],
]

/** How to draw a problem; `ranks` of equal parts of the states, of which this is one. */
interface Drawn { readonly backend?: Backend; readonly equal?: boolean; readonly ranks?: Communicator }

function draw(
  [distribution, , mask]: FamilyOf, hidden: readonly number[], N: number, random: Random,
  { backend = createFastest(1 << 23), equal = false, ranks = solo }: Drawn = {},
): PolicyMap {
  const net = createMlp(backend, [3, ...hidden, distribution.etaSize], 'tanh', distribution.sharedSize)
  net.parameters.flat.set(normals(net.parameters.flat.length, random).map((x) => 0.7 * x))
  const all = normals(3 * N, random), n = N / ranks.size
  const observations = backend.allocate(n, 3)
  for (let p = 0; p < 3 * n; p++) observations.data[p] = all[equal ? p % 3 : 3 * n * ranks.rank + p]
  const masks = mask === undefined
    ? null : Uint8Array.from({ length: n * mask.length }, (_, p) => mask[p % mask.length])
  const map = createPolicyMap(net, distribution, observations, true, masks, ranks)
  forwardPolicy(map)
  transposeWeights(net)
  return map
}

function refreshed(map: PolicyMap, damping: number, seed: number = 1): Kronecker {
  const kronecker = createKronecker(map, new Random(seed))
  refreshKronecker(kronecker, damping)
  return kronecker
}

function fisherOf(map: PolicyMap, damping: number): Fisher {
  const fisher = createFisher(map, createShards(map.net, map.tape), damping)
  fisher.refresh()
  return fisher
}

/** A and G of each layer, by their definition from the sums. */
function factorsOf({ total, subset: { map } }: Kronecker): { A: Matrix; G: Matrix }[] {
  const U = map.tape.inputs.rows, n = map.distribution.etaSize
  return total.layers.map(({ XX, x, ZZ }) => ({
    A: fromEntries(XX.rows + 1, XX.rows + 1, (i, j) =>
      i < XX.rows && j < XX.rows ? XX.data[i * XX.rows + j] / U
        : i === j ? 1 : x.data[Math.min(i, j)] / U),
    G: fromEntries(ZZ.rows, ZZ.rows, (i, j) => ZZ.data[i * ZZ.rows + j] * n / U),
  }))
}

/** A ⊗ B */
function kronecker(A: Matrix, B: Matrix): Matrix {
  const n = B.length
  return fromEntries(A.length * n, A.length * n, (p, q) =>
    A[Math.floor(p / n)][Math.floor(q / n)] * B[p % n][q % n])
}

test('where all states are equal, A ⊗ G is each layer\'s block of the dense Fisher matrix', () => {
  const random = new Random(511), worst = new Worst()
  for (const family of FAMILIES) {
    for (const hidden of [[], [3], [3, 2], [2, 4, 3]]) {
      // 240 states of the factors: as many turns of 2, 3, 4 or 5 outputs each.
      const map = draw(family, hidden, 960, random, { equal: true }), { sizes, parameters } = map.net
      const made = refreshed(map, 0.1)
      assert.is(made.subset.map.tape.inputs.rows, 240)
      const naive = { sizes, activation: 'tanh' } as const
      const F = naiveFisher(naive, family[1], parameters.flat, [map.tape.inputs.data.slice(0, 3)])
      let at = 0
      for (const { A, G } of factorsOf(made)) {
        const block = kronecker(A, G)
        const wanted = block.map((row, p) => row.map((_, q) => F[at + p][at + q]))
        worst.relative(family[0].name, block.flatMap((row) => [...row]),
          wanted.flatMap((row) => [...row]), 1e-12)
        at += block.length
      }
      assert.is(at + map.distribution.sharedSize, F.length)
    }
  }
  assert.is(Object.keys(worst.report()).length, FAMILIES.length)
  assert.equal(failures(worst.report()), [])
})

test('A and G are means over a quarter of the states, which take turns with the factors of M', () => {
  const random = new Random(512), worst = new Worst()
  for (const family of FAMILIES) {
    for (const [N, U] of [[7, 7], [64, 16], [130, 32], [1600, 400]]) {
      const map = draw(family, [3, 2], N, random), { sizes, parameters: { flat: theta } } = map.net
      const { subset, ...made } = refreshed(map, 0.1)
      const { distribution, eta, tape: { inputs, outputDerivatives } } = subset.map
      const states = rowsOf(inputs), n = distribution.etaSize
      assert.is(states.length, U)
      assert.is(new Set(states.map((row) => row.join())).size, U)
      const found = factorsOf({ subset, ...made })
      const wanted = found.map(({ A, G }) => ({
        A: fromEntries(A.length, A.length, () => 0), G: fromEntries(G.length, G.length, () => 0),
      }))
      states.forEach((state, i) => {
        const J = naiveJacobian({ sizes, activation: 'tanh' }, theta, state)
        distribution.metricFactor(outputDerivatives, eta, i % n, i, 1)
        const L = outputDerivatives.data.slice(i * n, i * n + n)
        let at = 0
        wanted.forEach(({ A, G }, l) => {
          // The input of layer l: the outputs of the net that ends before it, activated.
          const before = l === 0 ? state
            : naiveForward({ sizes: sizes.slice(0, l + 1), activation: 'tanh' }, theta, state).map(Math.tanh)
          const x = [...before, 1]
          at += sizes[l] * sizes[l + 1]
          // ∂η/∂b is S.
          const z = G.map((_, j) => J.reduce((total, row, k) => total + row[at + j] * L[k], 0))
          at += sizes[l + 1]
          for (let p = 0; p < x.length; p++) for (let q = 0; q < x.length; q++) A[p][q] += x[p] * x[q] / U
          for (let p = 0; p < z.length; p++) for (let q = 0; q < z.length; q++) G[p][q] += n * z[p] * z[q] / U
        })
      })
      wanted.forEach(({ A, G }, l) => {
        const flat = (M: Matrix): number[] => M.flatMap((row) => [...row])
        worst.relative(`A of ${family[0].name}`, flat(found[l].A), flat(A), 1e-12)
        worst.relative(`G of ${family[0].name}`, flat(found[l].G), flat(G), 1e-12)
      })
    }
  }
  assert.is(Object.keys(worst.report()).length, 2 * FAMILIES.length)
  assert.equal(failures(worst.report()), [])
})

test('apply is the dense inverse of the damped factors\' Kronecker product, and 1/(2 + λ) for log σ', () => {
  const random = new Random(513), worst = new Worst()
  for (const family of FAMILIES) {
    for (const lambda of [1, 0.1, 1e-3]) {
      const map = draw(family, [4, 3], 300, random), made = refreshed(map, lambda)
      assert.is(made.status, 'ready')
      const v = normals(map.net.parameters.flat.length, random), out = new Float64Array(v.length).fill(NaN)
      made.apply(out, v)
      const wanted: number[] = []
      for (const { A, G } of factorsOf(made)) {
        const mean = (M: Matrix): number => M.reduce((sum, row, i) => sum + row[i], 0) / M.length
        const pi = Math.sqrt(mean(A) / mean(G)), root = Math.sqrt(lambda)
        const block = kronecker(plusDiagonal(A, pi * root), plusDiagonal(G, root / pi))
        wanted.push(...solve(block, v.slice(wanted.length, wanted.length + block.length)))
      }
      wanted.push(...v.slice(wanted.length).map((x) => x / (2 + lambda)))
      // Both inverses lose the condition of two factors, some 1e4 in all.
      worst.relative(family[0].name, out, wanted, 1e-10)
    }
  }
  assert.equal(failures(worst.report()), [])
})

test('a linear Gaussian policy: A ⊗ G is F, and without damping one product solves the system', () => {
  const random = new Random(514)
  // 12 states are all in the factors, in equal parts for both outputs.
  const map = draw(FAMILIES[3], [], 12, random), made = refreshed(map, 0)
  assert.is(made.status, 'ready')
  const b = normals(map.net.parameters.flat.length, random), workspace = cgWorkspace(b.length)
  const options = { maxIterations: 50, relativeTolerance: 1e-10 }
  const preconditioned = { ...options, preconditioner: made.apply }
  const { apply: F } = fisherOf(map, 0)
  // log σ has the block 2, and 1/2 in the preconditioner.
  assert.is(conjugateGradient(workspace, F, b, preconditioned).iterations, 1)
  assert.ok(conjugateGradient(workspace, F, b, options).iterations > 4)
})

test('with the preconditioner conjugate gradients find the same direction', () => {
  const random = new Random(515)
  for (const family of FAMILIES) {
    for (const hidden of [[], [6], [5, 4]]) {
      const map = draw(family, hidden, 200, random), made = refreshed(map, 0.01)
      const { apply: F } = fisherOf(map, 0.01)
      const b = normals(map.net.parameters.flat.length, random)
      const plain = cgWorkspace(b.length), helped = cgWorkspace(b.length)
      const options = { maxIterations: 500, relativeTolerance: 1e-12 }
      assert.is(conjugateGradient(plain, F, b, options).status, 'converged')
      const preconditioned = { ...options, preconditioner: made.apply }
      assert.is(conjugateGradient(helped, F, b, preconditioned).status, 'converged')
      // A relative residual of 1e-12 times a condition number of some 1e3.
      plain.x.forEach((x, i) => assert.ok(Math.abs(x - helped.x[i]) < 1e-8 * (1 + Math.abs(x))))
    }
  }
})

/** Products until a direction promises 0.9 of what the solution x does: gᵀx / √(xᵀF x), the gain per √2δ. */
function productsNeeded(map: PolicyMap, g: Float64Array, lambda: number, made?: Kronecker): number {
  const { apply: damped } = fisherOf(map, lambda), { apply: F } = fisherOf(map, 0)
  const { x, ...rest } = cgWorkspace(g.length), Fx = new Float64Array(g.length)
  const promise = (): number => {
    F(Fx, x)
    return inner(g, x) / Math.sqrt(inner(x, Fx))
  }
  const options = { maxIterations: 20_000, relativeTolerance: 1e-9, preconditioner: made?.apply }
  assert.is(conjugateGradient({ x, ...rest }, damped, g, options).status, 'converged')
  const wanted = 0.9 * promise()
  let found = Infinity
  conjugateGradient({ x, ...rest }, damped, g, {
    ...options, maxIterations: 1000, visit: (k) => {
      if (k > 0 && k < found && promise() >= wanted) found = k
    },
  })
  return found
}

test('an input in units 1000 times smaller raises the products of plain CG, with factors hardly', () => {
  // The smaller λ, the less it matters: A ⊗ G without damping changes with the units as F does.
  const lambda = 1e-6
  for (const seed of [516, 517, 518]) {
    const [[plain, helped], [plainOdd, helpedOdd]] = [1, 1000].map((unit) => {
      const random = new Random(seed), map = draw(FAMILIES[3], [8, 6], 400, random)
      const { tape: { inputs }, net: { parameters, backend } } = map
      // Column 1 × unit, its weights ÷ unit: the same function of the state.
      for (let i = 0; i < 400; i++) inputs.data[3 * i + 1] *= unit
      for (let j = 0; j < 8; j++) parameters.layers[0].W.data[8 + j] /= unit
      forwardPolicy(map)
      const actions = backend.allocate(400, 2), noise = normals(400, random)
      map.distribution.sample(actions, map.eta, Array.from(noise, () => random))
      const advantages = noise.map((z, i) =>
        z + 3 * actions.data[2 * i] * Math.sin(3 * inputs.data[3 * i + 1] / unit))
      const g = new Float64Array(parameters.flat.length)
      policyGradient(g, map, createShards(map.net, map.tape), actions, advantages)
      return [undefined, refreshed(map, lambda)].map((made) => productsNeeded(map, g, lambda, made))
    })
    const counts = `${seed}: ${plain}, ${plainOdd}; ${helped}, ${helpedOdd}`
    assert.ok(plainOdd > 3 * plain, counts)
    assert.ok(helped < plain && Math.abs(helpedOdd - helped) <= 2, counts)
  }
})

/**
 * Communicators of `size` ranks that run one after the other: the first time each notes what it sends, the
 * second time it gets what all have sent.
 */
function inTurn(size: number, run: (ranks: Communicator) => void): void {
  const sent: Float64Array[] = []
  for (const known of [false, true]) {
    for (let rank = 0; rank < size; rank++) {
      let calls = 0
      run({
        rank, size, abort: () => {},
        allGather(into, mine) {
          assert.is(++calls, 1)
          if (!known) sent.push(mine.slice())
          else sent.forEach((each, r) => into.set(each, r * mine.length))
        },
      })
    }
  }
}

test('both backends and 1, 2, 4, 8 and 16 ranks give the same bits', () => {
  const simd = createSimd(1 << 24)
  for (const family of FAMILIES) {
    for (const N of [16, 48, 512, 2064]) {
      const bitsOf = (made: Kronecker): string => {
        const v = normals(made.z.length, new Random(517)), out = new Float64Array(v.length)
        made.apply(out, v)
        return bits(made.total.flat, out)
      }
      const make = (drawn: Drawn): Kronecker =>
        refreshed(draw(family, [9, 6], N, new Random(518), drawn), 0.01)
      const wanted = bitsOf(make({ backend: reference }))
      if (simd !== null) simd.temporarily(() => assert.is(bitsOf(make({ backend: simd })), wanted))
      for (const size of [2, 4, 8, 16].filter((each) => N % each === 0)) {
        const found: string[] = []
        inTurn(size, (ranks) => { found.push(bitsOf(make({ ranks, backend: reference }))) })
        assert.equal(found.slice(size), new Array(size).fill(wanted), `${family[0].name}, ${size} ranks`)
      }
    }
  }
})

test('factors that cannot be inverted leave v as it is, with a status; the next refresh may succeed', () => {
  const random = new Random(519)
  const map = draw(FAMILIES[3], [4], 64, random), { data } = map.tape.inputs, kept = data.slice()
  const made = createKronecker(map, new Random(1)), v = normals(made.v.length, random)
  const appliedAt = (damping: number): Float64Array => {
    refreshKronecker(made, damping)
    const out = new Float64Array(v.length)
    made.apply(out, v)
    return out
  }
  assert.is(bits(appliedAt(0.1)) === bits(v), false)
  assert.is(made.status, 'ready')
  // An input that is constant makes A singular if nothing is added.
  for (let i = 0; i < 64; i++) data[3 * i] = 2
  assert.is(bits(appliedAt(0)), bits(v))
  assert.is(made.status, 'not-positive-definite')
  assert.ok(appliedAt(1e-3).every(Number.isFinite))
  assert.is(made.status, 'ready')
  for (const bad of [NaN, Infinity, 1e200]) {
    data.fill(bad)
    assert.is(bits(appliedAt(0.1)), bits(v))
    assert.is(made.status, 'not-finite')
  }
  // Without influence on η a layer's G is 0, and its block λI.
  data.set(kept)
  map.net.parameters.layers[1].W.data.fill(0)
  transposeWeights(map.net)
  appliedAt(0.25).subarray(0, 16).forEach((x, p) => assert.ok(Math.abs(x - 4 * v[p]) < 1e-12))
  assert.is(made.status, 'ready')
})

test('a refresh takes at most 0.7 of the multiply-adds of a Fisher product', () => {
  for (const sizes of [[17, 64, 64, 6], [11, 64, 64, 3], [4, 64, 64, 2], [3, 64, 64, 1]]) {
    let count = 0
    const product = (C: { rows: number; cols: number }, terms: number): void => {
      count += C.rows * C.cols * terms
    }
    const backend: Backend = {
      ...reference,
      multiply(C, A, B) { product(C, A.cols); reference.multiply(C, A, B) },
      addMultiply(C, A, B) { product(C, A.cols); reference.addMultiply(C, A, B) },
      affine(C, A, B, b) { product(C, A.cols); reference.affine(C, A, B, b) },
      addRowDots(Y, S, Z) { product(Y, Z.cols); reference.addRowDots(Y, S, Z) },
      mixRows(Z, Y, S) { product(Z, Y.cols); reference.mixRows(Z, Y, S) },
    }
    const net = createMlp(backend, sizes, 'tanh', sizes[3])
    const observations = backend.allocate(256, sizes[0])
    observations.data.set(normals(256 * sizes[0], new Random(520)))
    const map = createPolicyMap(net, gaussian(sizes[3]), observations, true)
    forwardPolicy(map)
    const { apply: F } = fisherOf(map, 0.1), v = new Float64Array(net.parameters.flat.length)
    const made = createKronecker(map, new Random(1))
    count = 0
    F(v.slice(), v)
    const ofProduct = count
    count = 0
    refreshKronecker(made, 0.1)
    const ratio = count / ofProduct
    assert.ok(ratio > 0.3 && ratio < 0.7, `${sizes}: ${ratio}`)
  }
})

test('a step has none by default, and one if the option asks for it', () => {
  const map = draw(FAMILIES[0], [4], 10, new Random(521))
  const partsFor = (given: Partial<TrainOptions>): StepParts =>
    chooseParts(resolveOptions(given), map, createShards(map.net, map.tape), new Random(5))
  assert.is(partsFor({}).preconditioner, null)
  assert.is.not(partsFor({ preconditioner: 'kronecker' }).preconditioner, null)
})

test.run()
