/**
 * A vector of n independent zeros and ones from logits z: p = 1 / (1 + e^−z).
 *
 *   ∂ log π(a) / ∂z = a − p      M = p (1 − p)
 *   KL(p ‖ p′) = p (log p − log p′) + (1 − p) (log(1 − p) − log(1 − p′))
 *
 * p, 1 − p and log p = −log(1 + e^−z) are computed independently: no digits are lost at large |z|.
 */
import { exp, log1p } from '../../math/elementary.ts'
import { norm } from '../../math/vector.ts'
import type { Distribution } from './distribution.ts'

/** Lower limit of log p: keeps log p and sums of it finite for every logit. */
const MIN_LOG = -1e300

/** Vectors of n zeros and ones. */
export function bernoulli(n: number): Distribution {
  // A row of the cache: p, then 1 − p, then log p, then log(1 − p), n of each.
  const width = 4 * n

  return {
    name: 'bernoulli', etaSize: n, sharedSize: 0, cacheSize: width, actionSize: n,

    setLogStd() {},

    prepare({ rows, cache }) {
      const c = cache.data
      for (let i = 0, at = 0; i < rows.rows; i++) {
        for (let j = 0, q = i * width; j < n; j++, q++, at++) {
          const z = rows.data[at]
          const e = exp(-Math.abs(z))
          const likely = 1 / (1 + e), unlikely = e / (1 + e)
          const logLikely = -log1p(e), logUnlikely = Math.max(-Math.abs(z) - log1p(e), MIN_LOG)
          c[q] = z >= 0 ? likely : unlikely
          c[q + n] = z >= 0 ? unlikely : likely
          c[q + 2 * n] = z >= 0 ? logLikely : logUnlikely
          c[q + 3 * n] = z >= 0 ? logUnlikely : logLikely
        }
      }
    },

    sample(actions, { rows, cache }, streams) {
      for (let i = 0, at = 0; i < rows.rows; i++) {
        for (let j = 0; j < n; j++, at++) {
          actions.data[at] = streams[i].uniform() < cache.data[i * width + j] ? 1 : 0
        }
      }
    },

    mode(actions, { rows }) {
      for (let at = 0; at < rows.rows * n; at++) actions.data[at] = rows.data[at] > 0 ? 1 : 0
    },

    logProbability(out, actions, { rows, cache }) {
      for (let i = 0, at = 0; i < rows.rows; i++) {
        let total = 0
        for (let j = 0; j < n; j++, at++) {
          total += cache.data[i * width + j + (actions.data[at] === 1 ? 2 : 3) * n]
        }
        out[i] = total
      }
    },

    score(etaBar, _, weights, actions, { cache }, first, count) {
      for (let i = first, at = first * n; i < first + count; i++) {
        for (let j = 0, q = i * width; j < n; j++, q++, at++) {
          etaBar.data[at] = weights[i] * (actions.data[at] === 1 ? cache.data[q + n] : -cache.data[q])
        }
      }
    },

    entropy(out, { rows, cache }) {
      const c = cache.data
      for (let i = 0; i < rows.rows; i++) {
        let total = 0
        for (let q = i * width; q < i * width + 2 * n; q++) total -= c[q] * c[q + 2 * n]
        out[i] = total
      }
    },

    // ∂H/∂z = −z p (1 − p), where z = log p − log(1 − p).
    entropyScore(etaBar, _, weight, { cache }, first, count) {
      const c = cache.data
      for (let i = first, at = first * n; i < first + count; i++) {
        for (let j = 0, q = i * width; j < n; j++, q++, at++) {
          etaBar.data[at] = -weight * (c[q] * c[q + n]) * (c[q + 2 * n] - c[q + 3 * n])
        }
      }
    },

    klOldNew(out, old, new_) {
      const o = old.cache.data, w = new_.cache.data
      for (let i = 0; i < old.rows.rows; i++) {
        let total = 0
        for (let q = i * width; q < i * width + 2 * n; q++) total += o[q] * (o[q + 2 * n] - w[q + 2 * n])
        // At least 0 in exact arithmetic; rounding may give −1e-17.
        out[i] = Math.max(0, total)
      }
    },

    metric(etaDot, { cache }, first, count, scale) {
      for (let i = first, at = first * n; i < first + count; i++) {
        for (let j = 0, q = i * width; j < n; j++, q++, at++) {
          etaDot.data[at] *= scale * cache.data[q] * cache.data[q + n]
        }
      }
    },

    metricFactor(etaDot, { cache }, k, first, count) {
      for (let i = first, at = first * n; i < first + count; i++) {
        const q = i * width + k
        for (let j = 0; j < n; j++, at++) {
          etaDot.data[at] = j === k ? Math.sqrt(cache.data[q] * cache.data[q + n]) : 0
        }
      }
    },

    relativeError: norm,

    sharedMetric() {},
  }
}
