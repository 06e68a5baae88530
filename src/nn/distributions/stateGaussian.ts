/**
 * Diagonal Gaussian whose log σ depends on the state: the network computes d means, then d values of log σ.
 *
 *   log π = −½ Σ ((a − μ)/σ)² − Σ log σ − d/2 log 2π
 *   M = diag(1/σ²) for μ and 2 I for log σ, in every state
 *
 * Known as adaptive (rllab), conditioned (tianshou) or state-dependent σ (RSL-RL, TF-Agents).
 * But: not SB3's state-dependent exploration (gSDE), which correlates draws in time; these are independent.
 */
import { exp } from '../../math/elementary.ts'
import type { Distribution } from './distribution.ts'
import { clampLogStd, clampSlope, HALF_LOG_2PI, klOfSpread } from './logStd.ts'

/** A Gaussian on ℝ^d. */
export function stateGaussian(d: number): Distribution {
  // Dimension j of state i: μ is rows[i·width + j], log σ is rows[i·width + d + j], σ is cache[i·d + j].
  const width = 2 * d

  return {
    name: 'stateGaussian', etaSize: width, sharedSize: 0, cacheSize: d, actionSize: d,

    setLogStd(bias, _, logStd) {
      bias.fill(logStd, d)
    },

    prepare({ rows, cache }) {
      for (let i = 0, q = 0; i < rows.rows; i++) {
        for (let j = 0, p = i * width + d; j < d; j++, p++, q++) {
          cache.data[q] = exp(clampLogStd(rows.data[p]))
        }
      }
    },

    sample(actions, { rows, cache }, streams) {
      for (let i = 0, q = 0; i < rows.rows; i++) {
        for (let j = 0, p = i * width; j < d; j++, p++, q++) {
          actions.data[q] = rows.data[p] + cache.data[q] * streams[i].normal()
        }
      }
    },

    mode(actions, { rows }) {
      for (let i = 0, q = 0; i < rows.rows; i++) {
        for (let j = 0, p = i * width; j < d; j++, p++, q++) actions.data[q] = rows.data[p]
      }
    },

    logProbability(out, actions, { rows, cache }) {
      for (let i = 0, q = 0; i < rows.rows; i++) {
        let total = -d * HALF_LOG_2PI
        for (let j = 0, p = i * width; j < d; j++, p++, q++) {
          const z = (actions.data[q] - rows.data[p]) / cache.data[q]
          total -= clampLogStd(rows.data[p + d]) + 0.5 * z * z
        }
        out[i] = total
      }
    },

    score(etaBar, _, weights, actions, { rows, cache }, first, count) {
      for (let i = first, q = first * d; i < first + count; i++) {
        for (let j = 0, p = i * width; j < d; j++, p++, q++) {
          const z = (actions.data[q] - rows.data[p]) / cache.data[q]
          etaBar.data[p] = weights[i] * z / cache.data[q]
          etaBar.data[p + d] = weights[i] * (z * z - 1) * clampSlope(rows.data[p + d])
        }
      }
    },

    entropy(out, { rows }) {
      for (let i = 0; i < rows.rows; i++) {
        let total = d * (0.5 + HALF_LOG_2PI)
        for (let j = 0, p = i * width + d; j < d; j++, p++) total += clampLogStd(rows.data[p])
        out[i] = total
      }
    },

    entropyScore(etaBar, _, weight, { rows }, first, count) {
      for (let i = first; i < first + count; i++) {
        for (let j = 0, p = i * width; j < d; j++, p++) {
          etaBar.data[p] = 0
          etaBar.data[p + d] = weight * clampSlope(rows.data[p + d])
        }
      }
    },

    klOldNew(out, old, new_) {
      const o = old.rows.data, w = new_.rows.data
      for (let i = 0, q = 0; i < old.rows.rows; i++) {
        let total = 0
        for (let j = 0, p = i * width; j < d; j++, p++, q++) {
          const z = (o[p] - w[p]) / new_.cache.data[q]
          total += klOfSpread(clampLogStd(w[p + d]) - clampLogStd(o[p + d])) + 0.5 * z * z
        }
        out[i] = total
      }
    },

    metric(etaDot, { rows, cache }, first, count, scale) {
      for (let i = first, q = first * d; i < first + count; i++) {
        for (let j = 0, p = i * width; j < d; j++, p++, q++) {
          etaDot.data[p] = scale * etaDot.data[p] / (cache.data[q] * cache.data[q])
          etaDot.data[p + d] *= 2 * scale * clampSlope(rows.data[p + d])
        }
      }
    },

    metricFactor(etaDot, { rows, cache }, k, first, count) {
      etaDot.data.fill(0, first * width, (first + count) * width)
      for (let i = first; i < first + count; i++) {
        const p = i * width + k
        etaDot.data[p] = k < d ? 1 / cache.data[i * d + k] : Math.SQRT2 * clampSlope(rows.data[p])
      }
    },

    relativeError(error, { rows, cache }) {
      let largest = 0
      for (let i = 0, q = 0; i < rows.rows; i++) {
        let squares = 0
        for (let j = 0; j < d; j++, q++) {
          const z = error[j] / cache.data[q]
          squares += z * z + error[j + d] * error[j + d]
        }
        largest = Math.max(largest, squares)
      }
      return Math.sqrt(largest)
    },

    sharedMetric() {},
  }
}
