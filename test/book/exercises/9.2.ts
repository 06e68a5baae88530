/**
 * Exercise 9.2, which options change θ after one iteration and after two: against the bits of trainings that
 * differ in one option. Exact.
 */
import { cartPole } from '../../../src/envs/index.ts'
import { train } from '../../../src/index.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'

interface Changes { readonly afterIteration1: readonly string[]; readonly afterIteration2: readonly string[] }

const CHANGED: Readonly<Record<string, Partial<TrainOptions>>> = {
  valueHiddenSizes: { valueHiddenSizes: [8] },
  valueEpochs: { valueEpochs: 1 },
  normalizeReturns: { normalizeReturns: false },
  gaeLambda: { gaeLambda: 0.8 },
}
const REASONS: Readonly<Record<string, string>> = {
  valueHiddenSizes: 'V begins as a constant, whatever its hidden layers',
  valueEpochs: 'V is fitted after the step',
  normalizeReturns: 'units matter to the fit, which comes after the step',
}

/** θ after iterations 1 and 2, as text. */
function thetas(options: Partial<TrainOptions>): string[] {
  const found: string[] = []
  const all = { seed: 1, batchSteps: 512, hiddenSizes: [8], totalSteps: 1024, ...options }
  for (const { policy } of train(cartPole, all)) found.push(policy.net.parameters.flat.join())
  return found
}

export function judge({ afterIteration1, afterIteration2 }: Changes): void {
  const usual = thetas({}), claims = [afterIteration1, afterIteration2]
  for (const name of claims.flat()) {
    if (!(name in CHANGED)) throw new Error(`expected one of ${Object.keys(CHANGED).join(', ')}, got ${name}`)
  }
  const others = Object.entries(CHANGED).map(([name, options]) => ({ name, theta: thetas(options) }))
  claims.forEach((claimed, k) => {
    for (const { name, theta } of others) {
      const differs = theta[k] !== usual[k]
      if (claimed.includes(name) === differs) continue
      const why = differs ? '' : `: ${REASONS[name]}`
      const is = differs ? 'a change' : 'no change'
      throw new Error(`${name} after iteration ${k + 1}: expected ${is} of θ, got the opposite${why}`)
    }
  })
}

const all = Object.keys(CHANGED)

export const answer: Changes = { afterIteration1: ['gaeLambda'], afterIteration2: all }

export const misses = {
  'V is fitted before the step': {
    answer: { afterIteration1: all, afterIteration2: all }, says: /valueHiddenSizes after iteration 1/,
  },
  'the first weights of V matter at once': {
    answer: { afterIteration1: ['gaeLambda', 'valueHiddenSizes'], afterIteration2: all },
    says: /begins as a constant/,
  },
  'λ of GAE is of no effect while V is a constant': {
    answer: { afterIteration1: [], afterIteration2: all }, says: /gaeLambda after iteration 1/,
  },
  'units are undone': {
    answer: { ...answer, afterIteration2: all.filter((each) => each !== 'normalizeReturns') },
    says: /normalizeReturns after iteration 2/,
  },
}
