/**
 * Conjugate gradients against Cholesky factors, exact small systems and the definition of each result.
 * Tolerances: the residual's, times the condition number; plus the roundings of the recurrence.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type CgOptions, type CgResult, cgWorkspace, conjugateGradient, type Operator,
} from '../../src/math/conjugateGradient.ts'
import { Random } from '../../src/math/random.ts'
import { allFinite } from '../../src/math/vector.ts'
import * as dense from '../support/dense.ts'
import { sameBits } from '../support/same.ts'

interface Solved { x: Float64Array; result: CgResult; products: number }

/** Solve from a fresh workspace, counting products. */
function solveWith(
  A: Operator, b: Float64Array, options: Partial<CgOptions> = {}, start?: Float64Array,
): Solved {
  const workspace = cgWorkspace(b.length)
  if (start !== undefined) workspace.x.set(start)
  let products = 0
  const counted: Operator = (out, v) => {
    products++
    A(out, v)
  }
  const result = conjugateGradient(workspace, counted, b, {
    maxIterations: 10 * b.length, relativeTolerance: 1e-12, ...options,
  })
  return { x: workspace.x, result, products }
}

const length = (x: Float64Array): number => Math.sqrt(dense.inner(x, x))
const minus = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value - y[i])

/** ‖b − A x‖ / ‖b‖, from the definition. */
const trueResidual = (A: dense.Matrix, x: Float64Array, b: Float64Array): number =>
  length(minus(b, dense.timesVector(A, x))) / length(b)

test('1,000 random systems are solved as Cholesky solves them', () => {
  const random = new Random(41)
  for (let i = 0; i < 1000; i++) {
    const n = 1 + random.integer(16)
    const kind = i % 3
    const A = kind === 0 ? dense.wellConditioned(n, random)
      : kind === 1 ? dense.illConditioned(n, 1000, random) : dense.clustered(n, random)
    const condition = [10, 1000, 100][kind]
    const b = dense.normals(n, random)
    const { x, result } = solveWith(dense.operatorOf(A), b)
    const wanted = dense.solve(A, b)
    assert.is(result.status, 'converged')
    assert.ok(result.relativeResidual <= 1e-12)
    // ‖x − x*‖ / ‖x*‖ ≤ κ ‖r‖ / ‖b‖; the recurrence leaves the true residual by some roundings times κ.
    const bound = condition * (1e-12 + 1e-15 * condition)
    assert.ok(length(minus(x, wanted)) <= bound * length(wanted), `system ${i}`)
  }
})

test('n steps solve n equations, and as many steps as there are distinct eigenvalues', () => {
  const random = new Random(42)
  for (let n = 1; n <= 12; n++) {
    const A = dense.wellConditioned(n, random), b = dense.normals(n, random)
    const full = solveWith(dense.operatorOf(A), b, { maxIterations: n, relativeTolerance: 0 })
    // Exact arithmetic gives 0; n steps of condition number 10 lose a few digits of conjugacy at most.
    assert.ok(trueResidual(A, full.x, b) < 1e-12, `${n}: ${trueResidual(A, full.x, b)}`)
    assert.is(full.result.iterations, n)
    if (n > 1) {
      const short = solveWith(dense.operatorOf(A), b, { maxIterations: n - 1, relativeTolerance: 0 })
      assert.ok(trueResidual(A, short.x, b) > 1e-9, 'one step less does not')
    }
  }
  const A = dense.clustered(30, random), b = dense.normals(30, random)
  const { result } = solveWith(dense.operatorOf(A), b, { relativeTolerance: 1e-10 })
  assert.equal([result.status, result.iterations], ['converged', 3])
})

test('the first step is the closed form x = (bᵀb / bᵀAb) b', () => {
  const A: Operator = (out, v) => { out[0] = 2 * v[0]; out[1] = 4 * v[1] }
  const { x, result, products } = solveWith(A, Float64Array.of(1, 1), { maxIterations: 1 })
  const third = 2 / 6
  assert.equal(x, Float64Array.of(third, third))
  assert.equal([result.status, result.iterations, products], ['max-iterations', 1, 1])
  // r = (1 − 2/3, 1 − 4/3), and xᵀAx = 6/9: within two roundings of numbers near 1.
  assert.ok(Math.abs(result.relativeResidual - 1 / 3) < 4e-16)
  assert.ok(Math.abs(result.xAx - 2 / 3) < 4e-16)
})

