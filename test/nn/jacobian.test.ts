/**
 * J v and Jᵀ u by sensitivities against those by passes (which mlp.test.ts checks), and against each other.
 * Tolerances: roundings of up to some thousand terms in another order.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import {
  byPasses, bySensitivities, createJacobian, type Jacobian, sensitivitiesPerState,
} from '../../src/nn/jacobian.ts'
import { createMlp, createTape, forward, type Mlp, type Tape } from '../../src/nn/mlp.ts'
import { bindParameters, type Parameters } from '../../src/nn/parameters.ts'
import { inner, normals } from '../support/dense.ts'
import { bits } from '../support/same.ts'
import { failures, Worst } from '../support/worst.ts'

/** Two hidden layers and more; widths that are multiples of the register tiles, and others. */
const SHAPES = [[3, 4, 5, 2], [1, 1, 1, 1], [2, 7, 6, 3, 4], [11, 64, 64, 3], [2, 3, 4, 5, 3, 8]]
const BATCHES = [1, 7, 96, 97, 200]

interface Problem { readonly net: Mlp; readonly tape: Tape }

function draw(
  backend: Backend, sizes: readonly number[], activation: ActivationName, rows: number, seed: number,
): Problem {
  const random = new Random(seed)
  const net = createMlp(backend, sizes, activation, 1)
  net.parameters.flat.set(normals(net.parameters.flat.length, random).map((x) => 0.4 * x))
  const inputs = backend.allocate(rows, sizes[0])
  inputs.data.set(normals(rows * sizes[0], random))
  const tape = createTape(net, inputs, true)
  forward(net, tape)
  return { net, tape }
}

/** In the network's own memory, as a direction or an accumulator. */
function vectorOf({ backend, sizes, parameters }: Mlp, values: Float64Array): Parameters {
  const flat = backend.allocate(1, parameters.flat.length).data
  flat.set(values)
  return bindParameters(flat, sizes, 1)
}

function tangentOf({ net, tape }: Problem, jacobian: Jacobian, v: Float64Array): Float64Array {
  const direction = vectorOf(net, v)
  for (const tile of tape.tiles) jacobian.tangent(tile, direction)
  return tape.outputDerivatives.data.slice()
}

function backwardOf({ net, tape }: Problem, jacobian: Jacobian, u: Float64Array): Float64Array {
  tape.outputDerivatives.data.set(u)
  const gradient = vectorOf(net, new Float64Array(net.parameters.flat.length))
  for (const tile of tape.tiles) jacobian.backward(tile, gradient)
  return gradient.flat.slice()
}

function eachProblem(check: (problem: Problem, label: string, random: Random) => void): void {
  const random = new Random(301)
  for (const sizes of SHAPES) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      for (const rows of BATCHES) {
        const label = `${sizes.join('-')} ${activation} × ${rows}`
        check(draw(reference, sizes, activation, rows, 302), label, random)
      }
    }
  }
}

test('sensitivities give the J v and Jᵀ u of the passes, for every depth, activation and batch', () => {
  const worst = new Worst()
  eachProblem((problem, label, random) => {
    const { net, tape } = problem
    const passes = byPasses(net), kept = bySensitivities(net, tape)
    passes.refresh()
    kept.refresh()
    const v = normals(net.parameters.flat.length, random),
      u = normals(tape.outputDerivatives.data.length, random)
    // The same terms in another order, up to some thousand of them.
    worst.relative(`${label}: J v`, tangentOf(problem, kept, v), tangentOf(problem, passes, v), 1e-11)
    worst.relative(`${label}: Jᵀ u`, backwardOf(problem, kept, u), backwardOf(problem, passes, u), 1e-11)
  })
  assert.equal(failures(worst.report()), [])
})

