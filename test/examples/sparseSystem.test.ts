/**
 * docs/examples/sparse-system. The oracle is a closed form: with h = 1/(n + 1) the sine modes
 * φ(i, j) = sin(kπ h i) sin(lπ h j) are eigenvectors of the stencil, with eigenvalues
 * 4 − 2 cos(kπ h) − 2 cos(lπ h).
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cgWorkspace, conjugateGradient, norm } from '../../src/parts.ts'
import { inner } from '../support/dense.ts'
import { importExample } from '../support/examples.ts'

const { charge, poisson } = await importExample('sparse-system/poisson.js')

function mode(n: number, k: number, l: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, p) => {
    const i = Math.floor(p / n) + 1, j = p % n + 1
    return Math.sin(k * Math.PI * i / (n + 1)) * Math.sin(l * Math.PI * j / (n + 1))
  })
}
const eigenvalue = (n: number, k: number, l: number): number =>
  4 - 2 * Math.cos(k * Math.PI / (n + 1)) - 2 * Math.cos(l * Math.PI / (n + 1))

test('the stencil multiplies every sine mode by its eigenvalue', () => {
  for (const n of [1, 2, 7]) {
    const out = new Float64Array(n * n)
    for (let k = 1; k <= n; k++) {
      for (let l = 1; l <= n; l++) {
        const phi = mode(n, k, l)
        poisson(n)(out, phi)
        // A few roundings of numbers of up to 8.
        const lambda = eigenvalue(n, k, l)
        out.forEach((x, p) => assert.ok(Math.abs(x - lambda * phi[p]) < 8e-14, `${n}, ${k}, ${l}`))
      }
    }
  }
})

test('a sine mode is solved in one iteration', () => {
  const n = 15, b = mode(n, 2, 3), workspace = cgWorkspace(n * n)
  const options = { maxIterations: 9, relativeTolerance: 1e-12 }
  const { status, iterations } = conjugateGradient(workspace, poisson(n), b, options)
  assert.equal({ status, iterations }, { status: 'converged', iterations: 1 })
  workspace.x.forEach((x, p) => assert.ok(Math.abs(x - b[p] / eigenvalue(n, 2, 3)) < 1e-12))
})

test('the solution for the charge is the sum of its modes, each divided by its eigenvalue', () => {
  const n = 31, b = charge(n), wanted = new Float64Array(n * n)
  for (let k = 1; k <= n; k++) {
    for (let l = 1; l <= n; l++) {
      // ‖φ‖² is ((n + 1) / 2)² for every mode.
      const phi = mode(n, k, l), scale = inner(phi, b) / ((n + 1) * (n + 1) / 4) / eigenvalue(n, k, l)
      phi.forEach((x, p) => { wanted[p] += scale * x })
    }
  }
  const workspace = cgWorkspace(n * n)
  const options = { maxIterations: 1000, relativeTolerance: 1e-10 }
  const { status, iterations } = conjugateGradient(workspace, poisson(n), b, options)
  assert.is(status, 'converged')
  assert.ok(iterations < 100, `${iterations} iterations for ${n * n} unknowns`)
  // ‖error‖ ≤ ‖residual‖ / smallest eigenvalue, and ‖b‖ = 1.
  const error = norm(workspace.x.map((x, p) => x - wanted[p]))
  assert.ok(error < 1.1e-10 / eigenvalue(n, 1, 1), `${error}`)
  assert.ok(norm(wanted) > 1)
})

test.run()
