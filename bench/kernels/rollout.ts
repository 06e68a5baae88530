/** Acting: 2,048 environment steps with a 64-64 policy, against the same steps without a policy. */
import { cartPole, pendulum } from '../../src/envs/index.ts'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { sum } from '../../src/math/vector.ts'
import { createBatch } from '../../src/rl/batch.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { createPolicy, initializePolicy } from '../../src/rl/policy.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { sample } from '../../src/rl/world/membership.ts'
import { backends } from '../harness/backends.ts'
import type { Contestant, Experiment } from '../harness/measure.ts'

const STEPS = 2048

export function rollout(): Experiment[] {
  const worlds: readonly (readonly [string, () => Env])[] = [['CartPole', cartPole], ['Pendulum', pendulum]]
  return worlds.flatMap(([name, makeEnv]) => [1, 8, 32].map((count) => ({
    kernel: 'rollout', case: `${STEPS} steps of ${name}, ${count} side by side`,
    contestants: [alone(makeEnv), ...backends(1 << 20).map((backend) => acting(backend, makeEnv, count))],
  })))
}

function alone(makeEnv: () => Env): Contestant {
  const env = makeEnv()
  const action = sample(env.actionSpace, new Random(1))
  env.reset({ seed: 1 })
  return {
    name: 'environment alone', flops: 0,
    run: () => {
      let rewards = 0
      for (let t = 0; t < STEPS; t++) {
        const { reward, terminated, truncated } = env.step(action)
        rewards += reward
        if (terminated || truncated) env.reset()
      }
      return rewards
    },
  }
}

function acting(backend: Backend, makeEnv: () => Env, count: number): Contestant {
  const envs = Array.from({ length: count }, () => makeEnv())
  const { observationSpace, actionSpace } = envs[0]
  const random = new Random(1)
  const policy = createPolicy(backend, observationSpace, actionSpace, [64, 64], 'tanh')
  initializePolicy(policy, 0, random)
  const { net, distribution } = policy
  const batch = createBatch(backend, STEPS / count, count, net.sizes[0], distribution.actionSize)
  const running = createRollout(envs, policy, random)
  // Each call continues where the last one ended, so both backends are compared by their first.
  let checksum: number | null = null
  return {
    name: backend.name, flops: 0,
    run: () => {
      collect(running, batch)
      return checksum ??= sum(batch.observations.data)
    },
  }
}
