/** Exercise 6.2: x and xᵀA x by at most k products, which are counted, against the library's x and A. */
import { Random } from '../../../src/math/random.ts'
import { inner } from '../../support/dense.ts'
import type { Miss } from '../judging.ts'
import { answer as solve, compare, expected, randomSystem } from './6.1.ts'

type Apply = (v: readonly number[]) => number[]
interface Solution { readonly x: number[]; readonly xAx: number }
type Answer = (apply: Apply, b: readonly number[], k: number) => Solution

/** Tolerance: x is right to 1e-6, and an error of x enters xᵀA x twice. */
export function judge(answer: Answer): void {
  const random = new Random(62)
  for (let n = 1; n <= 10; n++) {
    const system = randomSystem(n, random)
    for (let k = 1; k <= n; k++) {
      let calls = 0
      const counted: Apply = (v) => {
        calls++
        return system.apply(v)
      }
      const { x, xAx } = answer(counted, system.b, k), at = `n = ${n}, k = ${k}`
      compare(at, x, expected(system, k))
      if (calls > k) throw new Error(`${at}: expected at most ${k} calls of apply, got ${calls}`)
      const right = inner(x, system.apply(x))
      if (!(Math.abs(xAx - right) <= 1e-5 * right)) {
        throw new Error(`${at}: xᵀA x: expected ${right.toFixed(6)}, got ${xAx}`)
      }
    }
  }
}

export const answer: Answer = (apply, b, k) => {
  const x = solve(apply, b, k)
  return { x, xAx: inner(x, b) }
}

/** The answer with another number for xᵀA x. */
const withLength = (length: (x: number[], apply: Apply, b: readonly number[], k: number) => number): Answer =>
  (apply, b, k) => {
    const x = solve(apply, b, k)
    return { x, xAx: length(x, apply, b, k) }
  }

export const misses: Record<string, Miss<Answer>> = {
  'one more product': {
    answer: withLength((x, apply) => inner(x, apply(x))),
    says: /^n = 1, k = 1: expected at most 1 calls .*got 2$/,
  },
  'twice the minimum of f': {
    answer: withLength((x, _, b) => -inner(x, b)), says: /^n = 1, k = 1: xᵀA x: expected \d/,
  },
  'shs itself': { answer: withLength((x, _, b) => inner(x, b) / 2), says: /^n = 1, k = 1: xᵀA x/ },
  'bᵀb': { answer: withLength((_, __, b) => inner(b, b)), says: /^n = 1, k = 1: xᵀA x/ },
  'one product fewer for x': {
    answer: (apply, b, k) => answer(apply, b, k - 1), says: /^n = 1, k = 1: x\[0\]: expected/,
  },
}
