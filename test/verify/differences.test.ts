/**
 * Extrapolated differences against derivatives in closed form.
 * Tolerances: rounding of the function over the step that serves, and over its square for curvatures.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { curvaturesOf, slopesOf } from '../../src/verify/differences.ts'

interface Known {
  readonly name: string; readonly f: (t: number) => number; readonly slope: number; readonly curvature: number
}

/**
 * Functions of t with their derivatives at 0; slow ones, fast ones, far from 0, and with a singularity near.
 */
const KNOWN: readonly Known[] = [
  { name: 'exp', f: Math.exp, slope: 1, curvature: 1 },
  { name: 'sin 30t', f: (t) => Math.sin(30 * t), slope: 30, curvature: 0 },
  { name: 'cos 30t', f: (t) => Math.cos(30 * t), slope: 0, curvature: -900 },
  { name: 'tanh(100t + 1)', f: (t) => Math.tanh(100 * t + 1), slope: 100 / Math.cosh(1) ** 2,
    curvature: -20000 * Math.tanh(1) / Math.cosh(1) ** 2 },
  { name: '1 / (1 − 10t)', f: (t) => 1 / (1 - 10 * t), slope: 10, curvature: 200 },
  { name: 'a line far from 0', f: (t) => 1e6 + 3 * t, slope: 3, curvature: 0 },
  { name: 'constant', f: () => 7, slope: 0, curvature: 0 },
]

const each = (values: Float64Array, t: number): void => KNOWN.forEach(({ f }, i) => { values[i] = f(t) })

test('slopes are right up to the functions\' own rounding, and within ten times the uncertainty', () => {
  const slopes = new Float64Array(KNOWN.length)
  const uncertainty = slopesOf(slopes, each, 1 / 16)
  KNOWN.forEach(({ name, f, slope }, i) => {
    // A rounding of 2^-53 over a step of some 2^-12 for the fastest, and a digit for extrapolation.
    assert.ok(Math.abs(slopes[i] - slope) <= 1e-11 * Math.max(1, Math.abs(f(0)), Math.abs(slope)),
      `${name}: ${slopes[i]}`)
    assert.ok(Math.abs(slopes[i] - slope) <= 10 * uncertainty, name)
  })
})

test('so are curvatures, which divide by the step twice', () => {
  const curvatures = new Float64Array(KNOWN.length)
  const uncertainty = curvaturesOf(curvatures, each, 1 / 16)
  KNOWN.forEach(({ name, f, curvature }, i) => {
    const scale = Math.max(1, Math.abs(f(0)), Math.abs(curvature))
    // 2^-53 over the square of such a step.
    assert.ok(Math.abs(curvatures[i] - curvature) <= 1e-8 * scale, `${name}: ${curvatures[i]}`)
    assert.ok(Math.abs(curvatures[i] - curvature) <= 10 * uncertainty, name)
  })
})

test('polynomials that extrapolation makes exact are exact, except for rounding', () => {
  const f = (t: number): number => 2 + 3 * t + 5 * t * t - 7 * t ** 3 + 11 * t ** 4 + t ** 5
  const out = new Float64Array(1)
  slopesOf(out, (values, t) => { values[0] = f(t) }, 1)
  // Values up to 20 at a step of 1, and steps down to 1/16 before rounding grows.
  assert.ok(Math.abs(out[0] - 3) < 1e-13, `${out[0]}`)
  curvaturesOf(out, (values, t) => { values[0] = f(t) }, 1)
  assert.ok(Math.abs(out[0] - 10) < 1e-12, `${out[0]}`)
})

test('values that rounding has made equal are no proof of a derivative of 0', () => {
  const out = new Float64Array(1)
  // A curvature of 1e-6 on top of 1: second differences of steps below 1e-5 are 0, and the longest have a
  // rounding of 2^-53 over 2^-8.
  const uncertainty = curvaturesOf(out, (values, t) => { values[0] = 1 + 0.5e-6 * t * t }, 1 / 16)
  assert.ok(Math.abs(out[0] - 1e-6) < 1e-12 && uncertainty < 1e-11, `${out[0]} ± ${uncertainty}`)
})

test('a kink does not matter to steps that do not reach it', () => {
  const out = new Float64Array(1)
  slopesOf(out, (values, t) => { values[0] = Math.max(0, t + 1e-3) }, 1 / 16)
  assert.ok(Math.abs(out[0] - 1) < 1e-11, `${out[0]}`)
})

test('if no value is finite the slope is NaN and the uncertainty infinite; short steps suffice', () => {
  const out = new Float64Array(1)
  assert.is(slopesOf(out, (values) => { values[0] = NaN }, 1), Infinity)
  assert.ok(Number.isNaN(out[0]))
  slopesOf(out, (values, t) => { values[0] = Math.abs(t) > 0.01 ? Infinity : Math.exp(t) }, 1)
  assert.ok(Math.abs(out[0] - 1) < 1e-9, `${out[0]}`)
})

test('the function is never called beyond the reach', () => {
  let furthest = 0
  slopesOf(new Float64Array(1), (values, t) => {
    furthest = Math.max(furthest, Math.abs(t))
    values[0] = t
  }, 0.3)
  assert.is(furthest, 0.3)
})

test.run()
