/**
 * An episode of a world of one's own, kept whole, so that the page can play it back without running the
 * world's program itself: most likely actions, from the start that seed 0 draws.
 */
import { act } from '../../../src/rl/actor.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import type { Path } from '../protocol.ts'

const MAX_STEPS = 300

export function pathOf(policy: Policy, makeEnv: () => Env): Path {
  const env = makeEnv(), observations: number[] = [], actions: (number | Float64Array)[] = [],
    rewards: number[] = []
  const limit = Math.min(MAX_STEPS, env.maxEpisodeSteps ?? MAX_STEPS)
  const keep = (observation: unknown): void => {
    observations.push(...typeof observation === 'number' ? [observation]
      : observation as ArrayLike<number> & number[])
  }
  try {
    let { observation } = env.reset({ seed: 0 })
    keep(observation)
    for (let ended = false; !ended && actions.length < limit;) {
      const action = act(policy, observation, null, env.actionMask?.() ?? null)
      const result = env.step(action as never)
      actions.push(typeof action === 'number' ? action : action.slice())
      rewards.push(result.reward)
      keep(observation = result.observation)
      ended = result.terminated || result.truncated
    }
  } finally {
    env.close?.()
  }
  return { observations: Float64Array.from(observations), actions, rewards: Float64Array.from(rewards) }
}
