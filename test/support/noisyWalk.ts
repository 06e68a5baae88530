/** A noisy walk that ends far from 0, for tests of limits and of closing. */
import { Random } from '../../src/math/random.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { box, discrete } from '../../src/rl/world/space.ts'

/** The walk; it also truncates itself after `length` steps, if that is given. It can save its state. */
export function noisyWalk(length: number = Infinity): Env<number> {
  let random = new Random(0), x = 0, t = 0
  const observation = (): number[] => [x]
  return {
    observationSpace: box([-9], [9]),
    actionSpace: discrete(3),
    reset(options) {
      if (options?.seed !== undefined) random = new Random(options.seed)
      x = t = 0
      return { observation: observation() }
    },
    step(action) {
      x += 0.2 * (action - 1) + 0.4 * random.normal()
      const terminated = Math.abs(x) > 2
      return { observation: observation(), reward: 1 - x * x, terminated, truncated: ++t >= length }
    },
    getState: () => Float64Array.of(x, t, ...random.getState()),
    setState(state) {
      x = state[0]
      t = state[1]
      random.setState(state.slice(2))
    },
  }
}
