/**
 * Units in which the returns of a batch have mean 0 and variance 1. V and Adam's state are converted to them
 * for a fit and back afterwards, so that V remains the same function.
 * Van Hasselt et al. 2016. But: the units are those of one batch, not running ones.
 */
import type { AdamState } from '../../math/adam.ts'
import { FLAT_SPREAD, moments } from '../../math/moments.ts'
import { largestMagnitude } from '../../math/vector.ts'
import type { Mlp } from '../../nn/mlp.ts'
import type { Value } from '../../rl/value.ts'

/** R̂ = mean + std · R̂′, the new units primed. */
export interface Unit { readonly mean: number; readonly std: number }

/** Range of a unit's std: std⁴ scales squares of gradients, which must remain doubles. */
const MIN_STD = 1e-50
const MAX_STD = 1e50

/**
 * Units for `returns` [N]; if they differ by rounding alone, std is V's root mean square error, from its
 * `loss`. null if std is out of range. Scratch: [N].
 */
export function unitOf(returns: Float64Array, loss: number, scratch: Float64Array): Unit | null {
  const { mean, variance } = moments(returns, scratch)
  const varies = Math.sqrt(variance) > FLAT_SPREAD * largestMagnitude(returns)
  const std = Math.sqrt(varies ? variance : loss)
  return std > MIN_STD && std < MAX_STD ? { mean, std } : null
}

/**
 * V′ = (V − mean) / std, by the last layer. Adam's moments become those of the gradient of (V′ − R̂′)²:
 * it is std² times smaller; std times in the last layer, since its parameters become std times smaller, too.
 */
export function changeUnit({ net }: Value, adam: AdamState, { mean, std }: Unit): void {
  const phi = net.parameters.flat, m = adam.m.data, v = adam.v.data
  const P = phi.length, last = outputLayerStart(net)
  for (let p = 0; p < P; p++) {
    const k = p < last ? 1 / (std * std) : 1 / std
    m[p] *= k
    v[p] *= k * k
    if (p >= last) phi[p] /= std
  }
  phi[P - 1] -= mean / std
}

/** Where the parameters of the output layer begin in φ; they are the last ones: weights, then one bias. */
export function outputLayerStart({ parameters: { flat, layers } }: Mlp): number {
  return flat.length - layers[layers.length - 1].W.rows - 1
}

/** The unit that leads back: changeUnit by `unit`, then by `inverse(unit)`, changes nothing but rounding. */
export function inverse({ mean, std }: Unit): Unit {
  return { mean: -mean / std, std: 1 / std }
}