test('a right side of 0 gives x = 0 without a product, over whatever x held', () => {
  const never: Operator = () => assert.unreachable('a product was called')
  const { x, result } = solveWith(never, new Float64Array(3), {}, Float64Array.of(1, NaN, 3))
  assert.equal([...x], [0, 0, 0])
  assert.equal(result, { status: 'converged', iterations: 0, relativeResidual: 0, xAx: 0 })
})

test('0 iterations allow no product, and report the residual of x = 0', () => {
  const { x, result, products } =
    solveWith(() => assert.unreachable(), Float64Array.of(3, 4), { maxIterations: 0 })
  assert.equal([...x], [0, 0])
  assert.equal([result, products],
    [{ status: 'max-iterations', iterations: 0, relativeResidual: 1, xAx: 0 }, 0])
})

test('every iteration costs one product', () => {
  const random = new Random(43)
  const A = dense.operatorOf(dense.illConditioned(20, 1e4, random)), b = dense.normals(20, random)
  for (const maxIterations of [1, 2, 5, 10]) {
    assert.is(solveWith(A, b, { maxIterations }).products, maxIterations)
  }
})

test('a singular system with a solution is solved, within the range of A', () => {
  const random = new Random(44)
  for (let i = 0; i < 100; i++) {
    const n = 3 + random.integer(12), rank = 1 + random.integer(n - 1)
    const A = dense.rankDeficient(n, rank, random)
    const wanted = dense.timesVector(A, dense.normals(n, random))
    const b = dense.timesVector(A, wanted)
    const { x, result } = solveWith(dense.operatorOf(A), b, { relativeTolerance: 1e-11 })
    assert.is(result.status, 'converged')
    // From 0, x stays in the range of A, where `wanted` is the only solution and the condition number is 10.
    assert.ok(length(minus(x, wanted)) < 10 * 1e-10 * length(wanted))
  }
})

test('a singular system without a solution is never called solved, and x stays finite', () => {
  // The part of b outside the range is all that is left after one step; its curvature is exactly 0.
  const flat: Operator = (out, v) => { out[0] = v[0]; out[1] = 0 }
  const { x, result } = solveWith(flat, Float64Array.of(0, 1))
  assert.equal([...x], [0, 0])
  assert.equal([result.status, result.iterations, result.relativeResidual], ['non-positive-curvature', 0, 1])
  const random = new Random(45)
  for (let i = 0; i < 200; i++) {
    const rank = 1 + random.integer(10), n = rank + 1 + random.integer(3)
    const W = dense.wellConditioned(rank, random), b = dense.normals(n, random)
    // Singular without any rounding: the last rows and columns are 0, so no x changes the residual there.
    const A = dense.fromEntries(n, n, (k, l) => k < rank && l < rank ? W[k][l] : 0)
    const { x, result } = solveWith(dense.operatorOf(A), b)
    assert.is.not(result.status, 'converged')
    assert.ok(allFinite(x) && Number.isFinite(result.xAx))
    assert.ok(result.relativeResidual >= length(b.slice(rank)) / length(b) * (1 - 1e-15))
    const rotated = solveWith(dense.operatorOf(dense.rankDeficient(n, rank, random)), b)
    assert.ok(allFinite(rotated.x) && Number.isFinite(rotated.result.xAx + rotated.result.relativeResidual))
  }
})

test('non-positive curvature is reported, with x from the iteration before', () => {
  const random = new Random(46)
  let late = 0
  for (let i = 0; i < 200; i++) {
    const n = 2 + random.integer(12)
    const A = dense.indefinite(n, 1 + random.integer(n), random), b = dense.normals(n, random)
    let lastCurvature = NaN
    const watched: Operator = (out, v) => {
      out.set(dense.timesVector(A, v))
      lastCurvature = dense.inner(v, out)
    }
    const { x, result, products } = solveWith(watched, b)
    assert.is(result.status, 'non-positive-curvature')
    assert.ok(lastCurvature <= 0)
    assert.is(products, result.iterations + 1)
    const before = solveWith(dense.operatorOf(A), b, { maxIterations: result.iterations })
    assert.is(before.result.status, 'max-iterations')
    assert.ok(sameBits(x, before.x))
    assert.equal([result.xAx, result.relativeResidual], [before.result.xAx, before.result.relativeResidual])
    if (result.iterations > 0) late++
    else assert.ok(x.every((value) => value === 0))
  }
  assert.ok(late > 20, `${late} of 200 cases begin with positive curvature`)
})

