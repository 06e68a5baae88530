/**
 * Values against the host's functions, slopes against central differences of the values.
 * Tolerances: units in the last place; for slopes, truncation and rounding of a five-point formula.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { matrix } from '../../src/math/tensor.ts'
import { activations, type ActivationName } from '../../src/nn/activation.ts'
import { slopeOf } from '../support/naive.ts'

const NAMES: readonly ActivationName[] = ['tanh', 'relu', 'identity']

function value(name: ActivationName, x: number): number {
  const Y = matrix(Float64Array.of(x), 1, 1)
  activations[name].forward(reference, Y)
  return Y.data[0]
}

/** g · f′, where f gave y. */
function timesSlope(name: ActivationName, g: number, y: number): number {
  const G = matrix(Float64Array.of(g), 1, 1)
  activations[name].multiplyBySlope(reference, G, matrix(Float64Array.of(y), 1, 1))
  return G.data[0]
}

test('each activation has its own name', () => {
  assert.equal(Object.keys(activations), NAMES)
  for (const name of NAMES) assert.is(activations[name].name, name)
})

test('values are tanh x, max(0, x) and x', () => {
  const random = new Random(111)
  for (let i = 0; i < 200; i++) {
    const x = 4 * random.normal()
    // The host's tanh and ours are each within two units in the last place.
    assert.ok(Math.abs(value('tanh', x) - Math.tanh(x)) <= 4 * 2 ** -53)
    assert.is(value('relu', x), Math.max(0, x))
    assert.is(value('identity', x), x)
  }
})

test('the slope read off the output is the derivative, away from the kink of relu', () => {
  const random = new Random(112)
  for (const name of NAMES) {
    for (let i = 0; i < 200; i++) {
      const x = (random.integer(2) === 0 ? 1 : -1) * (0.02 + 3 * random.uniform()), g = random.normal()
      // Five points 2^-8 apart: 2^-32/30 of the fifth derivative (16 at most for tanh) and 2^-52 over 2^-8.
      const difference = g * slopeOf((t) => value(name, x + t), 2 ** -8)
      assert.ok(Math.abs(timesSlope(name, g, value(name, x)) - difference) < 2e-10 * Math.abs(g),
        `${name} at ${x}`)
    }
  }
})

test('relu is 0 with slope 0 at 0 and −0, and passes the smallest number above', () => {
  for (const x of [0, -0, -5e-324, -Infinity]) {
    assert.ok(Object.is(value('relu', x), 0), `${x}`)
    assert.is(timesSlope('relu', 3, value('relu', x)), 0)
  }
  assert.is(value('relu', 5e-324), 5e-324)
  assert.is(timesSlope('relu', 3, 5e-324), 3)
})

test('the slope 0 of relu makes even NaN and infinity 0', () => {
  for (const g of [NaN, Infinity]) assert.is(timesSlope('relu', g, 0), 0)
})

test('NaN stays NaN in values and slopes', () => {
  for (const name of NAMES) assert.ok(Number.isNaN(value(name, NaN)), name)
  assert.ok(Number.isNaN(timesSlope('tanh', 1, NaN)))
  for (const name of ['tanh', 'identity'] as const) assert.ok(Number.isNaN(timesSlope(name, NaN, 0.5)))
})

test('identity changes no bit of any number', () => {
  for (const x of [-0, 0, Infinity, 5e-324, -3]) {
    assert.ok(Object.is(value('identity', x), x))
    assert.ok(Object.is(timesSlope('identity', x, 7), x))
  }
})

test('every entry of a tensor is changed, and none behind it', () => {
  for (const [name, values, slopes] of [
    ['relu', [0, 2, 0, 4, 0, 6, -9], [0, 1, 0, 1, 0, 1, 9]],
    ['identity', [-1, 2, -3, 4, -5, 6, -9], [1, 1, 1, 1, 1, 1, 9]],
  ] as const) {
    const Y = matrix(Float64Array.of(-1, 2, -3, 4, -5, 6, -9), 2, 3)
    const G = matrix(Float64Array.of(1, 1, 1, 1, 1, 1, 9), 2, 3)
    activations[name].forward(reference, Y)
    assert.equal([...Y.data], values)
    Y.data[6] = 0
    activations[name].multiplyBySlope(reference, G, Y)
    assert.equal([...G.data], slopes)
  }
})

test('gains are √2 where activations shrink signals, and 1 for identity', () => {
  assert.equal(NAMES.map((name) => activations[name].gain), [Math.SQRT2, Math.SQRT2, 1])
})

test.run()
