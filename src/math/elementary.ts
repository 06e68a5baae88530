/**
 * exp, expm1, log, log1p and tanh with the same bits on every engine: ECMAScript leaves the last bits of
 * Math.exp and similar functions to the engine, so only operations that IEEE 754 fixes are used here.
 *
 * Cody & Waite, "Software Manual for the Elementary Functions", 1980: subtract a multiple of ln 2, in two
 * parts, from the argument; evaluate a short polynomial; multiply by the power of two.
 * tanh subtracts a multiple of 1/16 instead, finds its tanh in a table (as in Gal & Bachelis 1991) and uses
 * the addition theorem. It has only + − × ÷ and selections, because a SIMD kernel must repeat it bit for bit.
 * Polynomials are near-minimax; test/support/coefficients.ts computes every constant.
 *
 * Errors in units in the last place, the largest found in 10^8 arguments of each (double extended as truth):
 * exp 0.84, expm1 0.91, log 0.86, log1p 0.87, tanh 2.13.
 * But: not correctly rounded, and no powers or inverse functions; nothing here needs them.
 */

/** cosh r = 1 + r²/2 + r⁴ Σ COSH_i r^2i, for |r| ≤ 0.55. */
export const COSH: readonly number[] = [
  0.041666666666667386, 0.0013888888888551815, 0.00002480158781438661, 2.755697882176315e-7,
  2.097928880220852e-9,
]
/** sinh r = r + r³ Σ SINH_i r^2i, for |r| ≤ 0.55. */
export const SINH: readonly number[] = [
  0.16666666666666666, 0.008333333333333647, 0.00019841269840599758, 0.0000027557319883112077,
  2.5051780659468566e-8, 1.613916768623947e-10,
]
/** log((1 + s)/(1 − s)) = 2s + s³ Σ ATANH_i s^2i, for |s| ≤ (√2 − 1)². */
export const ATANH: readonly number[] = [
  0.6666666666666734, 0.3999999999941923, 0.28571428741387556, 0.22222198674303803,
  0.18183559156962295, 0.15314180535040267, 0.14794671725144495,
]
export const LOG2_E = 1.4426950408889634
/** ln 2 truncated after 42 bits, so that k · LN2_HIGH is exact for every exponent k, and the rest. */
export const LN2_HIGH = 0.6931471805598903
export const LN2_LOW = 5.497923018708371e-14
/** 1.5 · 2^52: t + ROUNDER − ROUNDER is t rounded to the nearest integer, halves to even, for |t| < 2^51. */
export const ROUNDER = 6755399441055744
/** tanh d = d + d³ Σ TANH_i d^2i, for |d| ≤ 1/32. */
export const TANH: readonly number[] = [
  -0.33333333333333276, 0.13333333332774142, -0.053968236673612245, 0.021848405927371375,
]
/** 1.5 · 2^48: t + STEP_ROUNDER − STEP_ROUNDER is t rounded to k/16; the last bits of the sum are k. */
export const STEP_ROUNDER = 422212465065984
/** tanh rounds to 1 from here on (and from 19.1 on already). */
export const TANH_END = 20
const TWO_M128 = 2.938735877055719e-39
/** TANH_AT[k] = tanh(k/16), correctly rounded, for k ≤ 16 TANH_END; then zeros, up to a power of two. */
export const TANH_AT: Float64Array = /* @__PURE__ */ tanhTable()

/** POWER_OF_TWO[ZERO_POWER + k] = 2^k, for k from −1074 to 1023. */
const ZERO_POWER = 1074
const POWER_OF_TWO: Float64Array = /* @__PURE__ */ powersOfTwo()

const MIN_NORMAL = 2.2250738585072014e-308
/** 2^53: doubles from here on are integers. */
export const TWO_53 = 9007199254740992

const double: Float64Array = /* @__PURE__ */ new Float64Array(1)
const words: Int32Array = /* @__PURE__ */ new Int32Array(double.buffer)
/** The index of the 32-bit word that holds a double's exponent: 1 if the lowest byte comes first. */
const HIGH: number = /* @__PURE__ */ highWord()
/** The high word of √½. */
const SQRT_HALF = 0x3fe6a09e

/** e^x. */
export function exp(x: number): number {
  if (Math.abs(x) <= 708) {
    // x = k ln 2 + high − low; `high` is exact, and the rounding of `low` is negligible.
    const k = x * LOG2_E + ROUNDER - ROUNDER
    const high = x - k * LN2_HIGH
    const low = k * LN2_LOW
    return (1 + (high + (expRest(high - low) - low))) * POWER_OF_TWO[(k + ZERO_POWER) | 0]
  }
  if (x > 710) return Infinity
  if (x < -746) return 0
  // The same, but 2^k in two factors: 2^k may be out of range although e^x is not,
  // and if e^x is subnormal only the second multiplication rounds.
  const k = x * LOG2_E + ROUNDER - ROUNDER
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const half = k >> 1
  const y = (1 + (high + (expRest(high - low) - low))) * POWER_OF_TWO[half + ZERO_POWER]
  return y * POWER_OF_TWO[(k - half + ZERO_POWER) | 0]
}

