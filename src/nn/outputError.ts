/**
 * How far a network's computed outputs may be from exact ones, by rounding: one bound per output, which holds
 * for all rows whose inputs are bounded. With |h| ≤ H and an error of at most E in each unit h of a layer,
 *
 *   H′ = |W|ᵀ H + |b|,   E′ = |W|ᵀ E + γ H′,   γ = (n + 8) u / (1 − (n + 8) u),   u = 2⁻⁵³
 *
 * for n units: a sum of products from the left, whatever the numbers (Higham 2002, section 3.1). No
 * activation is steeper than 1, and tanh is within 2.2 units in the last place of at most 1. The 8 leaves
 * room for the few operations by which a distribution reads an output.
 * But: a bound, often a hundred times the error.
 */
import type { Mlp } from './mlp.ts'

/** u = 2⁻⁵³: one operation is off by at most this, relative to its result. */
export const UNIT_ROUNDOFF: number = Number.EPSILON / 2

/** H and E of every layer, the inputs included. */
export interface OutputError {
  readonly magnitudes: readonly Float64Array[]
  readonly errors: readonly Float64Array[]
}

export function createOutputError({ sizes }: Mlp): OutputError {
  const vectors = (): Float64Array[] => sizes.map((size) => new Float64Array(size))
  return { magnitudes: vectors(), errors: vectors() }
}

/** Per output, a bound of its error at the present parameters, for inputs |x_j| ≤ magnitudes[0][j]. */
export function boundOutputs({ magnitudes, errors }: OutputError, net: Mlp): Float64Array {
  const { layers } = net.parameters
  const bounded = net.activation.name === 'tanh'
  layers.forEach(({ W, b }, l) => {
    const H = magnitudes[l], E = errors[l], nextH = magnitudes[l + 1], nextE = errors[l + 1]
    const n = W.rows, m = W.cols, u = (n + 8) * UNIT_ROUNDOFF, gamma = u / (1 - u)
    nextE.fill(0)
    for (let j = 0; j < m; j++) nextH[j] = Math.abs(b.data[j])
    for (let k = 0, p = 0; k < n; k++) {
      for (let j = 0; j < m; j++, p++) {
        const w = Math.abs(W.data[p])
        nextH[j] += w * H[k]
        nextE[j] += w * E[k]
      }
    }
    const saturates = bounded && l + 1 < layers.length
    for (let j = 0; j < m; j++) {
      nextE[j] += gamma * nextH[j] + (saturates ? 8 * UNIT_ROUNDOFF : 0)
      if (saturates) nextH[j] = Math.min(1, nextH[j])
    }
  })
  return errors[layers.length]
}
