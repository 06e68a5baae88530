/** A dot product in a given order: against the library's, to the bit. */
import { dot, Random } from 'trpo/parts'
import type { Miss } from '../judging.ts'

type Dot = (x: Float64Array, y: Float64Array) => number

export function judge(mine: Dot): void {
  const random = new Random(2)
  const normals = (n: number): Float64Array => Float64Array.from({ length: n }, () => random.normal())
  for (const n of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 30, 31, 33, 1000, 4097]) {
    // Several of each size, since two orders often round alike.
    for (let k = 0; k < 20; k++) {
      const x = normals(n), y = normals(n), found = mine(x, y), expected = dot(x, y)
      if (!Object.is(found, expected)) throw new Error(`${n} terms: expected ${expected}, got ${found}`)
    }
  }
}

/** Term i into sum `which(i)`, the sums added up by `add`. */
function variant(which: (i: number, n: number) => number, add: (s: Float64Array) => number): Dot {
  return (x, y) => {
    const sums = new Float64Array(4)
    for (let i = 0; i < x.length; i++) sums[which(i, x.length)] += x[i] * y[i]
    return add(sums)
  }
}
const pairs = ([a, b, c, d]: Float64Array): number => (a + b) + (c + d)

export const answer: Dot = variant((i) => i % 4, pairs)

export const misses: Record<string, Miss<Dot>> = {
  'one sum': { answer: variant(() => 0, pairs), says: /^\d+ terms: expected/ },
  'four sums, added from the left': {
    answer: variant((i) => i % 4, ([a, b, c, d]) => a + b + c + d), says: /^\d+ terms: expected/,
  },
  'the last terms all go into the first sum': {
    answer: variant((i, n) => i < n - n % 4 ? i % 4 : 0, pairs), says: /^\d+ terms: expected/,
  },
  'quarters of the vector': {
    answer: variant((i, n) => Math.floor(4 * i / n), pairs), says: /^\d+ terms: expected/,
  },
}
