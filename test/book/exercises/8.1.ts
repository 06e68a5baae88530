/** Exercise 8.1, the search, against trials that are set by hand, one for each way to be wrong. Exact. */
interface Trial { readonly kl: number; readonly gain: number }
type Search = (trial: (scale: number) => Trial, delta: number, alpha: number, K: number) => number

interface Case {
  readonly name: string
  readonly kl: (scale: number) => number
  readonly gain: (scale: number) => number
  readonly alpha: number
  readonly K: number
  /** j of the scale that is right; −1 if none is. */
  readonly j: number
}

const DELTA = 0.25
// Powers of ½ and products of them are exact.
const CASES: readonly Case[] = [
  { name: 'KL and gain are good at once', kl: () => 0.1, gain: (s) => s, alpha: 0.5, K: 3, j: 0 },
  { name: 'KL is δ exactly at j = 1', kl: (s) => s * s, gain: (s) => s, alpha: 0.5, K: 3, j: 1 },
  { name: 'KL is small enough at j = 3', kl: (s) => 16 * s * s, gain: (s) => s, alpha: 0.5, K: 5, j: 3 },
  { name: 'L rises from j = 2 on', kl: () => 0.01, gain: (s) => s * (0.3 - s), alpha: 0.5, K: 5, j: 2 },
  { name: 'L stays equal until j = 1', kl: () => 0.01, gain: (s) => s === 1 ? 0 : s, alpha: 0.5, K: 5, j: 1 },
  { name: 'only the last trial is good', kl: (s) => 16 * s * s, gain: (s) => s, alpha: 0.5, K: 3, j: 3 },
  { name: 'K + 1 trials are not enough', kl: (s) => 16 * s * s, gain: (s) => s, alpha: 0.5, K: 2, j: -1 },
  { name: 'KL is NaN at j = 0', kl: (s) => s === 1 ? NaN : 0.01, gain: (s) => s, alpha: 0.5, K: 3, j: 1 },
  { name: 'L is NaN at j = 0', kl: () => 0.01, gain: (s) => s === 1 ? NaN : s, alpha: 0.5, K: 3, j: 1 },
  { name: 'α is ¼', kl: (s) => 4 * s * s, gain: (s) => s, alpha: 0.25, K: 3, j: 1 },
]

export function judge(search: Search): void {
  for (const { name, kl, gain, alpha, K, j } of CASES) {
    const tried: number[] = []
    const found = search((scale) => {
      if (tried.length > K) throw new Error(`${name}: expected at most K + 1 = ${K + 1} trials, got one more`)
      tried.push(scale)
      return { kl: kl(scale), gain: gain(scale) }
    }, DELTA, alpha, K)
    const expected = j < 0 ? 0 : alpha ** j
    if (found !== expected) throw new Error(`${name}: expected the scale ${expected}, got ${found}`)
    const last = tried[tried.length - 1]
    if (j >= 0 && last !== expected) {
      throw new Error(`${name}: expected the last trial at the scale that is taken, ${expected}, got ${last}`)
    }
  }
}

/** A search with its acceptance, its first scale, and its number of trials. */
function variant(
  accepts: (trial: Trial, delta: number) => boolean,
  first: (alpha: number) => number = () => 1, trials: (K: number) => number = (K) => K + 1,
): Search {
  return (trial, delta, alpha, K) => {
    for (let j = 0, scale = first(alpha); j < trials(K); j++, scale *= alpha) {
      if (accepts(trial(scale), delta)) return scale
    }
    return 0
  }
}

const accepts = ({ kl, gain }: Trial, delta: number): boolean => kl <= delta && gain > 0

export const answer: Search = variant(accepts)

export const misses = {
  '< for ≤': {
    answer: variant(({ kl, gain }, delta) => kl < delta && gain > 0), says: /δ exactly/,
  },
  'α^(j + 1)': { answer: variant(accepts, (alpha) => alpha), says: /at once: .* scale 1, got 0\.5/ },
  'forgets that L must rise': { answer: variant(({ kl }, delta) => kl <= delta), says: /L rises from j = 2/ },
  'forgets KL': { answer: variant(({ gain }) => gain > 0), says: /KL is δ exactly/ },
  'an equal L is no rise': {
    answer: variant(({ kl, gain }, delta) => kl <= delta && gain >= 0), says: /L stays equal/,
  },
  'K trials': { answer: variant(accepts, () => 1, (K) => K), says: /only the last/ },
  'K + 2 trials': { answer: variant(accepts, () => 1, (K) => K + 2), says: /at most K \+ 1/ },
  'a guard that NaN passes': {
    answer: variant(({ kl, gain }, delta) => !(kl > delta) && !(gain <= 0)), says: /NaN/,
  },
}
