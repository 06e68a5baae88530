/**
 * The fit of V that the options choose, with all memory that it needs.
 */
import type { Cell } from '../../math/cells.ts'
import { type Communicator, solo } from '../../math/communicator.ts'
import type { Random } from '../../math/random.ts'
import { changeLayer, type InputChange } from '../../nn/inputChange.ts'
import type { Value } from '../../rl/value.ts'
import type { ValueFitOptions } from '../options/options.ts'
import { adamCells, changeInputs, createAdamFitter, fitByAdam } from './adamFit.ts'
import { createGaussNewtonFitter, fitByGaussNewton } from './gaussNewtonFit.ts'
import type { FitBatch, ValueFit } from './loss.ts'

/** One way to fit V to returns. */
export interface Fitter {
  /**
   * Fit φ to the returns of `batch`. Its values must be V before the fit, and are V afterwards. If the fit is
   * undone, φ and the values keep their exact bits. `random` draws minibatches, or the states of H.
   */
  fit(batch: FitBatch, random: Random): ValueFit
  /** From now on V reads its inputs in new coordinates, and remains the same function. */
  changeInputs(change: InputChange): void
  /** What later fits depend on, φ aside. */
  readonly cells: readonly Cell[]
}

/** A fitter of V for batches of `states` states; of several ranks each has a batch of so many. */
export function createFitter(
  value: Value, states: number, options: ValueFitOptions, ranks: Communicator = solo,
): Fitter {
  return fitters[options.valueFit](value, states, options, ranks)
}

/** A fitter of the states of all ranks, each of which has all of them: a minibatch is drawn from anywhere. */
function ofAllStates(fitter: Fitter, { net }: Value, states: number, ranks: Communicator): Fitter {
  const N = ranks.size * states
  const all = {
    observations: net.backend.allocate(N, net.sizes[0]),
    returns: new Float64Array(N), values: new Float64Array(N),
  }
  return {
    ...fitter,
    fit(batch, random) {
      ranks.allGather(all.observations.data, batch.observations.data)
      ranks.allGather(all.returns, batch.returns)
      ranks.allGather(all.values, batch.values)
      const done = fitter.fit(all, random)
      batch.values.set(all.values.subarray(ranks.rank * states, (ranks.rank + 1) * states))
      return done
    },
  }
}

type CreateFitter = (
  value: Value, states: number, options: ValueFitOptions, ranks: Communicator,
) => Fitter

const fitters: Readonly<Record<ValueFitOptions['valueFit'], CreateFitter>> = {
  adam(value, states, options, ranks) {
    const fitter = createAdamFitter(value, ranks.size * states, options, ranks)
    const ofAll: Fitter = {
      fit: (batch, random) => fitByAdam(fitter, batch, random),
      changeInputs: (change) => changeInputs(fitter, change),
      cells: adamCells(fitter),
    }
    return ranks.size === 1 ? ofAll : ofAllStates(ofAll, value, states, ranks)
  },
  'trust-region'(value, states, options, ranks) {
    const fitter = createGaussNewtonFitter(value, states, options, ranks)
    return {
      fit: (batch, random) => fitByGaussNewton(fitter, batch, random),
      // It keeps no state between two batches.
      changeInputs: (change) => changeLayer(value.net.parameters.layers[0], change),
      cells: [],
    }
  },
}
