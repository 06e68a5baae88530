/**
 * A network with changed inputs against the original one: function, gradient, J v and running squares.
 * Tolerances: roundings of the naive network, of sums in another order, and cancellation by the shift.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { largestMagnitude } from '../../src/math/vector.ts'
import {
  backward, createMlp, createTape, forward, initializeMlp, type Mlp, tangent, transposeWeights,
} from '../../src/nn/mlp.ts'
import { bindParameters, type Parameters } from '../../src/nn/parameters.ts'
import { createShards, sumOverTiles } from '../../src/nn/shards.ts'
import { forward as naive } from '../support/naiveUpdate.ts'
import { changeGradient, changeLayer, changeSquares, type InputChange } from '../../src/nn/inputChange.ts'

const HIDDEN: readonly (readonly number[])[] = [[], [5], [7, 4]]
const N = 120, IN = 3

function drawn(hidden: readonly number[], seed: number): { net: Mlp; random: Random } {
  const random = new Random(seed)
  const net = createMlp(reference, [IN, ...hidden, 2], 'tanh', 2)
  initializeMlp(net, 1, random)
  for (let p = 0; p < net.parameters.flat.length; p++) net.parameters.flat[p] += 0.1 * random.normal()
  return { net, random }
}

/** Factors from 1/8 to 8 and shifts of about 2: more than statistics change in an iteration. */
function change(random: Random): InputChange {
  return {
    ratio: Float64Array.from({ length: IN }, () => 2 ** (6 * random.uniform() - 3)),
    shift: Float64Array.from({ length: IN }, () => 2 * random.normal()),
  }
}

const normal = (rows: number, cols: number, random: Random): Tensor => {
  const x = reference.allocate(rows, cols)
  for (let p = 0; p < x.data.length; p++) x.data[p] = random.normal()
  return x
}

/** x in the new coordinates. */
function primed(x: Tensor, { ratio, shift }: InputChange): Tensor {
  const y = reference.allocate(x.rows, x.cols)
  for (let p = 0; p < y.data.length; p++) y.data[p] = (x.data[p] - shift[p % IN]) / ratio[p % IN]
  return y
}

/** The gradient with respect to the parameters of Σ outputs ∘ u over the states x. */
function gradientAt(net: Mlp, x: Tensor, u: Tensor): Parameters {
  const tape = createTape(net, x, true), flat = new Float64Array(net.parameters.flat.length)
  forward(net, tape)
  tape.outputDerivatives.data.set(u.data)
  transposeWeights(net)
  sumOverTiles(flat, createShards(net, tape), (tile, into) => backward(net, tile, into))
  return bindParameters(flat, net.sizes, 2)
}

/** J v on the states x. */
function tangentAt(net: Mlp, x: Tensor, v: Parameters): Float64Array {
  const tape = createTape(net, x, true)
  forward(net, tape)
  for (const tile of tape.tiles) tangent(net, tile, v)
  return tape.outputDerivatives.data
}

test('the function stays the same: outputs of the naive network at x and at x′ agree up to rounding', () => {
  for (const hidden of HIDDEN) {
    const { net, random } = drawn(hidden, 1)
    const { sizes, parameters: { flat, layers } } = net
    const x = normal(40, IN, random), before = flat.slice(), how = change(random), y = primed(x, how)
    changeLayer(layers[0], how)
    const row = (t: Tensor, i: number): Float64Array => t.data.subarray(i * IN, (i + 1) * IN)
    // Cancellation: with ratios from 1/8 and shifts of about 6, terms may be 50 times as large as their sum.
    const slack = 2 ** -52 * 50 * (IN + 3) * largestMagnitude(before)
    for (let i = 0; i < 40; i++) {
      const old = naive({ sizes, activation: 'tanh' }, before, row(x, i))
      naive({ sizes, activation: 'tanh' }, flat, row(y, i)).forEach(({ value, error }, k) => {
        const depth = hidden.reduce((product, n) => product * n, 1)
        assert.ok(Math.abs(value - old[k].value) <= error + old[k].error + depth * slack,
          `${hidden}: ${value} ${old[k].value}`)
      })
    }
    assert.ok(before.some((t, p) => Math.abs(t - flat[p]) > 0.1), 'the weights are others')
    const first = (IN + 1) * sizes[1]
    assert.equal(flat.slice(first), before.slice(first), 'later layers and shared parameters are the same')
  }
})

