/** Exercise 4.1: M v of a softmax, against a central difference of the softmax along v. */
import { Random } from '../../../src/math/random.ts'
import { inner } from '../../support/dense.ts'
import type { Miss } from '../judging.ts'

type Answer = (logits: readonly number[], v: readonly number[]) => number[]

function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits), e = logits.map((z) => Math.exp(z - top))
  const total = e.reduce((sum, each) => sum + each, 0)
  return e.map((each) => each / total)
}

/** ∂p/∂η v by differences: of second order, so wrong by some 1e-9 at h = 1e-4. */
function expected(logits: readonly number[], v: readonly number[]): number[] {
  const h = 1e-4, at = (t: number): number[] => softmax(logits.map((z, i) => z + t * v[i]))
  const up = at(h), down = at(-h)
  return up.map((p, i) => (p - down[i]) / (2 * h))
}

export function judge(answer: Answer): void {
  const random = new Random(41)
  const any = (n: number): number[] => Array.from({ length: n }, () => random.normal())
  const cases: [what: string, logits: number[], v: number[]][] = [
    ['two equal logits', [0, 0], [1, 0]],
    ['v the same for all logits', any(4), [1, 1, 1, 1]],
    ...Array.from({ length: 50 }, (_, k): [string, number[], number[]] =>
      [`${2 + k % 5} random logits`, any(2 + k % 5), any(2 + k % 5)]),
    ['large logits', [1000, 1001, 999], [1, -1, 0.5]],
  ]
  for (const [what, logits, v] of cases) {
    const mv = expected(logits, v), given = [[...logits], [...v]], got = answer(logits, v)
    if (got.length !== v.length) throw new Error(`${what}: expected ${v.length} numbers, got ${got.length}`)
    const wrong = mv.findIndex((each, i) => !(Math.abs(got[i] - each) <= 1e-6))
    if (wrong >= 0) {
      throw new Error(`${what}: component ${wrong}: expected ${mv[wrong].toFixed(6)}, got ${got[wrong]}`)
    }
    if (String([logits, v]) !== String(given)) throw new Error(`${what}: the arguments were changed`)
  }
}

export const answer: Answer = (logits, v) => {
  const p = softmax(logits), mean = inner(p, v)
  return p.map((each, i) => each * (v[i] - mean))
}

export const misses: Record<string, Miss<Answer>> = {
  'without p pᵀ': {
    answer: (logits, v) => softmax(logits).map((p, i) => p * v[i]), says: /^two equal logits: component 0/,
  },
  'a mean without weights': {
    answer: (logits, v) => {
      const mean = v.reduce((sum, each) => sum + each, 0) / v.length
      return softmax(logits).map((p, i) => p * (v[i] - mean))
    },
    says: /random logits: component 0/,
  },
  'p² for p': {
    answer: (logits, v) => {
      const p = softmax(logits), mean = inner(p, v)
      return p.map((each, i) => each * each * (v[i] - mean))
    },
    says: /^two equal logits/,
  },
  'a softmax that overflows': {
    answer: (logits, v) => {
      const e = logits.map(Math.exp), total = e.reduce((sum, each) => sum + each, 0)
      const mean = inner(e, v) / total
      return e.map((each, i) => each / total * (v[i] - mean))
    },
    says: /^large logits: component 0: .*got NaN/,
  },
}
