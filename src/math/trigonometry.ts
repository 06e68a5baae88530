/**
 * sin and cos with the same bits on every engine, for the reason that ./elementary.ts states.
 *
 * x = n π/2 + y + tail with |y| up to π/4, then a polynomial in y. For |x| < 1.6e6, n π/2 is subtracted in
 * three parts (Cody & Waite 1980). For larger x, or if cancellation leaves too few bits, x is multiplied by
 * 1200 bits of 2/π, as in Payne & Hanek 1983, but in BigInt: *measured* 560 ns per call instead of 20.
 *
 * Errors in units in the last place, the largest found in 10^8 arguments of each: sin 0.84, cos 0.86.
 * But: no tan.
 */
import { ROUNDER, TWO_53 } from './elementary.ts'

/** sin y = y + y³ Σ SIN_i y^2i, for |y| ≤ π/4. */
export const SIN: readonly number[] = [
  -0.16666666666666632, 0.008333333333322418, -0.00019841269829812066, 0.000002755731369363644,
  -2.505075841826956e-8, 1.5896815007836776e-10,
]
/** cos y = 1 − y²/2 + y⁴ Σ COS_i y^2i, for |y| ≤ π/4. */
export const COS: readonly number[] = [
  0.041666666666666644, -0.0013888888888882061, 0.00002480158729442023, -2.755731576479866e-7,
  2.0875912664852156e-9, -1.1369298846560313e-11,
]
export const TWO_OVER_PI = 0.6366197723675814
/** π/2 in three parts: the first two of 33 bits, so that n times each is exact for n < 2^20. */
export const HALF_PI_1 = 1.5707963267341256
export const HALF_PI_2 = 6.077100506303966e-11
export const HALF_PI_3 = 2.0222662487959506e-21
/** ⌊2/π · 2^1200⌋: the largest double needs 1024 of the bits, the worst cancellation about 62 more. */
export const TWO_OVER_PI_BITS: bigint = /* @__PURE__ */ BigInt('0x'
  + 'a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a'
  + '424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e41'
  + '3991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf'
  + '27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08'
  + '56033046fc7b')
/** ⌊π/2 · 2^128⌋. */
export const HALF_PI_BITS: bigint = 0x1921fb54442d18469898cc51701b839a2n
/** 2^-384. */
export const TWO_M384 = 2.5379418373156492e-116

const QUARTER_PI = 0.7853981633974483
/** Up to here (2^20 π/2 = 1.647e6) n has 20 bits, and n · HALF_PI_1 and n · HALF_PI_2 are exact. */
const MAX_THREE_PARTS = 1.6e6
const TWO_M57 = 6.938893903907228e-18
const TWO_M27 = 7.450580596923828e-9

/** The sine of x radians; NaN for an infinite x. */
export function sin(x: number): number {
  return Math.abs(x) < TWO_M27 ? x : shiftedSine(x, 0)
}

/** The cosine of x radians; NaN for an infinite x. */
export function cos(x: number): number {
  return shiftedSine(x, 1)
}

/** sin(x + quarters · π/2). Every operation is odd in x, so that sin is odd and cos even to the bit. */
function shiftedSine(x: number, quarters: number): number {
  const a = Math.abs(x)
  if (a <= QUARTER_PI) return sineInQuadrant(quarters, x, 0)
  if (!(a < MAX_THREE_PARTS)) return shiftedSineByIntegers(x, quarters)
  const n = x * TWO_OVER_PI + ROUNDER - ROUNDER
  // high = first − second, and its exact rounding error (Knuth's two-sum)
  const first = x - n * HALF_PI_1
  const second = n * HALF_PI_2
  const high = first - second
  const taken = high - first
  const error = (first - (high - taken)) - (second + taken)
  const low = error - n * HALF_PI_3
  const y = high + low
  // The error of y is about n · 2^-120; y must be large compared with it.
  if (Math.abs(y) < Math.abs(n) * TWO_M57) return shiftedSineByIntegers(x, quarters)
  return sineInQuadrant(n + quarters, y, low - (y - high))
}

/** The same for any |x| ≥ π/4, in integers; NaN for an infinite x. */
function shiftedSineByIntegers(x: number, quarters: number): number {
  const a = Math.abs(x)
  if (!(a < Infinity)) return NaN
  const scaled = a < TWO_53 ? a * TWO_53 : a // an integer in both cases
  const shift = a < TWO_53 ? 1253n : 1200n
  const turns = BigInt(scaled) * TWO_OVER_PI_BITS
  const n = (turns + (1n << (shift - 1n))) >> shift
  const rest = ((turns - (n << shift)) >> (shift - 256n)) * HALF_PI_BITS // y · 2^384
  const y = Number(rest)
  const tail = Number(rest - BigInt(y))
  const sign = x < 0 ? -1 : 1
  return sineInQuadrant(sign * Number(n & 3n) + quarters, sign * y * TWO_M384, sign * tail * TWO_M384)
}

/** sin(y + tail + n π/2), for |y| ≤ π/4 and a tail below the last bit of y. */
function sineInQuadrant(n: number, y: number, tail: number): number {
  const z = y * y, w = z * z
  let value: number
  if ((n & 1) === 0) {
    const p = (SIN[0] + z * SIN[1]) + w * ((SIN[2] + z * SIN[3]) + w * (SIN[4] + z * SIN[5]))
    value = y + (y * z * p + (tail - 0.5 * z * tail))
  } else {
    const p = (COS[0] + z * COS[1]) + w * ((COS[2] + z * COS[3]) + w * (COS[4] + z * COS[5]))
    // 1 − z/2 and its exact rounding error
    const half = 0.5 * z, rough = 1 - half
    value = rough + (((1 - rough) - half) + (w * p - y * tail))
  }
  return (n & 2) === 0 ? value : -value
}
