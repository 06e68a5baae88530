/** Exercise 5.1: the best step on an ellipse, against a search over directions. */
import { Random } from '../../../src/math/random.ts'
import type { Miss } from '../judging.ts'

type Pair = readonly [number, number]
type Answer = (F: readonly [Pair, Pair], g: Pair, delta: number) => Pair

const along = (a: Pair, b: Pair): number => a[0] * b[0] + a[1] * b[1]
const product = ([p, q]: readonly [Pair, Pair], x: Pair): Pair => [along(p, x), along(q, x)]
const spent = (F: readonly [Pair, Pair], x: Pair): number => 0.5 * along(x, product(F, x))

/** The largest gain of 20,000 directions at the length that spends δ: less than 1e-6 of itself too small. */
function best(F: readonly [Pair, Pair], g: Pair, delta: number): number {
  let gain = 0
  for (let k = 0; k < 20_000; k++) {
    const u: Pair = [Math.cos(k * Math.PI / 10_000), Math.sin(k * Math.PI / 10_000)]
    gain = Math.max(gain, along(g, u) * Math.sqrt(delta / spent(F, u)))
  }
  return gain
}

export function judge(answer: Answer): void {
  const random = new Random(51)
  for (let k = 0; k < 40; k++) {
    // Diagonal at first, and far from a circle.
    const a = k === 0 ? 25 : 0.2 + random.uniform(), d = 0.2 + random.uniform(), delta = 10 ** -(k % 4)
    const b = k === 0 ? 0 : (random.uniform() - 0.5) * Math.sqrt(a * d)
    const F: readonly [Pair, Pair] = [[a, b], [b, d]], g: Pair = [random.normal(), random.normal()]
    const x = answer(F, g, delta), at = `F = [[${a.toFixed(2)}, ${b.toFixed(2)}], [${b.toFixed(2)}, ${
      d.toFixed(2)}]], g = (${g.map((each) => each.toFixed(2)).join(', ')}), δ = ${delta}`
    if (!x.every(Number.isFinite)) throw new Error(`${at}: expected two finite numbers, got ${x}`)
    const kl = spent(F, x) / delta
    if (!(kl <= 1 + 1e-9)) throw new Error(`${at}: ½ xᵀF x is ${kl.toFixed(3)} δ, which is beyond δ`)
    if (kl < 1 - 1e-6) throw new Error(`${at}: ½ xᵀF x is ${kl.toFixed(3)} δ: a longer one fits`)
    const share = along(g, x) / best(F, g, delta)
    if (share < 1 - 1e-5) throw new Error(`${at}: the gain is ${share.toFixed(4)} of the best there`)
  }
}

/** The step along `u` at which ½ xᵀF x is `level`. */
const upTo = (F: readonly [Pair, Pair], u: Pair, level: number): Pair => {
  const length = Math.sqrt(level / spent(F, u))
  return [length * u[0], length * u[1]]
}
const solution = ([[a, b], [, d]]: readonly [Pair, Pair], g: Pair): Pair => {
  const determinant = a * d - b * b
  return [(d * g[0] - b * g[1]) / determinant, (a * g[1] - b * g[0]) / determinant]
}

export const answer: Answer = (F, g, delta) => upTo(F, solution(F, g), delta)

export const misses: Record<string, Miss<Answer>> = {
  'xᵀF x ≤ δ': { answer: (F, g, delta) => upTo(F, solution(F, g), delta / 2), says: /0\.500 δ: a longer/ },
  'no root': {
    answer: (F, g, delta) => {
      const u = solution(F, g), length = 2 * delta / along(u, product(F, u))
      return [length * u[0], length * u[1]]
    },
    says: /δ = 1: ½ xᵀF x is .* δ/,
  },
  'the plain gradient': {
    answer: (F, g, delta) => upTo(F, g, delta), says: /^F = \[\[.*the gain is 0\.\d+ of the best/,
  },
  'F as if it were diagonal': {
    answer: (F, g, delta) => upTo(F, [g[0] / F[0][0], g[1] / F[1][1]], delta),
    says: /δ = 0\.1: the gain is 0\.\d+ of the best/,
  },
  downhill: {
    answer: (F, g, delta) => upTo(F, solution(F, [-g[0], -g[1]]), delta), says: /the gain is -1\.0000/,
  },
}
