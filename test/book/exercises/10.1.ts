/** TRPO written by a student: against `train`, iteration by iteration and number by number, to the bit. */
import { type Env, train, type TrainOptions } from 'trpo'
import { cartPole, pendulum } from 'trpo/envs'
import * as parts from 'trpo/parts'
import { trpo } from '../../../docs/book/trpo.ts'
import type { Miss } from '../judging.ts'

interface MyIteration {
  readonly xHx: number
  readonly beta: number
  readonly scale: number
  readonly theta: Float64Array
}
type Trpo = (makeEnv: () => Env<any>, options: Partial<TrainOptions>) => Iterable<MyIteration>

const small = {
  seed: 3, batchSteps: 512, envCount: 4, hiddenSizes: [16, 16], totalSteps: 4 * 512,
  normalizeObservations: 'off',
} as const
const cases: readonly (readonly [string, () => Env<any>, Partial<TrainOptions>])[] = [
  ['CartPole', cartPole, { ...small, maxKl: 0.02, damping: 0.01 }],
  ['Pendulum', pendulum, { ...small, gaeLambda: 0.9, discount: 0.97, backtrackCoefficient: 0.5 }],
]

export function judge(answer: Trpo): void {
  for (const [world, makeEnv, options] of cases) {
    const theirs = [...iterate(makeEnv, options)]
    let k = 0
    for (const mine of answer(makeEnv, options)) {
      const place = `${world}, iteration ${k + 1}`, expected = theirs[k++]
      if (expected === undefined) throw new Error(`${place}: expected an end before it`)
      for (const name of ['xHx', 'beta', 'scale'] as const) {
        if (mine[name] === expected[name]) continue
        throw new Error(`${place}, ${name}: expected ${expected[name]}, got ${mine[name]}`)
      }
      const at = expected.theta.findIndex((each, i) => each !== mine.theta[i])
      if (at < 0) continue
      throw new Error(`${place}, θ[${at}]: expected ${expected.theta[at]}, got ${mine.theta[at]}`)
    }
    if (k < theirs.length) throw new Error(`${world}: expected ${theirs.length} iterations, got ${k}`)
  }
}

function* iterate(makeEnv: () => Env<any>, options: Partial<TrainOptions>): Generator<MyIteration> {
  for (const { certificate: { xFx, beta, scale }, policy } of train(makeEnv, options)) {
    yield { xHx: xFx, beta, scale, theta: policy.net.parameters.flat.slice() }
  }
}

export const answer: Trpo = trpo

/** `trpo` with other parts. */
const using = (edit: Partial<typeof parts>): Trpo =>
  (makeEnv, options) => trpo(makeEnv, options, { ...parts, ...edit })

export const misses: Record<string, Miss<Trpo>> = {
  'the length is that of the damped matrix': {
    answer: using({
      conjugateGradient(workspace, apply, b, options) {
        const result = parts.conjugateGradient(workspace, apply, b, options)
        return { ...result, xAx: result.xAx + 0.01 * parts.dot(workspace.x, workspace.x) }
      },
    }),
    says: /CartPole, iteration 1, xHx: expected/,
  },
  'V is fitted from its random weights on': {
    answer: using({ startValue: () => {} }), says: /iteration 1, xHx/,
  },
  'advantages are rewards-to-go': {
    answer: using({ generalizedAdvantages: (batch, gamma) => parts.rewardsToGo(batch, gamma) }),
    says: /iteration 1, xHx/,
  },
  'the search begins with the first shorter step': {
    answer: using({
      lineSearch: (acceptable, options) =>
        parts.lineSearch((scale) => acceptable(scale * options.backtrackCoefficient), options),
    }),
    says: /scale|θ/,
  },
  'the search accepts whatever raises L': {
    answer: using({
      lineSearch(acceptable) {
        acceptable(1)
        return { backtracks: 0, scale: 1 }
      },
    }),
    says: /iteration \d, scale: expected 0/,
  },
  'KL is that of old from new': {
    answer: using({
      createPolicy(...all) {
        const policy = parts.createPolicy(...all), { distribution } = policy
        const exchanged: typeof distribution = {
          ...distribution, klOldNew: (out, old, new_) => distribution.klOldNew(out, new_, old),
        }
        return { ...policy, distribution: exchanged }
      },
    }),
    says: /iteration \d, scale: expected/,
  },
  'it stops one iteration early': {
    answer: (makeEnv, options) => trpo(makeEnv, { ...options, totalSteps: 3 * 512 }),
    says: /CartPole: expected 4 iterations, got 3/,
  },
}
