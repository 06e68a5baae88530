// bun run main.ts: train, keep the policy in a file, take it back and try it on fresh episodes.
import { evaluate, type Policy, presets, train } from 'trpo'
import { cartPole } from 'trpo/envs'
import { decodePolicy, encodePolicy } from 'trpo/io'

let policy: Policy | undefined
for (const iteration of train(cartPole, { ...presets.CartPole, seed: 1, totalSteps: 20_480 })) {
  policy = iteration.policy
  if (iteration.steps % 4096 === 0) console.log(iteration.steps, iteration.meanReturn?.toFixed(1))
}
await Bun.write('cartPole.safetensors', encodePolicy(policy!, { environment: 'CartPole' }))

const kept = decodePolicy(await Bun.file('cartPole.safetensors').bytes())
const { mean, std } = evaluate(kept, cartPole)
console.log(`${mean} ± ${std.toFixed(1)}`)
