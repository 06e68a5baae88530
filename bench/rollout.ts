/** Acting: 2,048 environment steps with a 64-64 policy, against the same steps with nobody deciding. */
import { cartPole, pendulum } from '../src/envs/index.ts'
import { Random } from '../src/math/random.ts'
import { reference } from '../src/math/reference.ts'
import { createBatch } from '../src/rl/batch.ts'
import type { Env } from '../src/rl/env.ts'
import { createPolicy, initializePolicy } from '../src/rl/policy.ts'
import { collect, createRollout } from '../src/rl/rollout.ts'
import { sample } from '../src/rl/space.ts'
import type { Experiment } from './harness.ts'

const STEPS = 2048

export function rollout(): Experiment[] {
  return [['CartPole', cartPole], ['Pendulum', pendulum]].flatMap(([name, make]) => [1, 8].map((count) => {
    const makeEnv = make as () => Env
    const envs = Array.from({ length: count }, () => makeEnv())
    const { observationSpace, actionSpace } = envs[0]
    const random = new Random(1)
    const policy = createPolicy(reference, observationSpace, actionSpace, [64, 64], 'tanh')
    initializePolicy(policy, 0, random)
    const batch = createBatch(reference, STEPS / count, count, policy.net.sizes[0], policy.distribution.actionSize)
    const running = createRollout(envs, policy, random)
    const alone = makeEnv()
    const action = sample(actionSpace, random)
    alone.reset({ seed: 1 })
    return {
      subject: 'rollout', case: `${STEPS} steps of ${name as string}, ${count} side by side`,
      contestants: [
        {
          name: 'environment alone', flops: 0,
          run: () => {
            let rewards = 0
            for (let t = 0; t < STEPS; t++) {
              const { reward, terminated, truncated } = alone.step(action)
              rewards += reward
              if (terminated || truncated) alone.reset()
            }
            return rewards
          },
        },
        { name: 'reference', flops: 0, run: () => { collect(running, batch); return batch.rewards[0] } },
      ],
    }
  }))
}
