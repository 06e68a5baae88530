// deno run main.ts: an environment of one's own, in TypeScript. It needs no permission.
import { box, checkEnv, discrete, type Env, evaluate, type Policy, train } from 'trpo'

/** Walk to the far end of a corridor; each step costs 1. */
function corridor(): Env<number> {
  let place = 0, steps = 0
  return {
    observationSpace: box([0], [10]),
    actionSpace: discrete(2),
    reset() {
      place = steps = 0
      return { observation: [place] }
    },
    step(action) {
      place = Math.max(0, place + (action === 1 ? 1 : -1))
      return { observation: [place], reward: -1, terminated: place === 10, truncated: ++steps === 50 }
    },
  }
}

for (const problem of checkEnv(corridor())) console.log(problem)

let policy: Policy | undefined
const options = { seed: 1, totalSteps: 16_384, hiddenSizes: [16], valueHiddenSizes: [16] }
for (const iteration of train(corridor, options)) {
  policy = iteration.policy
  console.log(iteration.steps, iteration.meanReturn?.toFixed(1))
}
console.log(`${evaluate(policy!, corridor, { episodes: 1 }).mean}; the maximum is -10`)
