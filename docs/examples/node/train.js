// node train.js policy.safetensors: train on PointMass and keep the policy.
import { presets, train } from 'trpo'
import { pointMass } from 'trpo/envs'
import { encodePolicy } from 'trpo/io'
import { writeWhole } from 'trpo/node'

const [path, totalSteps = '240000'] = process.argv.slice(2)
const options = { ...presets.PointMass, totalSteps: Number(totalSteps), seed: 1 }
for (const { policy, steps, meanReturn } of train(pointMass, options)) {
  console.log(steps, meanReturn.toFixed(2))
  // Killed at any moment, it leaves the last file whole.
  writeWhole(path, encodePolicy(policy, { steps: String(steps) }))
}
