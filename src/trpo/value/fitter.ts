/**
 * The fit of V that the options choose, with all memory that it needs.
 */
import type { Random } from '../../math/random.ts'
import { changeLayer, type InputChange } from '../../nn/inputChange.ts'
import type { Value } from '../../rl/value.ts'
import type { ValueFitOptions } from '../options/options.ts'
import { changeInputs, createAdamFitter, fitByAdam } from './adamFit.ts'
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
}

/** A fitter of V for batches of `states` states. */
export function createFitter(value: Value, states: number, options: ValueFitOptions): Fitter {
  return fitters[options.valueFit](value, states, options)
}

type CreateFitter = (value: Value, states: number, options: ValueFitOptions) => Fitter

const fitters: Readonly<Record<ValueFitOptions['valueFit'], CreateFitter>> = {
  adam(value, states, options) {
    const fitter = createAdamFitter(value, states, options)
    return {
      fit: (batch, random) => fitByAdam(fitter, batch, random),
      changeInputs: (change) => changeInputs(fitter, change),
    }
  },
  'trust-region'(value, states, options) {
    const fitter = createGaussNewtonFitter(value, states, options)
    return {
      fit: (batch, random) => fitByGaussNewton(fitter, batch, random),
      // It keeps no state between two batches.
      changeInputs: (change) => changeLayer(value.net.parameters.layers[0], change),
    }
  },
}
