// npm install trpo, copy this folder, and: node main.js
// Prints steps, mean return of the last 20 episodes, and what the step did, for the loop as `train` has it;
// then the same with one piece replaced: Monte Carlo returns, `rewardsToGo`, for GAE(λ).
import { presets } from 'trpo'
import { cartPole } from 'trpo/envs'
import { rewardsToGo } from 'trpo/parts'
import { ownLoop } from './ownLoop.js'

const options = { ...presets.CartPole, seed: 1, totalSteps: 10_240 }
for (const [name, estimate] of [['GAE(λ)'], ['rewards-to-go', rewardsToGo]]) {
  let recent = []
  for (const { steps, episodes, certificate } of ownLoop(cartPole, options, estimate)) {
    recent = [...recent, ...episodes].slice(-20)
    const mean = recent.reduce((total, episode) => total + episode.return, 0) / recent.length
    console.log(`${name} ${steps} ${mean.toFixed(1)} ${certificate.status} ${certificate.kl.toFixed(5)}`)
  }
}
