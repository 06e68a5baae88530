/**
 * The world, in which the policy shown acts without noise, step by step in the world's own time; a hand may
 * push. Between two steps the state is interpolated, so that slow worlds move smoothly.
 * But: a world of one's own runs in the worker alone; here its last episode is played back.
 */
import { environments } from '../../../../src/envs/index.ts'
import { actionOf, type Actor, createActor, decide } from '../../../../src/rl/actor.ts'
import type { Policy } from '../../../../src/rl/policy.ts'
import type { Action, Env } from '../../../../src/rl/world/env.ts'
import type { Space } from '../../../../src/rl/world/space.ts'
import type { Path } from '../../protocol.ts'
import { takenScale } from '../acting.ts'
import type { WorldView } from '../worlds/view.ts'

/** A world that is played. */
export interface Stage {
  readonly view: WorldView
  /** Steps of this episode, the sum of its rewards, and whether it is over. */
  steps: number
  total: number
  isOver: boolean
  /** The state before and after the last step; the action between them, −1 … 1 per component. */
  readonly before: Float64Array
  readonly after: Float64Array
  action: readonly number[]
  /** Play by this policy from now on. */
  follow(policy: Policy): void
  /** One step, or a new episode if the last one is over. */
  step(): void
  push(strength: number): void
}

/** The world of this name in the package. */
export function stageOf(name: string, view: WorldView, seed: number): Stage {
  const env = environments[name].make() as Env & Required<Pick<Env, 'getState' | 'setState'>>
  const size = view.axes.length
  let actor: Actor | null = null
  // The environments of this package have one observation, which they overwrite.
  const observation = env.reset({ seed }).observation as Float64Array
  const stage: Stage = {
    view, steps: 0, total: 0, isOver: false, action: [],
    before: env.getState().slice(0, size), after: env.getState().slice(0, size),
    follow(policy) {
      if (actor?.policy !== policy) actor = createActor(policy, 1)
    },
    step() {
      if (actor === null) return
      if (stage.isOver) {
        env.reset()
        stage.after.set(env.getState().subarray(0, size))
        stage.before.set(stage.after)
        stage.steps = stage.total = 0
        stage.isOver = false
        stage.action = []
        return
      }
      actor.observations.data.set(observation)
      decide(actor, null)
      const action = actionOf(actor, 0) as Action
      const { reward, terminated, truncated } = env.step(action as never)
      stage.before.set(stage.after)
      stage.after.set(env.getState().subarray(0, size))
      stage.action = takenScale(actor.policy.actionSpace, action)
      stage.steps++
      stage.total += reward
      stage.isOver = terminated || truncated
    },
    push(strength) {
      if (stage.isOver) return
      const state = env.getState()
      view.push(state, strength)
      env.setState(state)
      stage.after.set(state.subarray(0, size))
    },
  }
  return stage
}

/** An episode that was recorded. */
export function playback(view: WorldView, space: Space, { observations, actions, rewards }: Path): Stage {
  const size = view.axes.length, last = observations.length / size - 1
  const stage: Stage = {
    view, steps: 0, total: 0, isOver: last < 1, action: [],
    before: observations.slice(0, size), after: observations.slice(0, size),
    follow() {},
    step() {
      stage.before.set(stage.after)
      if (stage.steps >= last) {
        stage.steps = stage.total = 0
        stage.before.set(observations.subarray(0, size))
      } else {
        stage.action = takenScale(space, actions[stage.steps])
        stage.total += rewards[stage.steps++]
      }
      stage.after.set(observations.subarray(stage.steps * size, (stage.steps + 1) * size))
      stage.isOver = stage.steps >= last
    },
    push() {},
  }
  return stage
}

/** The state `t` of the way from the one before to the one after; angles go the short way round. */
export function stateBetween({ view, before, after }: Stage, t: number): Float64Array {
  return after.map((x, i) => {
    let change = x - before[i]
    if (view.angles.includes(i)) change -= 2 * Math.PI * Math.round(change / (2 * Math.PI))
    return before[i] + t * change
  })
}