test('a negative definite matrix is reported at once, and so is a curvature of exactly 0', () => {
  for (const factor of [-1, 0, -0]) {
    const { x, result } = solveWith((out, v) => out.set(v.map((value) => factor * value)),
      Float64Array.of(1, 2))
    assert.equal([...x], [0, 0])
    assert.equal(result, { status: 'non-positive-curvature', iterations: 0, relativeResidual: 1, xAx: 0 })
  }
})

test('a NaN or infinity out of the i-th product, for every i and place, leaves x of i − 1 iterations', () => {
  const random = new Random(47)
  const n = 8, iterations = 7
  const A = dense.illConditioned(n, 1e4, random), b = dense.normals(n, random)
  for (let call = 1; call <= iterations; call++) {
    const before = solveWith(dense.operatorOf(A), b, { maxIterations: call - 1, relativeTolerance: 0 })
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (let place = 0; place < n; place++) {
        let calls = 0
        const failing: Operator = (out, v) => {
          out.set(dense.timesVector(A, v))
          if (++calls === call) out[place] = bad
        }
        const { x, result } = solveWith(failing, b, { maxIterations: iterations, relativeTolerance: 0 })
        assert.equal([result.status, result.iterations], ['not-finite', call - 1])
        assert.ok(sameBits(x, before.x))
        assert.equal([result.xAx, result.relativeResidual],
          [before.result.xAx, before.result.relativeResidual])
      }
    }
  }
})

test('a NaN or infinity in b gives x = 0', () => {
  const A = dense.operatorOf(dense.hilbert(3))
  const none = { status: 'not-finite', iterations: 0, relativeResidual: 1, xAx: 0 }
  for (const bad of [NaN, Infinity, -Infinity]) {
    const { x, result } = solveWith(A, Float64Array.of(1, bad, 3))
    assert.equal([...x], [0, 0, 0])
    assert.equal(result, none)
  }
})

test('a NaN or infinity out of the i-th preconditioning leaves x of i − 1 iterations', () => {
  const random = new Random(48)
  const n = 6
  const A = dense.operatorOf(dense.illConditioned(n, 100, random)), b = dense.normals(n, random)
  const half: Operator = (out, v) => out.set(v.map((value) => value / 2))
  for (let call = 1; call <= 5; call++) {
    for (const bad of [NaN, Infinity]) {
      let calls = 0
      const preconditioner: Operator = (out, v) => {
        half(out, v)
        if (++calls === call) out[call % n] = bad
      }
      const { x, result } = solveWith(A, b, { relativeTolerance: 0, maxIterations: 5, preconditioner })
      const before = solveWith(A, b, { relativeTolerance: 0, maxIterations: call - 1, preconditioner: half })
      assert.equal([result.status, result.iterations], ['not-finite', call - 1])
      assert.ok(sameBits(x, before.x))
    }
  }
})

test('x is finite whatever an operator returns: 20,000 solves with numbers of every size', () => {
  const random = new Random(49)
  const sized = (): number =>
    random.normal() * 2 ** (random.integer(2) === 0 ? 0 : random.integer(2040) - 1020)
  const wild = (): number =>
    random.integer(20) > 0 ? sized() : [NaN, Infinity, -Infinity, 0, -0][random.integer(5)]
  const seen = new Set<string>()
  for (let i = 0; i < 20_000; i++) {
    const n = 1 + random.integer(4)
    const diagonal = Float64Array.from({ length: n }, () => Math.abs(wild()))
    const A: Operator = (out, v) => {
      for (let j = 0; j < n; j++) out[j] = random.integer(30) === 0 ? wild() : diagonal[j] * v[j]
    }
    const b = Float64Array.from({ length: n }, wild)
    const { x, result } = solveWith(A, b, {}, Float64Array.from({ length: n }, sized))
    seen.add(result.status)
    if (!allFinite(x)) assert.unreachable(`solve ${i}: ${result.status}, x ${x.join()}`)
    if (!(result.relativeResidual >= 0)) assert.unreachable(`solve ${i}: ${result.relativeResidual}`)
  }
  assert.is(seen.size, 4, 'every status occurs')
})