test('J and Jᵀ by sensitivities are adjoint: uᵀ (J v) = (Jᵀ u)ᵀ v', () => {
  const worst = new Worst()
  eachProblem((problem, label, random) => {
    const { net, tape } = problem
    const kept = bySensitivities(net, tape)
    kept.refresh()
    const v = normals(net.parameters.flat.length, random),
      u = normals(tape.outputDerivatives.data.length, random)
    const Jv = tangentOf(problem, kept, v), Jtu = backwardOf(problem, kept, u)
    // Relative to the sizes of what is multiplied: the two sums may cancel to nothing.
    const scale = Math.sqrt(inner(u, u) * inner(Jv, Jv)) + Math.sqrt(inner(v, v) * inner(Jtu, Jtu))
    worst.absolute(label, [inner(u, Jv) / scale], [inner(Jtu, v) / scale], 1e-14)
  })
  assert.equal(failures(worst.report()), [])
})

test('products between two refreshes are independent: each repeats its bits', () => {
  const problem = draw(reference, [3, 8, 6, 5, 2], 'tanh', 150, 303)
  const kept = bySensitivities(problem.net, problem.tape)
  kept.refresh()
  const random = new Random(304)
  const v = normals(problem.net.parameters.flat.length, random), u = normals(300, random)
  const once = [tangentOf(problem, kept, v), backwardOf(problem, kept, u)]
  tangentOf(problem, kept, v.map(() => NaN))
  backwardOf(problem, kept, u.map(() => NaN))
  assert.equal([tangentOf(problem, kept, v), backwardOf(problem, kept, u)], once)
})

test('after a refresh, products are those at the θ of the last forward pass', () => {
  const problem = draw(reference, [3, 6, 4, 2], 'tanh', 30, 305)
  const { net, tape } = problem
  const kept = bySensitivities(net, tape), passes = byPasses(net)
  kept.refresh()
  const random = new Random(306), v = normals(net.parameters.flat.length, random)
  const before = tangentOf(problem, kept, v)
  for (let i = 0; i < v.length; i++) net.parameters.flat[i] += 0.1 * v[i]
  forward(net, tape)
  kept.refresh()
  passes.refresh()
  const worst = new Worst()
  worst.relative('J v', tangentOf(problem, kept, v), tangentOf(problem, passes, v), 1e-12)
  assert.equal(failures(worst.report()), [])
  assert.not.equal(tangentOf(problem, kept, v), before)
})

test('both backends give the same bits', () => {
  const simd = createSimd(1 << 24)
  if (simd === null) return
  for (const sizes of SHAPES) {
    for (const rows of [7, 97]) {
      const random = new Random(307)
      const [wanted, actual] = [reference, simd].map((backend) => {
        const problem = draw(backend, sizes, 'tanh', rows, 308)
        const kept = bySensitivities(problem.net, problem.tape)
        kept.refresh()
        const fork = random.fork('vectors')
        return [
          tangentOf(problem, kept, normals(problem.net.parameters.flat.length, fork)),
          backwardOf(problem, kept, normals(problem.tape.outputDerivatives.data.length, fork)),
        ]
      })
      assert.is(bits(...actual), bits(...wanted), `${sizes} × ${rows}`)
    }
  }
})

test('sensitivities are kept from two hidden layers on and up to eight outputs, not of the last', () => {
  const nets = [[4, 2], [4, 64, 2], [4, 64, 32, 2], [4, 10, 20, 30, 8], [4, 64, 64, 9]]
  assert.equal(nets.map(sensitivitiesPerState), [0, 0, 128, 240, 0])
  // Allocated is what is kept, and scratch of one tile for the last hidden layer.
  for (const sizes of [[4, 6, 5, 3], [4, 6, 5, 9]]) {
    let numbers = 0
    const counting: Backend = {
      ...reference,
      allocate(rows, cols) {
        numbers += rows * cols
        return reference.allocate(rows, cols)
      },
    }
    const { net, tape } = draw(reference, sizes, 'tanh', 500, 309)
    createJacobian({ ...net, backend: counting }, tape)
    const kept = sensitivitiesPerState(sizes)
    const tile = Math.max(...tape.tiles.map(({ rows }) => rows))
    assert.is(numbers, kept === 0 ? 0 : 500 * kept + tile * 3 * 5)
  }
})

test.run()
