/**
 * Six joints, each with a place to reach: 17 observations, 6 actions, the sizes of the locomotion tasks that
 * TRPO is known for, with dynamics so cheap that a training measures the learner.
 * But: it is no benchmark of learning.
 */
import { Random } from '../../src/math/random.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { box } from '../../src/rl/world/space.ts'

const JOINTS = 6, OBSERVED_TARGETS = 5, STEPS = 200

export function reach(): Env {
  const wide = new Array<number>(2 * JOINTS + OBSERVED_TARGETS).fill(Infinity)
  const observation = new Float64Array(wide.length)
  const position = new Float64Array(JOINTS), velocity = new Float64Array(JOINTS)
  const target = new Float64Array(JOINTS)
  let random = new Random(0), steps = 0
  const observe = (): Float64Array => {
    observation.set(position)
    observation.set(velocity, JOINTS)
    observation.set(target.subarray(0, OBSERVED_TARGETS), 2 * JOINTS)
    return observation
  }
  return {
    observationSpace: box(wide.map((x) => -x), wide),
    actionSpace: box(new Array<number>(JOINTS).fill(-1), new Array<number>(JOINTS).fill(1)),
    reset({ seed } = {}) {
      if (seed !== undefined) random = new Random(seed)
      for (let j = 0; j < JOINTS; j++) {
        position[j] = random.normal()
        velocity[j] = 0
        // The last joint's place is not observed, and always the same.
        target[j] = j < OBSERVED_TARGETS ? random.normal() : 0.5
      }
      steps = 0
      return { observation: observe() }
    },
    step(action) {
      const torque = action as Float64Array
      let reward = 0
      for (let j = 0; j < JOINTS; j++) {
        velocity[j] = 0.9 * velocity[j] + 0.1 * torque[j]
        position[j] += 0.1 * velocity[j]
        const off = position[j] - target[j]
        reward -= off * off + 0.01 * torque[j] * torque[j]
      }
      return { observation: observe(), reward, terminated: false, truncated: ++steps === STEPS }
    },
  }
}
