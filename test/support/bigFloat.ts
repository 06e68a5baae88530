/**
 * Binary floating point of any precision in BigInt, behind the interface of arithmetic.ts: the oracle for
 * what a certificate says. 224 bits are 67 decimal digits. Exponents are plain integers without limits.
 * Every operation is off by some 2^-bits of its result; expm1, log1p and tanh also near 0. Arguments are
 * reduced until a short series in fixed point does: exp by ln 2 and three tables, log by exp.
 * But: rounds down, not to nearest; no NaN or infinity, exp of what is beyond ±2^40 is that of ±2^40, or 0.
 */
import type { Arithmetic } from './arithmetic.ts'
import { type Big, ln2, ofNumber } from './precise.ts'

export type { Big } from './precise.ts'

export interface BigArithmetic extends Arithmetic<Big> {
  readonly bits: number
  add(a: Big, b: Big): Big
  divide(a: Big, b: Big): Big
  expm1(a: Big): Big
  log1p(a: Big): Big
  /** −1, 0 or 1: the sign of a − b. */
  compare(a: Big, b: Big): number
  /** The binary exponent of the largest result so far, at least 0; `forget` sets it to 0. */
  highest(): number
  forget(): void
}

export const ZERO: Big = { mantissa: 0n, exponent: 0 }
const LIMIT = 2 ** 40

/** The number of bits of |a|, or one less at powers of 2. */
function sizeOf(a: bigint): number {
  const x = Math.abs(Number(a))
  return Number.isFinite(x) ? Math.ceil(Math.log2(x)) : 4 * a.toString(16).length
}

/** The first bits of a, as a plain number; 0 or infinite if its exponent is too large for one. */
function approximate({ mantissa, exponent }: Big): number {
  const excess = mantissa === 0n ? 0 : Math.max(0, sizeOf(mantissa) - 64)
  const half = Math.trunc((exponent + excess) / 2)
  return Number(mantissa >> BigInt(excess)) * 2 ** half * 2 ** (exponent + excess - half)
}

/** A decimal fraction such as '-2.5e-3', to 700 bits. */
export function decimal(text: string): Big {
  const [digits, power = '0'] = text.split('e'), [, fraction = ''] = digits.split('.')
  const places = Number(power) - fraction.length, mantissa = BigInt(digits.replace('.', ''))
  const ten = 10n ** BigInt(Math.abs(places)), of = bigArithmetic(700)
  const whole = (x: bigint): Big => ({ mantissa: x, exponent: 0 })
  return places < 0 ? of.divide(whole(mantissa), whole(ten)) : whole(mantissa * ten)
}

/** |a − b| / |b|, in units of 2^-224; b ≠ 0. */
export function roundings(a: Big, b: Big): number {
  const of = bigArithmetic(700)
  // An exact fraction may have more bits than sums allow for.
  const truth = of.multiply(b, { mantissa: 1n, exponent: 0 }), error = of.divide(of.subtract(a, truth), truth)
  return Math.abs(of.value({ mantissa: error.mantissa, exponent: error.exponent + 224 }))
}

const known = new Map<number, BigArithmetic>()

/** Made once per precision, since its tables take milliseconds. `bits` ≥ 64. */
export function bigArithmetic(bits: number): BigArithmetic {
  const made = known.get(bits) ?? createBigArithmetic(bits)
  known.set(bits, made)
  return made
}

