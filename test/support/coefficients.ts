/**
 * The constants of src/math/elementary.ts and trigonometry.ts, computed from first principles.
 * A kernel needs g(z) = Σ a_i z^i, on z from 0 to `end`, where its error enters multiplied by z. So g is
 * interpolated where z · Π (z − z_j) is a Chebyshev polynomial stretched until its lowest zero falls on 0:
 * the product ripples evenly, which is minimax, except for the last rounding to doubles.
 * But: no Remez iteration; it would gain a few hundredths of a unit in the last place.
 */
import { ln2, ofNumber, cos, pi, toFixed, toNumber } from './precise.ts'

/** Bits after the point; those of precise.ts. */
const P = 160
const ONE = 1n << BigInt(P)

export function constants(): Record<string, readonly number[] | bigint> {
  const natural2 = ln2(P)
  const quarterTurn = pi(P) >> 2n
  // More than needed: expm1 uses them up to 0.43, exp up to ln 2 / 2.
  const hyperbolicEnd = square(fixed(0.55))
  const trigEnd = square(quarterTurn)
  // s = f / (2 + f) is largest where 1 + f = √2: s = (√2 − 1)² = 3 − 2√2.
  const logEnd = square(fixed(3 - 2 * Math.SQRT2))
  return {
    COSH: fit(5, hyperbolicEnd, (i) => reciprocalFactorial(2 * i + 4)),
    SINH: fit(6, hyperbolicEnd, (i) => reciprocalFactorial(2 * i + 3)),
    TANH: fit(4, square(ONE >> 5n), (i) => tanhSeries[i + 1]),
    ATANH: fit(7, logEnd, (i) => (2n << BigInt(P)) / BigInt(2 * i + 3)),
    SIN: fit(6, trigEnd, (i) => (i % 2 === 0 ? -1n : 1n) * reciprocalFactorial(2 * i + 3)),
    COS: fit(6, trigEnd, (i) => (i % 2 === 0 ? 1n : -1n) * reciprocalFactorial(2 * i + 4)),
    LOG2_E: [number((1n << BigInt(2 * P)) / natural2)],
    LN2: split(natural2, [42]),
    TWO_OVER_PI: [number((1n << BigInt(2 * P + 1)) / pi(P))],
    HALF_PI: split(pi(P) >> 1n, [32, 65]),
    HALF_PI_BITS: pi(128) >> 1n,
    TWO_OVER_PI_BITS: (1n << 2801n) / pi(1600),
  }
}

/** Of d^2i in tanh d / d = sinh d / d ÷ cosh d, power by power. */
const tanhSeries: bigint[] = []
for (let i = 0; i < 42; i++) {
  let rest = reciprocalFactorial(2 * i + 1)
  for (let j = 0; j < i; j++) rest -= times(tanhSeries[j], reciprocalFactorial(2 * (i - j)))
  tanhSeries.push(rest)
}

/** Coefficients, rounded to doubles, of the polynomial of n terms that meets Σ a(i) z^i at n points. */
function fit(n: number, end: bigint, a: (i: number) => bigint): number[] {
  const series: bigint[] = []
  for (let i = 0; i < 40; i++) series.push(a(i))
  const points = chebyshev(n, end)
  // Newton's divided differences, then his form is expanded into powers.
  const difference = points.map((z) => evaluate(series, z))
  for (let level = 1; level < n; level++) {
    for (let i = n - 1; i >= level; i--) {
      difference[i] = ((difference[i] - difference[i - 1]) << BigInt(P)) / (points[i] - points[i - level])
    }
  }
  let c: bigint[] = []
  for (let i = n - 1; i >= 0; i--) {
    const shifted = [0n, ...c]
    c = shifted.map((x, j) => x - (j < c.length ? times(points[i], c[j]) : 0n))
    c[0] += difference[i]
  }
  return c.map(number)
}

/** The zeros of T_{n+1}, stretched from [−1, 1] so that the lowest falls on 0 (left out) and 1 on `end`. */
function chebyshev(n: number, end: bigint): bigint[] {
  const zeros: bigint[] = []
  for (let j = 0; j <= n; j++) zeros.push(toFixed(cos(Math.PI * (2 * j + 1) / (2 * n + 2))))
  const lowest = zeros[n]
  return zeros.slice(0, n).map((x) => times(end, x - lowest) * ONE / (ONE - lowest))
}

/**
 * value = parts[0] + parts[1] + …: the last rounded, the others truncated to so many bits after the point.
 */
function split(value: bigint, places: readonly number[]): number[] {
  const parts: number[] = []
  for (const place of places) {
    const step = BigInt(P - place)
    const part = (value >> step) << step
    parts.push(number(part))
    value -= part
  }
  return [...parts, number(value)]
}

function evaluate(c: readonly bigint[], u: bigint): bigint {
  return c.reduceRight((sum, x) => times(sum, u) + x, 0n)
}

function reciprocalFactorial(n: number): bigint {
  let product = 1n
  for (let i = 2; i <= n; i++) product *= BigInt(i)
  return ONE / product
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) >> BigInt(P)
}

function square(a: bigint): bigint {
  return times(a, a)
}

function fixed(x: number): bigint {
  return toFixed(ofNumber(x))
}

function number(a: bigint): number {
  return toNumber({ mantissa: a, exponent: -P })
}
