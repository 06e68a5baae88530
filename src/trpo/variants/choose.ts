/**
 * The parts of a step, chosen once by the options, so that the step itself tests no option.
 */
import type { Random } from '../../math/random.ts'
import { createShards, type Shards } from '../../nn/shards.ts'
import type { PolicyMap } from '../../rl/policyMap.ts'
import { createFisher, type Fisher } from '../fisher.ts'
import type { StepOptions } from '../options/options.ts'
import { type Objective, surrogateObjective } from '../surrogate.ts'
import { withEntropyBonus } from './entropyBonus.ts'
import { createKronecker, type Kronecker } from './kronecker.ts'
import { createSearch, type Search } from './search.ts'
import { createSubset, onSubset, type Subset } from './subset.ts'

/** The parts of one stepper. */
export interface StepParts {
  readonly objective: Objective
  /** The states of Fisher products, if they are not all of the batch. */
  readonly subset: Subset | null
  readonly fisher: Fisher
  readonly preconditioner: Kronecker | null
  /** The divisor in β = √(2δ / divisor), given xᵀ(F + λI) x and xᵀF x. */
  readonly squaredLength: (xAx: number, xFx: number) => number
  readonly search: Search
}

/**
 * Parts for π_old on a batch, `old`, with its shards. `random` draws the states of Fisher products if they
 * are not all.
 */
export function chooseParts(
  options: StepOptions, old: PolicyMap, oldShards: Shards, random: Random,
): StepParts {
  const { entropyCoefficient, fisherFraction, damping } = options
  const P = old.net.parameters.flat.length
  const subset = fisherFraction < 1 ? createSubset(old, fisherFraction, random) : null
  const map = subset?.map ?? old
  const shards = subset === null ? oldShards : createShards(map.net, map.tape, map.ranks)
  const fisher = createFisher(map, shards, damping)
  return {
    subset,
    objective: entropyCoefficient > 0
      ? withEntropyBonus(surrogateObjective, entropyCoefficient, P) : surrogateObjective,
    fisher: subset === null ? fisher : onSubset(fisher, subset),
    preconditioner:
      options.preconditioner === 'kronecker' ? createKronecker(map, random.fork('factors')) : null,
    squaredLength: options.stepLength === 'damped' ? (xAx) => xAx : (_, xFx) => xFx,
    search: createSearch(options, old.distribution.etaSize),
  }
}
