/**
 * Directions in θ-space, of length 1, along which a policy is checked.
 */
import type { Random } from '../../math/random.ts'

export function randomDirection(P: number, random: Random): Float64Array {
  const v = Float64Array.from({ length: P }, () => random.normal())
  const length = Math.sqrt(v.reduce((total, x) => total + x * x, 0))
  return v.map((x) => x / length)
}

/** Along parameter p alone. */
export function unitDirection(P: number, p: number): Float64Array {
  const v = new Float64Array(P)
  v[p] = 1
  return v
}

/** `count` different parameters, or all if there are fewer: first shared ones, then random ones. */
export function chooseParameters(P: number, shared: number, count: number, random: Random): number[] {
  const order = Int32Array.from({ length: P - shared }, (_, p) => p)
  random.shuffle(order)
  return [...Array.from({ length: shared }, (_, k) => P - shared + k), ...order].slice(0, count)
}
