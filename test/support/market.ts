/**
 * A world with masks: stalls in rows, some closed, each with a price; the action takes one stall of each row
 * and is rewarded with their prices. Observations show prices, only the mask shows what is closed. It is
 * strict:
 * a closed stall, and a mask asked for before a reset or after the end, are errors.
 */
import { Random } from '../../src/math/random.ts'
import type { Action, Env } from '../../src/rl/world/env.ts'
import { box, discrete, multiDiscrete, type Space } from '../../src/rl/world/space.ts'

export const EPISODE = 10

/** One row is a Discrete that begins at 3, several are a MultiDiscrete. */
export function market(rows: readonly number[]): Env {
  const stalls = rows.reduce((sum, n) => sum + n, 0)
  const actionSpace: Space = rows.length === 1 ? discrete(rows[0], 3) : multiDiscrete(rows)
  const prices = new Float64Array(stalls), mask = new Uint8Array(stalls)
  let random = new Random(0), t = EPISODE
  const result = { observation: prices, reward: 0, terminated: false, truncated: false }
  const open = (): void => {
    let first = 0
    for (const n of rows) {
      const sure = random.integer(n)
      for (let j = 0; j < n; j++) {
        prices[first + j] = 2 * random.uniform() - 1
        mask[first + j] = j === sure || random.uniform() < 0.5 ? 1 : 0
      }
      first += n
    }
  }
  return {
    observationSpace: box(new Array<number>(stalls).fill(-1), new Array<number>(stalls).fill(1)), actionSpace,
    reset(options) {
      if (options?.seed !== undefined) random = new Random(options.seed)
      t = 0
      open()
      return { observation: prices }
    },
    step(action) {
      const taken = stallsOf(action, rows)
      result.reward = 0
      for (const stall of taken) {
        if (mask[stall] !== 1) throw new Error(`stall ${stall} is closed`)
        result.reward += prices[stall]
      }
      result.terminated = ++t === EPISODE
      open()
      return result
    },
    actionMask() {
      if (t === EPISODE) throw new Error('no market day')
      return mask
    },
    getState: () => Float64Array.of(t, ...prices, ...mask, ...random.getState()),
    setState(state) {
      t = state[0]
      prices.set(state.slice(1, 1 + stalls))
      mask.set(state.slice(1 + stalls, 1 + 2 * stalls))
      random.setState(state.slice(1 + 2 * stalls))
    },
  }
}

/** Where the prices of an action lie. */
export function stallsOf(action: Action, rows: readonly number[]): number[] {
  if (typeof action === 'number') return [action - 3]
  return Array.from(action, (a, c) => a + rows.slice(0, c).reduce((sum, n) => sum + n, 0))
}

/** The dearest open stall of each row: the best action. */
export function bestStalls(
  prices: ArrayLike<number>, mask: ArrayLike<number>, rows: readonly number[],
): number[] {
  return rows.map((n, c) => {
    const first = rows.slice(0, c).reduce((sum, m) => sum + m, 0)
    const price = (j: number): number => (mask[first + j] === 1 ? prices[first + j] : -Infinity)
    const stalls = Array.from({ length: n }, (_, j) => j)
    return first + stalls.reduce((best, j) => (price(j) > price(best) ? j : best))
  })
}

/**
 * The mean return of the best actions. With k open stalls of n (one surely, each other with probability ½)
 * the dearest is expected at (k − 1)/(k + 1), as the largest of k uniform numbers between −1 and 1 is.
 */
export function bestReturn(rows: readonly number[]): number {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : choose(n, k - 1) * (n - k + 1) / k)
  const row = (n: number): number => Array.from({ length: n }, (_, i) => i)
    .reduce((sum, others) => sum + choose(n - 1, others) / 2 ** (n - 1) * others / (others + 2), 0)
  return EPISODE * rows.reduce((sum, n) => sum + row(n), 0)
}
