/**
 * Units in which a batch's returns have mean 0 and variance 1, and V and Adam's memory in them: V is rescaled there and
 * back, so that it stays the function it was (van Hasselt et al. 2016, but for one batch at a time).
 */
import type { AdamState } from '../../math/adam.ts'
import { moments } from '../../math/moments.ts'
import { largestMagnitude } from '../../math/vector.ts'
import type { Value } from '../../rl/value.ts'

/** R̂ = mean + std · R̂′, the new units primed. */
export interface Unit { readonly mean: number; readonly std: number }

/** Units in which `returns` have mean 0 and variance 1; null where they differ by rounding alone, or not as doubles can. */
export function unitOf(returns: Float64Array, scratch: Float64Array): Unit | null {
  const { mean, variance } = moments(returns, scratch)
  const std = Math.sqrt(variance)
  // std⁴ scales squares of gradients.
  return std > 1e-13 * largestMagnitude(returns) && std > 1e-50 && std < 1e50 ? { mean, std } : null
}

/**
 * V′ = (V − mean) / std by the last layer. Adam's memory of gradients becomes that of (V′ − R̂′)²: a gradient is std²
 * times smaller, and in the last layer, whose parameters are std times smaller, std times.
 */
export function changeUnit({ net }: Value, adam: AdamState, { mean, std }: Unit): void {
  const { flat: phi, layers } = net.parameters
  const m = adam.m.data, v = adam.v.data
  const P = phi.length, last = P - layers[layers.length - 1].W.rows - 1
  for (let p = 0; p < P; p++) {
    const k = p < last ? 1 / (std * std) : 1 / std
    m[p] *= k
    v[p] *= k * k
    if (p >= last) phi[p] /= std
  }
  phi[P - 1] -= mean / std
}

/** The way back from `unit`. */
export function inverse({ mean, std }: Unit): Unit {
  return { mean: -mean / std, std: 1 / std }
}
