// The learner: a message has what each game's last action led to and what its player sees now; the answer is
// an action for each game. The answer that completes a batch waits until the batch is learned from.
import { box, createAgent, discrete } from 'trpo'

const spaces = { observationSpace: box([0, 0, -1, 0], [1, 1, 1, 1]), actionSpace: discrete(3, -1) }
let agent, totalSteps

onmessage = async ({ data: { options, games } }) => {
  totalSteps ??= options.totalSteps
  agent ??= createAgent(spaces, { ...options, onIteration: report })
  try {
    const acting = agent.slots.map((slot, k) => {
      const { outcome, observation } = games[k]
      if (outcome !== null) slot.learn(outcome)
      return slot.act(observation)
    })
    postMessage({ actions: await Promise.all(acting) })
  } catch (error) {
    postMessage({ error: error.message })
  }
}

function report({ iteration, steps, meanReturnNow, certificate: { kl, maxKl } }) {
  postMessage({ update: { iteration, meanReturnNow, kl: kl / maxKl, done: steps >= totalSteps } })
}
