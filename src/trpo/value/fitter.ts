/**
 * The way to fit V that options ask for, with all the memory that it needs for batches of their size.
 */
import type { Random } from '../../math/random.ts'
import type { Tensor } from '../../math/tensor.ts'
import { absorb, type Change } from '../../nn/inputChange.ts'
import type { Value } from '../../rl/value.ts'
import { createTrustRegionFitter, fitInTrustRegion, type TrustRegionFitOptions } from './gaussNewtonFit.ts'
import { changeInputs, createValueFitter, fitValue, type ValueFit, type ValueFitOptions } from './adamFit.ts'

export interface Fitter {
  /**
   * φ moves towards returns [N] at observations [N, inputs]. `values` [N] is V there before, and V there afterwards.
   * Where the fit is undone, φ and `values` have their exact bits.
   */
  fit(observations: Tensor, returns: Float64Array, values: Float64Array, random: Random): ValueFit
  /** V reads its inputs in new coordinates, and stays the function it is. */
  changeInputs(change: Change): void
}

export interface FitterOptions extends ValueFitOptions, TrustRegionFitOptions {
  /** V by Adam on minibatches, or by Gauss–Newton steps within a trust region (Schulman et al. 2016). */
  readonly valueFit: 'adam' | 'trust-region'
}

/** A fitter of V for batches of `states` states. */
export function createFitter(value: Value, states: number, options: FitterOptions): Fitter {
  return fitters[options.valueFit](value, states, options)
}

const fitters: Readonly<Record<FitterOptions['valueFit'], (value: Value, states: number, options: FitterOptions) => Fitter>> = {
  adam(value, states, options) {
    const fitter = createValueFitter(value, states, options)
    return {
      fit: (...batch) => fitValue(fitter, ...batch),
      changeInputs: (change) => changeInputs(fitter, change),
    }
  },
  'trust-region'(value, states, options) {
    const fitter = createTrustRegionFitter(value, states, options)
    return {
      fit: (...batch) => fitInTrustRegion(fitter, ...batch),
      // It remembers nothing between two batches.
      changeInputs: (change) => absorb(value.net.parameters.layers[0], change),
    }
  },
}