test('the identity change leaves every bit', () => {
  const { net } = drawn([5], 2)
  const before = net.parameters.flat.slice()
  changeLayer(net.parameters.layers[0], { ratio: new Float64Array(IN).fill(1), shift: new Float64Array(IN) })
  assert.equal(net.parameters.flat, before)
})

test('a converted gradient is that in new coordinates, and a converted direction has the same J v', () => {
  for (const hidden of HIDDEN) {
    const { net, random } = drawn(hidden, 3)
    const { sizes, parameters } = net
    const x = normal(N, IN, random), u = normal(N, 2, random), how = change(random)
    const gradient = gradientAt(net, x, u)
    const v = bindParameters(parameters.flat.map(() => random.normal()), sizes, 2)
    const moved = tangentAt(net, x, v).slice()

    changeLayer(parameters.layers[0], how)
    changeLayer(v.layers[0], how)
    changeGradient(gradient.layers[0], how)
    // 120 states, about 10 units: sums of 1000 terms of size 10 in another order, 50-fold cancellation.
    assertClose(gradient.flat, gradientAt(net, primed(x, how), u).flat, 1e-10)
    assertClose(tangentAt(net, primed(x, how), v), moved, 1e-11)
  }
})

test('converted squares bound those of any history of gradients, and the bound is reached', () => {
  const random = new Random(4), how = change(random)
  how.shift.set([-1.5, 0.4])
  const sizes = [IN, 2], P = IN * 2 + 2
  for (const aligned of [false, true]) {
    // A running mean of some gradients and of their squares, in old and in new coordinates.
    const [m, v, mNew, vNew] = Array.from({ length: 4 }, () => bindParameters(new Float64Array(P), sizes, 0))
    for (let t = 0; t < 30; t++) {
      const G = bindParameters(Float64Array.from({ length: P }, () => random.normal()), sizes, 0)
      // The terms of G − s g have the same sign if G = −sign(s) g.
      if (aligned) {
        for (let p = 0; p < IN * 2; p++) G.flat[p] = -Math.sign(how.shift[p >> 1]) * G.layers[0].b.data[p % 2]
      }
      for (const [mean, squares] of [[m, v], [mNew, vNew]]) {
        for (let p = 0; p < P; p++) {
          mean.flat[p] = 0.9 * mean.flat[p] + 0.1 * G.flat[p]
          squares.flat[p] = 0.999 * squares.flat[p] + 0.001 * G.flat[p] * G.flat[p]
        }
        changeGradient(G.layers[0], how)
      }
    }
    changeGradient(m.layers[0], how)
    changeSquares(v.layers[0], how)
    // Thirty gradients of size 20, added up in another order.
    assertClose(m.flat, mNew.flat, 1e-13 * 20)
    v.flat.forEach((bound, p) =>
      assert.ok(bound >= vNew.flat[p] * (1 - 1e-12), `${p}: ${bound} ${vNew.flat[p]}`))
    if (aligned) {
      v.flat.forEach((bound, p) =>
        assert.ok(bound <= vNew.flat[p] * (1 + 1e-12), `${p}: ${bound} ${vNew.flat[p]}`))
    }
  }
})

function assertClose(actual: Float64Array, wanted: Float64Array, tolerance: number): void {
  const size = 1 + largestMagnitude(wanted)
  actual.forEach((x, p) => assert.ok(Math.abs(x - wanted[p]) <= tolerance * size, `${p}: ${x} ${wanted[p]}`))
  assert.ok(wanted.some((x) => Math.abs(x) > 0.01))
}

test.run()
