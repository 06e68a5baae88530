/**
 * Actions for walks through an environment, fixed by a seed.
 */
import { Random } from '../../math/random.ts'
import type { Action } from '../../rl/world/env.ts'
import { sample } from '../../rl/world/membership.ts'
import type { Space } from '../../rl/world/space.ts'

/** Random actions. Those of a Box are often at its bounds, as actions that are clipped to them. */
export function actionsFor(space: Space, steps: number, seed: number): Action[] {
  const random = new Random(seed).fork('checkEnv'), edges = random.fork('bounds')
  return Array.from({ length: steps }, () => {
    const action = sample(space, random)
    if (typeof action === 'number' || space.kind !== 'box') return action
    return action.map((x, i) => {
      const bound = [space.low, space.high, action, action][edges.integer(4)][i]
      return Number.isFinite(bound) ? bound : x
    })
  })
}
