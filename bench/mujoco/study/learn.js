/**
 * One training of a study, and what is kept of it: plain data for one file.
 */
import { evaluate, resolveOptions, train } from 'trpo'
import { hashWeights } from 'trpo/io'
import tasks from '../index.js'
import { mean } from '../mean.js'

/** Points of a curve: mean returns of the iterations that ended in each of as many equal parts. */
const POINTS = 50
const EPISODES = 100
const rounded = (x, digits = 1) => Number(x.toFixed(digits))

/**
 * Trains `name` with `options` and evaluates 100 deterministic episodes, whose starts are the same in every
 * training. Seconds are those of the training: `cpu` of this process, `wall` and `phases` of the clock.
 */
export function learn(name, options, { episodes = EPISODES } = {}) {
  const { make } = tasks[name]
  const { totalSteps } = resolveOptions(options)
  const parts = Array.from({ length: POINTS }, () => [])
  const phases = {}, used = [], residuals = [], products = []
  let refused = 0, backtracked = 0, iterations = 0, entropy = 0
  const cpu = process.cpuUsage(), begun = performance.now()
  const training = train(make, { ...options, clock: () => performance.now() })
  let turn = training.next(), value
  for (; turn.done !== true; turn = training.next()) {
    const { steps, episodes: ended, certificate, phases: times } = turn.value
    value = turn.value.value
    const part = parts[Math.min(POINTS - 1, Math.floor(POINTS * (steps - 1) / totalSteps))]
    part.push(...ended.map((episode) => episode.return))
    for (const phase in times) phases[phase] = (phases[phase] ?? 0) + times[phase]
    if (certificate.scale === 0) refused++
    if (certificate.backtracks > 0) backtracked++
    used.push(certificate.kl / certificate.maxKl)
    residuals.push(certificate.cgResidual)
    products.push(certificate.cgIterations)
    entropy = certificate.entropy
    iterations++
  }
  const wall = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const policy = turn.value
  const { mean: average, std, min, max, lengths } = evaluate(policy, make, { episodes })
  for (const phase in phases) phases[phase] = rounded(phases[phase] / 1000)
  return {
    task: name, options, mean: rounded(average), std: rounded(std), min: rounded(min), max: rounded(max),
    length: rounded(mean(lengths)), onBack: name.startsWith('HalfCheetah') ? onBack(policy, make) : undefined,
    curve: parts.map((part) => part.length === 0 ? null : rounded(mean(part))),
    iterations, refused, backtracked, usedKl: rounded(mean(used), 3),
    residual: rounded(mean(residuals), 3), products: rounded(mean(products), 2), entropy: rounded(entropy, 2),
    cpu: rounded((user + system) / 1e6), wall: rounded(wall), phases,
    policy: hashWeights(policy), value: hashWeights(value),
  }
}

/** The share of the steps of ten deterministic episodes in which the torso is more upside down than up. */
function onBack(policy, make) {
  let down = 0, all = 0
  const watched = () => {
    const env = make()
    return { ...env, step(action) {
      const result = env.step(action)
      all++
      if (Math.cos(result.observation[1]) < 0) down++
      return result
    } }
  }
  evaluate(policy, watched, { episodes: 10 })
  return rounded(down / all, 2)
}
