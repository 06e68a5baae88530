// node train.js policy.safetensors: train on PointMass and keep the policy.
import { writeFileSync } from 'node:fs'
import { presets, train } from 'trpo'
import { pointMass } from 'trpo/envs'
import { encodePolicy } from 'trpo/io'

const [path, totalSteps = '240000'] = process.argv.slice(2)
for (const { policy, steps, meanReturn } of train(pointMass, { ...presets.PointMass, totalSteps: Number(totalSteps), seed: 1 })) {
  console.log(steps, meanReturn.toFixed(2))
  writeFileSync(path, encodePolicy(policy, { steps: String(steps) }))
}
