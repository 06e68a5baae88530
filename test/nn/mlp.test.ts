/**
 * Forward pass against a naive network row by row; J v and Jᵀ u against its central differences.
 * Tolerances: roundings of sums in another order; truncation and rounding of the differences.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import {
  backward, createMlp, createTape, forward, initializeMlp, type Mlp, tangent, type Tape, transposeWeights,
} from '../../src/nn/mlp.ts'
import { bindParameters, type Parameters } from '../../src/nn/parameters.ts'
import { inner, normals } from '../support/dense.ts'
import { along, gradientOf, naiveForward, naiveMargin, type NaiveNet, slopeOf } from '../support/naive.ts'
import { rowOf } from '../support/rows.ts'
import { sameBits } from '../support/same.ts'
import { failures, Worst } from '../support/worst.ts'

const ACTIVATIONS: readonly ActivationName[] = ['tanh', 'relu', 'identity']

/** A network with every parameter normal, of the size that keeps signals near 1. */
function drawNet(sizes: readonly number[], activation: ActivationName, random: Random): Mlp {
  const net = createMlp(reference, sizes, activation)
  for (const { W, b } of net.parameters.layers) {
    for (let p = 0; p < W.data.length; p++) W.data[p] = random.normal() / Math.sqrt(W.rows)
    for (let j = 0; j < b.data.length; j++) b.data[j] = 0.5 * random.normal()
  }
  return net
}

function tensorOf(data: Float64Array, rows: number, cols: number): Tensor {
  const tensor = reference.allocate(rows, cols)
  tensor.data.set(data)
  return tensor
}

/** 1 to 4 inputs and outputs, `depth` hidden layers of 1 to 5 units. */
function drawSizes(depth: number, random: Random): number[] {
  const hidden = Array.from({ length: depth }, () => 1 + random.integer(5))
  return [1 + random.integer(4), ...hidden, 1 + random.integer(4)]
}

interface Problem { net: Mlp; naive: NaiveNet; inputs: Tensor; tape: Tape; theta: Float64Array }

/** A small network on a few inputs, after `forward`; every relu is at least 0.05 from its kink. */
function drawProblem(index: number, random: Random): Problem {
  for (;;) {
    const activation = ACTIVATIONS[index % 3], sizes = drawSizes(index % 4, random)
    const net = drawNet(sizes, activation, random)
    const rows = 1 + random.integer(4)
    const inputs = tensorOf(normals(rows * sizes[0], random), rows, sizes[0])
    const naive = { sizes, activation }, theta = net.parameters.flat
    const margins = Array.from({ length: rows }, (_, i) => naiveMargin(naive, theta, rowOf(inputs, i)))
    if (activation === 'relu' && Math.min(...margins) < 0.05) continue
    const tape = createTape(net, inputs, true)
    forward(net, tape)
    return { net, naive, inputs, tape, theta }
  }
}

/** Outputs of all rows by the naive network. */
function naiveOutputs({ naive, inputs }: Problem, theta: ArrayLike<number>): Float64Array {
  const rows = Array.from({ length: inputs.rows }, (_, i) => naiveForward(naive, theta, rowOf(inputs, i)))
  return Float64Array.from(rows.flat())
}

function bind(net: Mlp, flat: Float64Array): Parameters {
  return bindParameters(flat, net.sizes, net.parameters.shared.length)
}

/** J v on all rows. */
function tangentOf({ net, tape }: Problem, v: Float64Array): Float64Array {
  for (const tile of tape.tiles) tangent(net, tile, bind(net, v))
  return tape.outputDerivatives.data.slice()
}

/** Jᵀ u, summed over all rows. */
function backwardOf({ net, tape }: Problem, u: Float64Array): Float64Array {
  tape.outputDerivatives.data.set(u)
  const gradient = bind(net, new Float64Array(net.parameters.flat.length))
  transposeWeights(net)
  for (const tile of tape.tiles) backward(net, tile, gradient)
  return gradient.flat
}

