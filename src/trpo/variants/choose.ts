/**
 * The parts of a step that options choose: what is improved, what is bounded, how a length is searched, and which
 * Fisher matrix bends the direction. `step` knows none of the choices.
 */
import { type LineSearchResult, lineSearch } from '../../math/lineSearch.ts'
import { longestStep } from './longestStep.ts'
import { largestMagnitude, sum } from '../../math/vector.ts'
import { createEmpiricalFisher } from './empiricalFisher.ts'
import { withEntropyBonus } from './entropyBonus.ts'
import { createFisher } from '../fisher.ts'
import type { StepOptions } from '../step.ts'
import { type Objective, surrogateObjective } from '../surrogate.ts'

export interface StepParts {
  readonly objective: Objective
  /** What of KL(old‖new) [N] over the states must not exceed δ. */
  readonly bounded: (kl: Float64Array) => number
  /** Its last call of `acceptable` is with the scale that it returns, if any. */
  readonly search: (acceptable: (scale: number) => boolean) => LineSearchResult
  readonly createFisher: typeof createEmpiricalFisher
}

/** For a policy of P parameters. */
export function chooseParts(options: StepOptions, P: number): StepParts {
  const { entropyCoefficient, backtrackCoefficient, maxBacktracks } = options
  return {
    objective: entropyCoefficient > 0 ? withEntropyBonus(surrogateObjective, entropyCoefficient, P) : surrogateObjective,
    bounded: bounds[options.constraint],
    search: !options.lineSearch ? (acceptable) => lineSearch(acceptable, { backtrackCoefficient, maxBacktracks: 0 })
      : options.search === 'longest' ? (acceptable) => longestStep(acceptable, { trials: maxBacktracks + 1, precision: PRECISION })
        : (acceptable) => lineSearch(acceptable, { backtrackCoefficient, maxBacktracks }),
    createFisher: options.fisherEstimate === 'empirical' ? createEmpiricalFisher : createFisher,
  }
}

/** Within 2 % of the longest step, and so some 4 % of δ. */
const PRECISION = 1.02

const bounds: Readonly<Record<StepOptions['constraint'], StepParts['bounded']>> = {
  'mean-kl': (kl) => sum(kl) / kl.length,
  'max-kl': largestMagnitude,
}