function createBigArithmetic(bits: number): BigArithmetic {
  /** Bits after the point of series and tables. */
  const F = bits + 48, shift = BigInt(F), unit = 1n << shift
  const one: Big = { mantissa: 1n, exponent: 0 }, two: Big = { mantissa: 1n, exponent: 1 }
  const LN2 = ln2(F)
  let highest = 0

  const round = (mantissa: bigint, exponent: number): Big => {
    if (mantissa === 0n) return ZERO
    const size = sizeOf(mantissa), excess = size - bits
    if (size + exponent > highest) highest = size + exponent
    if (excess <= 0) return { mantissa, exponent }
    return { mantissa: mantissa >> BigInt(excess), exponent: exponent + excess }
  }
  const negate = ({ mantissa, exponent }: Big): Big => ({ mantissa: -mantissa, exponent })
  const add = (a: Big, b: Big): Big => {
    if (a.mantissa === 0n) return b
    if (b.mantissa === 0n) return a
    const gap = a.exponent - b.exponent
    if (gap < 0) return add(b, a)
    // Then b is below the last bit of a, even if it is a product that was not rounded.
    if (gap > 3 * bits + 16) return a
    return round((a.mantissa << BigInt(gap)) + b.mantissa, b.exponent)
  }
  const subtract = (a: Big, b: Big): Big => add(a, negate(b))
  const multiply = (a: Big, b: Big): Big => round(a.mantissa * b.mantissa, a.exponent + b.exponent)
  const divide = (a: Big, b: Big): Big => {
    if (a.mantissa === 0n) return ZERO
    const up = Math.max(0, bits + 8 + sizeOf(b.mantissa) - sizeOf(a.mantissa))
    return round((a.mantissa << BigInt(up)) / b.mantissa, a.exponent - b.exponent - up)
  }

  /** In units of 2^-F. */
  const fixed = ({ mantissa, exponent }: Big): bigint =>
    exponent + F >= 0 ? mantissa << BigInt(exponent + F) : mantissa >> BigInt(-exponent - F)
  /** Σ cᵢ tⁱ */
  const series = (c: readonly bigint[], t: bigint): bigint => {
    let sum = c[c.length - 1]
    for (let i = c.length - 2; i >= 0; i--) sum = ((sum * t) >> shift) + c[i]
    return sum
  }
  /** Coefficients cᵢ of a series until cᵢ |t|ⁱ is below 2^-F, for |t| ≤ 2^-small. */
  const coefficients = (next: (before: bigint, i: bigint) => bigint, small: number): readonly bigint[] => {
    const c = [unit]
    for (let i = 1; small * i < F; i++) c.push(next(c[i - 1], BigInt(i)))
    return c.filter((x, i) => x === unit || sizeOf(x) > small * i)
  }
  /** eᵗ, for |t| ≤ 1/2, and for 0 ≤ t ≤ 2^-18; (eᵗ − 1) / t and log(1 + t) / t. */
  const EXP_SLOW = coefficients((c, i) => c / i, 1)
  const EXP = coefficients((c, i) => c / i, 18)
  const EXPM1 = coefficients((c, i) => c / (i + 1n), 5)
  const LOG1P = Array.from({ length: Math.ceil(F / 20) }, (_, i) => (i % 2 ? -unit : unit) / BigInt(i + 1))
  /** e^(j/64) for −32 ≤ j < 32, e^(j/64²) and e^(j/64³) for 0 ≤ j < 64. */
  const table = (first: number, step: number): readonly bigint[] => Array.from({ length: 64 },
    (_, j) => series(EXP_SLOW, BigInt(j + first) << BigInt(F - step)))
  const TABLES = [table(-32, 6), table(0, 12), table(0, 18)]

  const exp = (x: Big): Big => {
    const estimate = Math.min(approximate(x), LIMIT)
    if (estimate < -LIMIT) return ZERO
    const k = Math.round(estimate / Math.LN2)
    let rest = (estimate === LIMIT ? BigInt(LIMIT) << shift : fixed(x)) - BigInt(k) * LN2
    let value = unit
    TABLES.forEach((row, level) => {
      const down = BigInt(F - 6 * (level + 1)), j = rest >> down
      rest -= j << down
      value = (value * row[Number(j) + (level === 0 ? 32 : 0)]) >> shift
    })
    return round((value * series(EXP, rest)) >> shift, k - F)
  }
  const expm1 = (x: Big): Big => {
    if (Math.abs(approximate(x)) > 2 ** -5) return subtract(exp(x), one)
    return multiply(x, { mantissa: series(EXPM1, fixed(x)), exponent: -F })
  }
  const log1p = (x: Big): Big => {
    if (Math.abs(approximate(x)) > 2 ** -20) return log(add(one, x))
    return multiply(x, { mantissa: series(LOG1P, fixed(x)), exponent: -F })
  }
  const log = ({ mantissa, exponent }: Big): Big => {
    // mantissa · 2^exponent = (about e^near) · 2^k, and what is missing is within 2^-50 of 1.
    const size = sizeOf(mantissa)
    const leading = approximate({ mantissa, exponent: -size }), low = leading < Math.SQRT1_2
    const k = exponent + size - (low ? 1 : 0), near = ofNumber(Math.log(low ? 2 * leading : leading))
    const missing = subtract(multiply({ mantissa, exponent: exponent - k }, exp(negate(near))), one)
    return add(add(round(BigInt(k) * LN2, -F), near), log1p(missing))
  }
  const tanh = (x: Big): Big => {
    if (x.mantissa < 0n) return negate(tanh(negate(x)))
    const t = expm1(multiply(two, x))
    return divide(t, add(t, two))
  }

  return {
    bits, add, subtract, multiply, divide, negate, exp, expm1, log, log1p, tanh,
    constant: ofNumber,
    value: approximate,
    sum: (terms) => terms.reduce(add, ZERO),
    inner: (start, a, b) => a.reduce((total, x, i) => add(total,
      // Rounded once, with the sum.
      { mantissa: x.mantissa * b[i].mantissa, exponent: x.exponent + b[i].exponent }), start),
    relu: (a) => (a.mantissa > 0n ? a : ZERO),
    compare: (a, b) => Math.sign(Number(subtract(a, b).mantissa)),
    highest: () => highest,
    forget() { highest = 0 },
  }
}