const SHAPES = [[3, 2], [1, 1], [4, 5, 3], [2, 7, 6, 1], [5, 64, 64, 4], [3, 4, 5, 6, 2]]
/** Around the 96 rows of a tile. */
const BATCHES = [1, 2, 95, 96, 97, 200]

test('forward agrees with the naive network row by row, for every shape, activation and batch', () => {
  const random = new Random(121)
  const worst = new Worst()
  for (const sizes of SHAPES) {
    for (const activation of ACTIVATIONS) {
      const net = drawNet(sizes, activation, random)
      for (const rows of BATCHES) {
        const inputs = tensorOf(normals(rows * sizes[0], random), rows, sizes[0])
        const tape = createTape(net, inputs, true)
        forward(net, tape)
        for (let i = 0; i < rows; i++) {
          // Sums of at most 65 terms in another order, and tanh within 2 units in the last place.
          worst.absolute('outputs', rowOf(tape.outputs, i),
            naiveForward({ sizes, activation }, net.parameters.flat, rowOf(inputs, i)), 2e-14)
        }
      }
    }
  }
  assert.equal(failures(worst.report()), [])
})

test('a row has the same bits in every batch, with `keep` or without', () => {
  const random = new Random(122)
  for (const sizes of SHAPES) {
    for (const activation of ACTIVATIONS) {
      const net = drawNet(sizes, activation, random)
      const all = tensorOf(normals(200 * sizes[0], random), 200, sizes[0])
      const single = createTape(net, reference.allocate(1, sizes[0]), true)
      const alone = Array.from({ length: 200 }, (_, i) => {
        single.inputs.data.set(rowOf(all, i))
        forward(net, single)
        return single.outputs.data.slice()
      })
      for (const rows of BATCHES) {
        const inputs = tensorOf(all.data.slice(0, rows * sizes[0]), rows, sizes[0])
        for (const keep of [true, false]) {
          const tape = createTape(net, inputs, keep)
          forward(net, tape)
          alone.slice(0, rows).forEach((row, i) => {
            const same = sameBits(Float64Array.from(rowOf(tape.outputs, i)), row)
            if (!same) assert.unreachable(`${sizes} ${activation}, row ${i} of ${rows}, keep ${keep}`)
          })
        }
      }
    }
  }
})

test('forward of the first rows gives the same bits, and does not compute later tiles', () => {
  const random = new Random(123)
  const net = drawNet([3, 5, 2], 'tanh', random)
  const inputs = tensorOf(normals(600, random), 200, 3)
  const whole = createTape(net, inputs, false)
  forward(net, whole)
  for (const count of [0, 1, 63, 64, 65, 132, 133, 200]) {
    const tape = createTape(net, inputs, false)
    tape.outputs.data.fill(7)
    forward(net, tape, count)
    assert.ok(sameBits(tape.outputs.data.slice(0, 2 * count), whole.outputs.data.slice(0, 2 * count)),
      `${count} rows`)
    // 200 rows are three tiles of 64, 68 and 68.
    const done = [0, 64, 132, 200].find((end) => end >= count)!
    assert.ok(tape.outputs.data.slice(2 * done).every((y) => y === 7),
      `nothing is computed beyond ${done} rows`)
  }
})

test('forward changes neither inputs nor parameters', () => {
  const random = new Random(124)
  const { net, inputs, tape } = drawProblem(4, random)
  const before = [inputs.data.slice(), net.parameters.flat.slice()]
  forward(net, tape)
  assert.equal([inputs.data, net.parameters.flat], before)
})

test('an input that is not finite changes only its own row', () => {
  const random = new Random(125)
  const net = drawNet([3, 8, 2], 'tanh', random)
  const tape = createTape(net, tensorOf(normals(300, random), 100, 3), true)
  tape.inputs.data[97 * 3 + 1] = NaN
  forward(net, tape)
  tape.outputs.data.forEach((y, p) => assert.is(Number.isNaN(y), Math.floor(p / 2) === 97))
})

