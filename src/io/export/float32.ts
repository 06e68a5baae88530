/**
 * Numbers as float32: bounds that are not exceeded, and what is out of range.
 */
import type { Box } from '../../rl/world/space.ts'

const float32 = /* @__PURE__ */ new Float32Array(1)
const bits = /* @__PURE__ */ new Int32Array(float32.buffer)

/** Throws a RangeError if a finite number is infinite as float32; also, for `divisors`, if one is 0. */
export function expectFloat32(name: string, data: ArrayLike<number>, divisors: boolean = false): void {
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(Math.fround(data[i]))
    if (Number.isFinite(data[i]) && (size === Infinity || divisors && size === 0)) {
      throw new RangeError(`${name}: expected [${i}] within float32, got ${data[i]}`)
    }
  }
}

/** Bounds that are float32 numbers within the given ones, so that what they limit stays in the Box. */
export function inward({ low, high }: Box): Pick<Box, 'low' | 'high'> {
  const narrow = { low: low.map(roundedUp), high: high.map((x) => -roundedUp(-x)) }
  for (let j = 0; j < low.length; j++) {
    // No float32 number lies between them: take the nearest one.
    if (narrow.low[j] > narrow.high[j]) narrow.low[j] = narrow.high[j] = clamped(low[j])
  }
  return narrow
}

/** The smallest float32 number, or ±∞, that is at least x. */
function roundedUp(x: number): number {
  float32[0] = x
  // One step up: away from 0 if positive, towards it if negative; a double below 0 never becomes +0.
  if (float32[0] < x) bits[0] += float32[0] < 0 ? -1 : 1
  return float32[0]
}

/** The nearest finite float32 number. */
function clamped(x: number): number {
  const max = 3.4028234663852886e38
  return Math.fround(Math.max(-max, Math.min(max, x)))
}