/** e^x − 1, with its full relative precision near 0. */
export function expm1(x: number): number {
  // Up to 0.43 rather than ln 2 / 2: just above that, cancellation leaves a quarter of the scaled sum below.
  if (x > -0.35 && x < 0.43) return x === 0 ? x : x + expRest(x)
  if (x < -40) return -1
  if (!(x <= 708)) return exp(x)
  const k = x * LOG2_E + ROUNDER - ROUNDER
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const q = high + (expRest(high - low) - low)
  // 2^k e^r − 1 = 2^k ((1 − s) + q) where q = e^r − 1; from s = 2^-54 on 1 − s is not a double, but q − s is.
  const s = POWER_OF_TWO[(ZERO_POWER - k) | 0]
  const y = k < 40 ? (1 - s) + q : 1 + (q - s)
  return y * POWER_OF_TWO[(ZERO_POWER + k) | 0]
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  // tanh(c + d) = T + (1 − T²) t / (1 + T t), where c is a multiple of 1/16, T = tanh c and t = tanh d.
  const a = Math.abs(x) > TANH_END ? TANH_END : Math.abs(x)
  const c = a + STEP_ROUNDER - STEP_ROUNDER
  const d = a - c
  const z = d * d
  const t = d + (d * z) * (TANH[0] + z * (TANH[1] + z * (TANH[2] + z * TANH[3])))
  const T = TANH_AT[(16 * c) | 0]
  const y = T + (1 - T * T) * t / (1 + T * t)
  return x < 0 ? -y : x === 0 ? x : y
}

/** The natural logarithm; NaN below 0. */
export function log(x: number): number {
  if (x >= MIN_NORMAL && x < Infinity) return logOfNormal(x, 0, 0)
  if (x > 0 && x < Infinity) return logOfNormal(x * TWO_53, 53, 0)
  return x === 0 ? -Infinity : x > 0 ? x : NaN
}

/** log(1 + x), with its full relative precision near 0; NaN below −1. */
export function log1p(x: number): number {
  if (x > -0.29 && x < 0.41) return x === 0 ? x : logOf(0, x, 0)
  if (!(x > -1 && x < TWO_53)) return x === -1 ? -Infinity : log(x)
  // 1 + x = u + lost, exactly; log(u + lost) ≈ log u + lost / u.
  const u = 1 + x
  const lost = x > 1 ? 1 - (u - x) : x - (u - 1)
  return logOfNormal(u, 0, lost / u)
}

/** log(x · 2^-lift) + tail, for a normal x. */
function logOfNormal(x: number, lift: number, tail: number): number {
  // x = 2^k (1 + f), 1 + f between √½ and √2
  double[0] = x
  const k = (words[HIGH] - SQRT_HALF) >> 20
  return logOf(k - lift, x * POWER_OF_TWO[ZERO_POWER - k] - 1, tail)
}

/** k ln 2 + log(1 + f) + tail, where `tail` affects only the last bits. */
function logOf(k: number, f: number, tail: number): number {
  // log(1 + f) = 2 atanh s = f − (f²/2 − s (f²/2 + s² Σ …)): the largest term, f, is exact.
  const s = f / (2 + f), z = s * s, w = z * z
  const rest = z * ((ATANH[0] + z * ATANH[1]) + w * ((ATANH[2] + z * ATANH[3])
    + w * ((ATANH[4] + z * ATANH[5]) + w * ATANH[6])))
  const half = 0.5 * f * f
  return k * LN2_HIGH - ((half - (s * (half + rest) + (k * LN2_LOW + tail))) - f)
}

/** e^r − 1 − r = (cosh r − 1) + (sinh r − r); the largest term, r²/2, is added last. */
function expRest(r: number): number {
  const z = r * r
  return 0.5 * z + (coshRest(z) + r * sinhRest(z))
}

/** cosh r − 1 − z/2, where z = r². In pairs, not by Horner's rule: as many operations, in shorter chains. */
function coshRest(z: number): number {
  const w = z * z
  return w * ((COSH[0] + z * COSH[1]) + w * ((COSH[2] + z * COSH[3]) + w * COSH[4]))
}

/** sinh r / r − 1, where z = r². */
function sinhRest(z: number): number {
  const w = z * z
  return z * ((SINH[0] + z * SINH[1]) + w * ((SINH[2] + z * SINH[3]) + w * (SINH[4] + z * SINH[5])))
}

/** All powers of two, by repeated doubling and halving, which are exact. */
function powersOfTwo(): Float64Array {
  const table = new Float64Array(ZERO_POWER + 1024)
  table[ZERO_POWER] = 1
  for (let i = ZERO_POWER + 1; i < table.length; i++) table[i] = 2 * table[i - 1]
  for (let i = ZERO_POWER - 1; i >= 0; i--) table[i] = 0.5 * table[i + 1]
  return table
}

/** tanh(k/16) = (1 − q^k) / (1 + q^k), q = e^(−1/8), in units of 2^-128, then rounded once to a double. */
function tanhTable(): Float64Array {
  const one = 1n << 128n
  let q = 0n
  for (let term = one, i = 1n; term !== 0n; term /= -8n * i++) q += term
  const table = new Float64Array(512)
  for (let k = 0, power = one; k <= 16 * TANH_END; k++, power = power * q >> 128n) {
    table[k] = Number(((one - power) << 128n) / (one + power)) * TWO_M128
  }
  return table
}

function highWord(): number {
  double[0] = 1
  return words[0] === 0 ? 1 : 0
}