test('tiles cover the batch in order: as few as 96 rows each allow, nearly equal, multiples of 4', () => {
  const net = createMlp(reference, [2, 3, 1], 'tanh')
  for (const rows of BATCHES) {
    let next = 0
    const { tiles } = createTape(net, reference.allocate(rows, 2), true)
    assert.is(tiles.length, Math.ceil(rows / 96))
    for (const tile of tiles) {
      assert.is(tile.first, next)
      assert.ok(tile.rows > 0 && tile.rows <= 96)
      if (next + tile.rows < rows) {
        assert.is(tile.rows % 4, 0)
        assert.ok(Math.abs(tile.rows - rows / tiles.length) <= 4)
      }
      next += tile.rows
    }
    assert.is(next, rows)
  }
})

test('J v is the central difference of the naive network along v, on 200 random networks', () => {
  const random = new Random(126)
  const worst = new Worst()
  for (let i = 0; i < 200; i++) {
    const problem = drawProblem(i, random)
    const v = normals(problem.theta.length, random).map((x) => x / Math.sqrt(problem.theta.length))
    const Jv = tangentOf(problem, v)
    // Steps of 2^-10 along a unit v: 2^-40/30 of a fifth derivative of some hundreds, and roundings over
    // 2^-10.
    const difference = Jv.map((_, k) =>
      slopeOf((t) => naiveOutputs(problem, along(problem.theta, t, v))[k], 2 ** -10))
    worst.absolute('J v', Jv, difference, 1e-10)
  }
  assert.equal(failures(worst.report()), [])
})

test('Jᵀ u is the central difference of the naive network in every parameter, on 200 random networks', () => {
  const random = new Random(127)
  const worst = new Worst()
  for (let i = 0; i < 200; i++) {
    const problem = drawProblem(i, random)
    const u = normals(problem.tape.outputs.data.length, random)
    const gradient = backwardOf(problem, u)
    // As above; a relu is linear in each parameter by itself, up to a kink that 2 · 2^-10 does not reach. The
    // tenfold is for gradients that are small beside the terms they are summed from.
    const difference = gradientOf((theta) => inner(u, naiveOutputs(problem, theta)), problem.theta, 2 ** -10)
    worst.relative('Jᵀ u', gradient, difference, 1e-9)
  }
  assert.equal(failures(worst.report()), [])
})

test('J and Jᵀ are adjoint to 1e-13: u · J v = Jᵀ u · v, on 200 random networks', () => {
  const random = new Random(128)
  for (let i = 0; i < 200; i++) {
    const problem = drawProblem(i, random)
    const u = normals(problem.tape.outputs.data.length, random), v = normals(problem.theta.length, random)
    const Jv = tangentOf(problem, v), Jtu = backwardOf(problem, u)
    const size = Math.sqrt(inner(u, u) * inner(Jv, Jv)) + Math.sqrt(inner(v, v) * inner(Jtu, Jtu))
    assert.ok(Math.abs(inner(u, Jv) - inner(Jtu, v)) <= 1e-13 * size, `network ${i}`)
  }
})

test('over several tiles, Jᵀ u is the sum over single rows, and J v has the rows of each', () => {
  const random = new Random(129)
  const worst = new Worst()
  for (const activation of ACTIVATIONS) {
    const sizes = [3, 6, 5, 2]
    const net = drawNet(sizes, activation, random)
    const problemOf = (data: Float64Array): Problem => {
      const inputs = tensorOf(data, data.length / 3, 3)
      const tape = createTape(net, inputs, true)
      forward(net, tape)
      return { net, inputs, tape, theta: net.parameters.flat, naive: { sizes, activation } }
    }
    const all = problemOf(normals(600, random))
    const u = normals(400, random), v = normals(net.parameters.flat.length, random)
    const Jv = tangentOf(all, v), Jtu = backwardOf(all, u)
    const total = new Float64Array(Jtu.length)
    for (let i = 0; i < 200; i++) {
      const row = problemOf(Float64Array.from(rowOf(all.inputs, i)))
      assert.ok(sameBits(tangentOf(row, v), Jv.slice(2 * i, 2 * i + 2)), `row ${i}`)
      backwardOf(row, u.slice(2 * i, 2 * i + 2)).forEach((x, p) => { total[p] += x })
    }
    // 200 terms in another order: some 200 · 2^-53, were they all of one sign.
    worst.relative('Jᵀ u', Jtu, total, 3e-14)
  }
  assert.equal(failures(worst.report()), [])
})

