// npm install trpo, copy this folder, and: node main.js, or node main.js 127 for n = 127 (n is odd)
// Prints for a growing limit of iterations: how many were made, the status, and the relative residual, as the
// solver reports it and as it is measured.
import { addScaled, cgWorkspace, conjugateGradient, norm } from 'trpo/parts'
import { charge, poisson } from './poisson.js'

const n = Number(process.argv[2] ?? 63)
const A = poisson(n), b = charge(n)
const workspace = cgWorkspace(n * n), residual = new Float64Array(n * n)

for (let maxIterations = 20, status = ''; status !== 'converged'; maxIterations += 20) {
  const result = conjugateGradient(workspace, A, b, { maxIterations, relativeTolerance: 1e-10 })
  status = result.status
  // ‖A u − b‖ / ‖b‖
  A(residual, workspace.x)
  addScaled(residual, -1, b)
  const measured = norm(residual) / norm(b)
  const residuals = [result.relativeResidual, measured].map((each) => each.toExponential(2))
  console.log(`${result.iterations} ${status} ${residuals.join(' ')}`)
}
console.log(`u in the middle: ${workspace.x[(n * n - 1) / 2].toFixed(6)}`)
