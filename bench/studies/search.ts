/**
 * The same 1,000 update problems (a policy, a batch of states, actions drawn from it, advantages that depend
 * on both) under each rule for the length of a step: how often the first trial is accepted, how much of δ is
 * spent, and the gain. Nothing is timed: forward passes are counted.
 */
import { Random } from '../../src/math/random.ts'
import { createFastest } from '../../src/math/simd/backend.ts'
import { createPolicy, initializePolicy } from '../../src/rl/policy.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { box, discrete, type Space } from '../../src/rl/world/space.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { createStepper, step } from '../../src/trpo/step.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable } from '../harness/table.ts'

const STATES = 500, INPUTS = 8
const VARIANTS: readonly (readonly [string, Partial<StepOptions>])[] = [
  ['undamped, 0.8ʲ', {}],
  ['damped, 0.8ʲ', { stepLength: 'damped' }],
  ['undamped, 0.5ʲ', { backtrackCoefficient: 0.5 }],
  ['damped, 0.5ʲ', { stepLength: 'damped', backtrackCoefficient: 0.5 }],
  ['undamped, longest', { lineSearch: 'longest' }],
  ['damped, longest', { stepLength: 'damped', lineSearch: 'longest' }],
  ['undamped, 0.8ʲ, up to 1.5 δ', { maxKlFactor: 1.5 }],
  ['undamped, 0.8ʲ, largest KL', { constraint: 'max-kl', maxBacktracks: 30 }],
]
const KINDS: readonly (readonly [string, Space])[] = [
  ['Gaussian, 3 dimensions', box([-Infinity, -Infinity, -Infinity], [Infinity, Infinity, Infinity])],
  ['categorical, 4 actions', discrete(4)],
]

export function search(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const table = createTable([
    'policy', 'λ', 'length and search', 'first trial accepted', 'accepted at all', 'trials', 'KL / δ', 'gain',
    'of the longest step\'s',
  ])
  for (const [kind, space] of KINDS) {
    for (const damping of [0.1, 0.001]) {
      const results = VARIANTS.map(([name, options]) =>
        ({ name, ...outcomes(space, { damping, ...options }, smoke ? 4 : 1000) }))
      const best = results.find(({ name }) => name === 'undamped, longest')!.gain
      for (const { name, first, accepted, trials, spent, gain } of results) {
        table.add([
          kind, damping, name, percent(first), percent(accepted), trials.toFixed(2), spent.toFixed(3),
          gain.toFixed(5), (gain / best).toFixed(3),
        ])
      }
    }
  }
  if (write) pasteInto('docs/results/benchmarks.md', 'search', table.text())
  return 0
}

interface Outcomes {
  /** Shares of the batches whose first trial was accepted, and any. */
  readonly first: number
  readonly accepted: number
  /** Means over the batches; KL / δ and gain over those where θ moved. */
  readonly trials: number
  readonly spent: number
  readonly gain: number
}

function outcomes(space: Space, options: Partial<StepOptions>, batches: number): Outcomes {
  const backend = createFastest(1 << 25)
  const everywhere = box(new Array<number>(INPUTS).fill(-Infinity), new Array<number>(INPUTS).fill(Infinity))
  const policy = createPolicy(backend, everywhere, space, [32, 32], 'tanh')
  const observations = backend.allocate(STATES, INPUTS)
  const actions = backend.allocate(STATES, policy.distribution.actionSize)
  const stepper = createStepper(policy, observations, { ...resolveOptions({}), ...options }, new Random(0))
  const advantages = new Float64Array(STATES)
  const total = { first: 0, accepted: 0, trials: 0, spent: 0, gain: 0 }
  for (let k = 0; k < batches; k++) {
    const random = new Random(1000 + k)
    initializePolicy(policy, -0.5, random)
    // A policy that has learned something: its last layer is as large as its others.
    const last = policy.net.parameters.layers[2].W.data
    for (let p = 0; p < last.length; p++) last[p] *= 50
    for (let p = 0; p < STATES * INPUTS; p++) observations.data[p] = random.normal()
    forwardPolicy(stepper.old)
    policy.distribution.sample(actions, stepper.old.eta, Array.from({ length: STATES }, () => random))
    drawAdvantages(advantages, observations.data, actions.data, random)
    const certificate = step(stepper, { actions, advantages })
    const { status, backtracks } = certificate
    total.trials += backtracks + 1
    if (status !== 'accepted' && status !== 'accepted-above-max-kl') continue
    total.accepted++
    if (backtracks === 0) total.first++
    total.spent += certificate.kl / certificate.maxKl
    total.gain += certificate.surrogateAfter - certificate.surrogateBefore
  }
  return {
    first: total.first / batches, accepted: total.accepted / batches, trials: total.trials / batches,
    spent: total.spent / total.accepted, gain: total.gain / total.accepted,
  }
}

/**
 * An action is good if it has the sign of the state's component along a random direction; noise of the same
 * size; mean 0, variance 1.
 */
function drawAdvantages(
  advantages: Float64Array, states: Float64Array, actions: Float64Array, random: Random,
): void {
  const direction = Float64Array.from({ length: INPUTS }, () => random.normal() / Math.sqrt(INPUTS))
  const width = actions.length / STATES
  let mean = 0, square = 0
  for (let i = 0; i < STATES; i++) {
    let along = 0
    for (let j = 0; j < INPUTS; j++) along += direction[j] * states[i * INPUTS + j]
    advantages[i] = along * actions[i * width] + random.normal()
    mean += advantages[i] / STATES
  }
  for (let i = 0; i < STATES; i++) square += (advantages[i] - mean) * (advantages[i] - mean) / STATES
  for (let i = 0; i < STATES; i++) advantages[i] = (advantages[i] - mean) / Math.sqrt(square)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