test('backward adds to the gradient', () => {
  const random = new Random(130)
  const problem = drawProblem(5, random)
  const u = normals(problem.tape.outputs.data.length, random)
  const once = backwardOf(problem, u)
  const gradient = bind(problem.net, once.slice())
  problem.tape.outputDerivatives.data.set(u)
  for (const tile of problem.tape.tiles) backward(problem.net, tile, gradient)
  // One addition of equal numbers, but element by element in another order: a few roundings of the largest
  // term.
  const worst = new Worst()
  worst.relative('twice', gradient.flat, once.map((x) => 2 * x), 1e-14)
  assert.equal(failures(worst.report()), [])
})

test('tangent and backward repeat their bits: no pass depends on an earlier one', () => {
  const random = new Random(131)
  for (let i = 0; i < 12; i++) {
    const problem = drawProblem(i, random)
    const v = normals(problem.theta.length, random), u = normals(problem.tape.outputs.data.length, random)
    const Jv = tangentOf(problem, v), Jtu = backwardOf(problem, u)
    tangentOf(problem, new Float64Array(v.length).fill(NaN))
    backwardOf(problem, new Float64Array(u.length).fill(NaN))
    assert.ok(sameBits(tangentOf(problem, v), Jv))
    assert.ok(sameBits(backwardOf(problem, u), Jtu))
  }
})

test('shared parameters change no output and get no gradient', () => {
  const random = new Random(132)
  const net = createMlp(reference, [2, 3, 1], 'tanh', 4)
  initializeMlp(net, 1, random)
  net.parameters.shared.fill(0.5)
  const tape = createTape(net, tensorOf(normals(10, random), 5, 2), true)
  forward(net, tape)
  const v = new Float64Array(net.parameters.flat.length)
  v.fill(1, v.length - 4)
  const naive = { sizes: [2, 3, 1], activation: 'tanh' } as const
  const problem = { net, inputs: tape.inputs, tape, theta: net.parameters.flat, naive }
  assert.ok(tangentOf(problem, v).every((x) => x === 0))
  const gradient = backwardOf(problem, normals(5, random))
  assert.ok(gradient.slice(-4).every((x) => x === 0) && gradient.slice(0, -4).some((x) => x !== 0))
})

test('a new network is all 0; initialized, it has orthogonal weights of the given gains, biases 0', () => {
  const gains = [['tanh', Math.SQRT2], ['relu', Math.SQRT2], ['identity', 1]] as const
  for (const [activation, hiddenGain] of gains) {
    const net = createMlp(reference, [5, 5, 5, 5], activation, 2)
    assert.ok(net.parameters.flat.length === 92 && net.parameters.flat.every((x) => x === 0))
    net.parameters.flat.fill(9)
    initializeMlp(net, 0.01, new Random(133))
    net.parameters.layers.forEach(({ W, b }, l) => {
      const gain = l === 2 ? 0.01 : hiddenGain
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < 5; j++) {
          const x = inner(rowOf(W, i), rowOf(W, j))
          assert.ok(Math.abs(x - (i === j ? gain * gain : 0)) < 1e-14 * gain * gain,
            `${activation}, layer ${l}`)
        }
      }
      assert.ok(b.data.every((x) => x === 0))
    })
    assert.equal([...net.parameters.shared], [9, 9], 'shared parameters do not change')
  }
})

test.run()