test('a preconditioner changes the iterations, not the solution', () => {
  const random = new Random(50)
  for (let i = 0; i < 100; i++) {
    const n = 2 + random.integer(12)
    const A = dense.illConditioned(n, 100, random), b = dense.normals(n, random)
    const M = dense.wellConditioned(n, random)
    const { x, result } = solveWith(dense.operatorOf(A), b, {
      preconditioner: (out, v) => out.set(dense.solve(M, v)), maxIterations: 20 * n,
    })
    assert.is(result.status, 'converged')
    const wanted = dense.solve(A, b)
    // The residual is 1e-12, the condition number 100, and rounding grows with both conditions.
    assert.ok(length(minus(x, wanted)) < 100 * 2e-12 * length(wanted), `system ${i}`)
  }
})

test('the exact inverse as preconditioner converges in one or two iterations', () => {
  const random = new Random(51)
  for (let n = 1; n <= 12; n++) {
    const A = dense.illConditioned(n, 1e4, random), b = dense.normals(n, random)
    const { x, result } = solveWith(dense.operatorOf(A), b, {
      preconditioner: (out, v) => out.set(dense.solve(A, v)), relativeTolerance: 1e-10,
    })
    assert.is(result.status, 'converged')
    assert.ok(result.iterations <= 2, `${n}: ${result.iterations}`)
    assert.ok(trueResidual(A, x, b) < 1e-9)
  }
})

test('the diagonal as preconditioner undoes bad scaling', () => {
  const random = new Random(52)
  const n = 30
  const W = dense.plusDiagonal(dense.wellConditioned(n, random), 30), b = dense.normals(n, random)
  const A = dense.fromEntries(n, n, (i, j) => W[i][j] * 2 ** (i % 10 + j % 10))
  const plain = solveWith(dense.operatorOf(A), b, { relativeTolerance: 1e-8, maxIterations: 1000 })
  const scaled = solveWith(dense.operatorOf(A), b, {
    relativeTolerance: 1e-8, maxIterations: 1000,
    preconditioner: (out, v) => out.set(v.map((x, i) => x / A[i][i])),
  })
  assert.equal([plain.result.status, scaled.result.status], ['converged', 'converged'])
  // Condition numbers 4/3 and 2^18: (√κ − 1)/(√κ + 1) is 0.07 for 4/3, so eight digits take about 7 steps.
  assert.ok(scaled.result.iterations <= 10 && plain.result.iterations > 30,
    `${scaled.result.iterations} ${plain.result.iterations}`)
})

test('what x held before a solve changes no bit', () => {
  const random = new Random(54)
  for (let i = 0; i < 50; i++) {
    const n = 2 + random.integer(12)
    const A = dense.operatorOf(dense.wellConditioned(n, random)), b = dense.normals(n, random)
    assert.ok(sameBits(solveWith(A, b, {}, dense.normals(n, random)).x, solveWith(A, b).x))
  }
})

test('after every iteration xAx is xᵀAx, the residual is true, and the A-norm of the error fell', () => {
  const random = new Random(55)
  const systems: [string, dense.Matrix][] = [
    ['well-conditioned', dense.wellConditioned(12, random)],
    ['ill-conditioned', dense.illConditioned(12, 1e6, random)],
    ['clustered', dense.clustered(12, random)], ['Hilbert', dense.hilbert(6)],
  ]
  for (const [name, A] of systems) {
    const n = A.length
    const wanted = dense.normals(n, random)
    const b = dense.timesVector(A, wanted)
    const largest = Math.max(...A.map((row) => row.reduce((total, x) => total + Math.abs(x), 0)))
    let errorBefore = Infinity
    for (let maxIterations = 0; maxIterations <= n; maxIterations++) {
      const { x, result } = solveWith(dense.operatorOf(A), b, { maxIterations, relativeTolerance: 1e-14 })
      // r differs from b − A x by the roundings of its updates: a few of 2^-53 (‖A‖ ‖x‖ + ‖b‖) each.
      const rounding = 10 * (maxIterations + 1) * 2 ** -53 * (largest * length(x) + length(b))
      assert.ok(Math.abs(result.relativeResidual - trueResidual(A, x, b)) * length(b) <= rounding,
        `${name} residual`)
      const xAx = dense.inner(x, dense.timesVector(A, x))
      assert.ok(Math.abs(result.xAx - xAx) <= rounding * length(x), `${name} xAx: ${result.xAx} ${xAx}`)
      const error = minus(x, wanted)
      const energy = dense.inner(error, dense.timesVector(A, error))
      // Below this the error is only the rounding of x, squared, and does not decrease further.
      const floor = largest * (1e-14 * length(wanted)) ** 2
      assert.ok(energy < errorBefore || energy < floor || result.iterations < maxIterations,
        `${name} ${maxIterations}: ${energy} ${errorBefore}`)
      errorBefore = energy
    }
  }
})

