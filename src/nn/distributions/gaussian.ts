/**
 * Diagonal Gaussian: the network computes the mean of each dimension, log σ is shared by all states.
 *
 *   log π = −½ Σ ((a − μ)/σ)² − Σ log σ − d/2 log 2π
 *   M = diag(1/σ²) for μ and 2 I for log σ, without coupling
 *
 * But: actions are not bounded here; environments get them clipped or squashed, log π is that of the draw.
 */
import { exp } from '../../math/elementary.ts'
import type { Distribution, Eta } from './distribution.ts'
import { clampLogStd, clampSlope, HALF_LOG_2PI, klOfSpread } from './logStd.ts'

/** A Gaussian on ℝ^d. */
export function gaussian(d: number): Distribution {
  const logStd = (eta: Eta, j: number): number => clampLogStd(eta.shared[j])
  // σ of each dimension: scratch, computed anew by each function before its loop over states.
  const std = new Float64Array(d)
  const readStd = (eta: Eta): void => {
    for (let j = 0; j < d; j++) std[j] = exp(logStd(eta, j))
  }

  return {
    name: 'gaussian', etaSize: d, sharedSize: d, cacheSize: 0, actionSize: d,

    setLogStd(_, shared, logStd) {
      shared.fill(logStd)
    },

    prepare() {},

    sample(actions, eta, streams) {
      readStd(eta)
      const mean = eta.rows.data
      for (let i = 0, p = 0; i < eta.rows.rows; i++) {
        for (let j = 0; j < d; j++, p++) actions.data[p] = mean[p] + std[j] * streams[i].normal()
      }
    },

    mode(actions, { rows }) {
      for (let p = 0; p < rows.rows * d; p++) actions.data[p] = rows.data[p]
    },

    logProbability(out, actions, eta) {
      readStd(eta)
      const mean = eta.rows.data, a = actions.data
      let constant = -d * HALF_LOG_2PI
      for (let j = 0; j < d; j++) constant -= logStd(eta, j)
      for (let i = 0, p = 0; i < eta.rows.rows; i++) {
        let squares = 0
        for (let j = 0; j < d; j++, p++) {
          const z = (a[p] - mean[p]) / std[j]
          squares += z * z
        }
        out[i] = constant - 0.5 * squares
      }
    },

    score(etaBar, sharedBar, weights, actions, eta, first, count) {
      readStd(eta)
      const mean = eta.rows.data, a = actions.data
      for (let i = first, p = first * d; i < first + count; i++) {
        for (let j = 0; j < d; j++, p++) {
          const z = (a[p] - mean[p]) / std[j]
          etaBar.data[p] = weights[i] * z / std[j]
          sharedBar[j] += weights[i] * (z * z - 1) * clampSlope(eta.shared[j])
        }
      }
    },

    entropy(out, eta) {
      let entropy = d * (0.5 + HALF_LOG_2PI)
      for (let j = 0; j < d; j++) entropy += logStd(eta, j)
      out.fill(entropy, 0, eta.rows.rows)
    },

    entropyScore(etaBar, sharedBar, weight, { shared }, first, count) {
      etaBar.data.fill(0, first * d, (first + count) * d)
      for (let j = 0; j < d; j++) sharedBar[j] += weight * count * clampSlope(shared[j])
    },

    klOldNew(out, old, new_) {
      readStd(new_)
      let spread = 0
      for (let j = 0; j < d; j++) spread += klOfSpread(logStd(new_, j) - logStd(old, j))
      for (let i = 0, p = 0; i < old.rows.rows; i++) {
        let squares = 0
        for (let j = 0; j < d; j++, p++) {
          const z = (old.rows.data[p] - new_.rows.data[p]) / std[j]
          squares += z * z
        }
        out[i] = spread + 0.5 * squares
      }
    },

    metric(etaDot, eta, first, count, scale) {
      readStd(eta)
      for (let i = 0, p = first * d; i < count; i++) {
        for (let j = 0; j < d; j++, p++) etaDot.data[p] = scale * etaDot.data[p] / (std[j] * std[j])
      }
    },

    metricFactor(etaDot, eta, k, first, count) {
      readStd(eta)
      for (let i = 0, p = first * d; i < count; i++) {
        for (let j = 0; j < d; j++, p++) etaDot.data[p] = j === k ? 1 / std[j] : 0
      }
    },

    relativeError(error, eta) {
      readStd(eta)
      let squares = 0
      for (let j = 0; j < d; j++) squares += (error[j] / std[j]) * (error[j] / std[j])
      return Math.sqrt(squares)
    },

    sharedMetric(out, v, eta) {
      for (let j = 0; j < d; j++) out[j] = 2 * v[j] * clampSlope(eta.shared[j])
    },
  }
}
