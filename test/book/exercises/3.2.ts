/** Exercise 3.2: how often a step in log σ is shortened, against the library's own step on that problem. */
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createPolicy } from '../../../src/rl/policy.ts'
import { box } from '../../../src/rl/world/space.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { createStepper, step } from '../../../src/trpo/step.ts'
import type { Miss } from '../judging.ts'

type Answer = (advantage: 1 | -1, delta: number, alpha: number) => number

/** One state 0, σ = 1, mean 0, the action 0: by the library. */
function expected(advantage: number, maxKl: number, backtrackCoefficient: number): number {
  const everything = box([-Infinity], [Infinity])
  const policy = createPolicy(reference, everything, everything, [], 'tanh')
  const options = resolveOptions({
    maxKl, backtrackCoefficient, maxBacktracks: 40, damping: 0, cgTolerance: 1e-12,
  })
  const stepper = createStepper(policy, reference.allocate(1, 1), options, new Random(1))
  const certificate = step(stepper, {
    actions: reference.allocate(1, 1), advantages: Float64Array.of(advantage),
  })
  if (certificate.status !== 'accepted') throw new Error(`the library's step: ${certificate.status}`)
  return certificate.backtracks
}

export function judge(answer: Answer): void {
  for (const advantage of [1, -1] as const) {
    for (const delta of [1e-4, 0.01, 0.1, 1, 4]) {
      for (const alpha of [0.5, 0.8, 0.95]) {
        const got = answer(advantage, delta, alpha), count = expected(advantage, delta, alpha)
        if (got === count) continue
        const way = advantage === 1 ? 'narrows' : 'widens'
        throw new Error(`a step that ${way} σ, δ = ${delta}, α = ${alpha}: expected ${count}, got ${got}`)
      }
    }
  }
}

type Kl = (x: number) => number
const oldNew: Kl = (x) => Math.expm1(-2 * x) / 2 + x

/** The first j at which kl(∓√δ αʲ) ≤ δ, counted from `first`. */
const searching = (kl: Kl, first: number = 0): Answer => (advantage, delta, alpha) => {
  let j = first
  while (kl(-advantage * Math.sqrt(delta) * alpha ** j) > delta) j++
  return j
}

export const answer: Answer = searching(oldNew)

export const misses: Record<string, Miss<Answer>> = {
  'new ‖ old': { answer: searching((x) => oldNew(-x)), says: /^a step that narrows σ.*expected 1, got 0$/ },
  'the quadratic model': { answer: searching((x) => x * x * (1 - 1e-9)), says: /narrows σ.*got 0$/ },
  'the first trial at α': {
    answer: (advantage, delta, alpha) => searching(oldNew, 1)(advantage, delta, alpha),
    says: /^a step that widens σ.*expected 0, got 1$/,
  },
  'the wrong way': {
    answer: (advantage, delta, alpha) => answer(advantage === 1 ? -1 : 1, delta, alpha), says: /narrows σ/,
  },
}
