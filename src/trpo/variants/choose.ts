/**
 * The parts of a step that options choose, so that the step itself reads the same whichever they are.
 */
import type { Random } from '../../math/random.ts'
import { createShards } from '../../nn/shards.ts'
import type { PolicyMap } from '../../rl/policyMap.ts'
import { createFisher, type Fisher } from '../fisher.ts'
import type { StepOptions } from '../options/options.ts'
import { type Objective, surrogateObjective } from '../surrogate.ts'
import { withEntropyBonus } from './entropyBonus.ts'
import { createPreconditioner, type Preconditioner } from './preconditioner.ts'
import { createSearch, type Search } from './search.ts'
import { createSubset, type Subset } from './subset.ts'

/** The parts of one stepper. */
export interface StepParts {
  readonly objective: Objective
  /** The states that Fisher products see, if they are not all. */
  readonly subset: Subset | null
  readonly fisher: Fisher
  readonly preconditioner: Preconditioner | null
  /** What 2δ is divided by, given xᵀ(F + λI) x and xᵀF x. */
  readonly squaredLength: (xAx: number, xFx: number) => number
  readonly search: Search
}

/** For π_old on a batch, whose states are those of `old`. `random` draws the states of a subset. */
export function chooseParts(options: StepOptions, old: PolicyMap, random: Random): StepParts {
  const { entropyCoefficient, fisherFraction, damping } = options
  const P = old.net.parameters.flat.length
  const subset = fisherFraction < 1 ? createSubset(old, fisherFraction, random) : null
  const seen = subset?.map ?? old
  const shards = createShards(seen.net, seen.tape)
  return {
    subset,
    objective: entropyCoefficient > 0 ? withEntropyBonus(surrogateObjective, entropyCoefficient, P) : surrogateObjective,
    fisher: createFisher(seen, shards, damping),
    preconditioner: options.preconditioner === 'diagonal' ? createPreconditioner(seen, shards, damping) : null,
    squaredLength: options.stepLength === 'damped' ? (xAx) => xAx : (_, xFx) => xFx,
    search: createSearch(options),
  }
}