test('a Hilbert matrix of 12, singular to working precision, is solved in the sense of the residual', () => {
  const A = dense.hilbert(12), b = dense.timesVector(A, new Float64Array(12).fill(1))
  const { x, result } = solveWith(dense.operatorOf(A), b, { relativeTolerance: 1e-10, maxIterations: 200 })
  assert.is(result.status, 'converged')
  assert.ok(trueResidual(A, x, b) < 1.01e-10)
})

test('iterations stop at the first residual within the tolerance', () => {
  const random = new Random(56)
  const A = dense.operatorOf(dense.illConditioned(20, 1e3, random)), b = dense.normals(20, random)
  for (const relativeTolerance of [0.9, 0.1, 1e-3, 1e-6]) {
    const { result } = solveWith(A, b, { relativeTolerance })
    const before = solveWith(A, b, { relativeTolerance: 0, maxIterations: result.iterations - 1 }).result
    assert.ok(result.relativeResidual <= relativeTolerance && before.relativeResidual > relativeTolerance)
  }
  assert.is(solveWith(A, b, { relativeTolerance: 1 }).result.iterations, 0, '‖b‖ is within ‖b‖')
})

test('the five vectors of a workspace do not overlap, and no product reads what it writes', () => {
  const workspace = cgWorkspace(5)
  const vectors = Object.values(workspace) as Float64Array[]
  assert.equal(vectors.map((vector) => vector.length), [5, 5, 5, 5, 5])
  assert.is(new Set(vectors.map((vector) => vector.buffer)).size, 5)
  const random = new Random(57)
  const A = dense.wellConditioned(5, random)
  const M: Operator = (out, v) => {
    assert.is.not(out.buffer, v.buffer)
    const before = v.slice()
    out.fill(NaN)
    out.set(dense.timesVector(A, v))
    assert.equal(v, before)
  }
  const result = conjugateGradient(workspace, M, dense.normals(5, random), {
    maxIterations: 4, relativeTolerance: 0, preconditioner: M,
  })
  assert.is(result.iterations, 4)
  assert.ok(workspace.p.some((x, i) => x !== workspace.r[i]), 'p is not r')
})

test('b is not changed', () => {
  const random = new Random(58)
  const b = dense.normals(9, random), before = b.slice()
  const A = dense.operatorOf(dense.wellConditioned(9, random))
  for (const preconditioner of [undefined, (out: Float64Array, v: Float64Array) => out.set(v)]) {
    solveWith(A, b, { preconditioner })
    assert.ok(sameBits(b, before))
  }
})

test('a workspace used for other solves, even one of NaN, gives the same bits as a new one', () => {
  const random = new Random(59)
  const A = dense.operatorOf(dense.illConditioned(9, 1e3, random)), b = dense.normals(9, random)
  const preconditioner: Operator = (out, v) => out.set(v.map((x, i) => x / (i + 1)))
  const workspace = cgWorkspace(9)
  for (const options of [
    { maxIterations: 6, relativeTolerance: 0 }, { maxIterations: 6, relativeTolerance: 0, preconditioner },
  ]) {
    const fresh = solveWith(A, b, options)
    for (const vector of Object.values(workspace) as Float64Array[]) vector.fill(NaN)
    for (let round = 0; round < 3; round++) {
      const result = conjugateGradient(workspace, A, b, options)
      assert.ok(sameBits(workspace.x, fresh.x))
      assert.equal(result, fresh.result)
      conjugateGradient(workspace, (out) => out.fill(NaN), b, { ...options, maxIterations: 1 + round })
    }
  }
})

test('scaling b by a power of two scales x by it, and changes no other bit', () => {
  const random = new Random(60)
  const A = dense.operatorOf(dense.illConditioned(9, 1e3, random)), b = dense.normals(9, random)
  const one = solveWith(A, b, { maxIterations: 6 })
  for (const factor of [2 ** -200, 2 ** 200]) {
    const other = solveWith(A, b.map((x) => x * factor), { maxIterations: 6 })
    assert.ok(sameBits(other.x, one.x.map((x) => x * factor)))
    assert.equal([other.result.status, other.result.relativeResidual],
      [one.result.status, one.result.relativeResidual])
  }
})

test.run()
