/**
 * One integer below n, or a vector of independent ones, from logits z: p = softmax z, block by block.
 *
 *   ∂ log π(a) / ∂z = 1ₐ − p      M = diag p − p pᵀ      KL(p ‖ q) = Σ p (log p − log q)
 *
 * `categorical` is `multiCategorical` with one component. The cache holds log p beside p, so that no logit is
 * too large. An action that a mask forbids has the logit −∞: its p is exactly 0, and so are its terms in
 * every sum and derivative.
 */
import { exp, log } from '../../math/elementary.ts'
import { norm } from '../../math/vector.ts'
import type { Distribution } from './distribution.ts'

/** Lower limit of log p. It keeps 0 · log p = 0 if logits differ by more than doubles can hold or are −∞. */
const MIN_LOG = -1e300

/** An integer from 0 to n − 1; an action is one number. */
export function categorical(n: number): Distribution {
  return { ...multiCategorical([n]), name: 'categorical' }
}

/** Vectors whose component c is an integer from 0 to sizes[c] − 1. Logits: of component 0, then of 1, … */
export function multiCategorical(sizes: readonly number[]): Distribution {
  const k = sizes.reduce((total, n) => total + n, 0)
  const components = sizes.length
  // A row of the cache: the k values of p, then the k values of log p.
  const width = 2 * k

  return {
    name: 'multiCategorical', etaSize: k, sharedSize: 0, cacheSize: width, actionSize: components,

    setLogStd() {},

    prepare({ rows, cache, mask }) {
      const z = rows.data, c = cache.data
      for (let i = 0; i < rows.rows; i++) {
        let at = i * k, p = i * width
        for (const n of sizes) {
          let top = -Infinity
          for (let j = 0; j < n; j++) {
            const logit = mask === null || mask[at + j] === 1 ? z[at + j] : -Infinity
            c[p + k + j] = logit
            top = Math.max(top, logit)
          }
          let total = 0
          for (let j = 0; j < n; j++) total += c[p + j] = exp(c[p + k + j] - top)
          const logTotal = log(total)
          for (let j = 0; j < n; j++) {
            c[p + j] /= total
            c[p + k + j] = Math.max(c[p + k + j] - top - logTotal, MIN_LOG)
          }
          at += n
          p += n
        }
      }
    },

    sample(actions, { rows, cache }, streams) {
      for (let i = 0; i < rows.rows; i++) {
        let p = i * width
        for (let c = 0; c < components; p += sizes[c++]) {
          actions.data[i * components + c] = draw(cache.data, p, sizes[c], streams[i].uniform())
        }
      }
    },

    mode(actions, { rows, cache }) {
      for (let i = 0; i < rows.rows; i++) {
        let p = i * width
        for (let c = 0; c < components; p += sizes[c++]) {
          let best = 0
          for (let j = 1; j < sizes[c]; j++) if (cache.data[p + j] > cache.data[p + best]) best = j
          actions.data[i * components + c] = best
        }
      }
    },

    logProbability(out, actions, { rows, cache }) {
      for (let i = 0; i < rows.rows; i++) {
        let total = 0
        let logP = i * width + k
        for (let c = 0; c < components; logP += sizes[c++]) {
          total += cache.data[logP + actions.data[i * components + c]]
        }
        out[i] = total
      }
    },

    score(etaBar, _, weights, actions, { cache }, first, count) {
      for (let i = first; i < first + count; i++) {
        let at = i * k
        for (let j = 0; j < k; j++) etaBar.data[at + j] = -weights[i] * cache.data[i * width + j]
        for (let c = 0; c < components; at += sizes[c++]) {
          etaBar.data[at + actions.data[i * components + c]] += weights[i]
        }
      }
    },

    entropy(out, { rows, cache }) {
      for (let i = 0; i < rows.rows; i++) {
        let total = 0
        for (let p = i * width; p < i * width + k; p++) total -= cache.data[p] * cache.data[p + k]
        out[i] = total
      }
    },

    // ∂H/∂zⱼ = −pⱼ (log pⱼ + H), for each component.
    entropyScore(etaBar, _, weight, { cache }, first, count) {
      const c = cache.data
      for (let i = first; i < first + count; i++) {
        let at = i * k, p = i * width
        for (const n of sizes) {
          let entropy = 0
          for (let j = p; j < p + n; j++) entropy -= c[j] * c[j + k]
          for (let j = 0; j < n; j++) etaBar.data[at + j] = -weight * (c[p + j] * (c[p + j + k] + entropy))
          at += n
          p += n
        }
      }
    },

    klOldNew(out, old, new_) {
      const o = old.cache.data, w = new_.cache.data
      for (let i = 0; i < old.rows.rows; i++) {
        let total = 0
        for (let p = i * width; p < i * width + k; p++) total += o[p] * (o[p + k] - w[p + k])
        // At least 0 in exact arithmetic; rounding may give −1e-17.
        out[i] = Math.max(0, total)
      }
    },

    metric(etaDot, { cache }, first, count, scale) {
      const v = etaDot.data, p = cache.data
      for (let i = first; i < first + count; i++) {
        let at = i * k, q = i * width
        for (const n of sizes) {
          let mean = 0
          for (let j = 0; j < n; j++) mean += p[q + j] * v[at + j]
          for (let j = 0; j < n; j++) v[at + j] = scale * p[q + j] * (v[at + j] - mean)
          at += n
          q += n
        }
      }
    },

    // diag p − p pᵀ = Σ p_k (1_k − p)(1_k − p)ᵀ, for the component that contains k.
    metricFactor(etaDot, { cache }, index, first, count) {
      const v = etaDot.data, p = cache.data
      let begin = 0, end = sizes[0]
      for (let c = 1; end <= index; c++) {
        begin = end
        end += sizes[c]
      }
      for (let i = first; i < first + count; i++) {
        const root = Math.sqrt(p[i * width + index])
        for (let j = 0; j < k; j++) {
          const inside = j >= begin && j < end
          v[i * k + j] = inside ? root * ((j === index ? 1 : 0) - p[i * width + j]) : 0
        }
      }
    },

    relativeError: norm,

    sharedMetric() {},
  }
}

/** The j with Σ_{i<j} pᵢ ≤ u < Σ_{i≤j} pᵢ; if rounding puts u above all sums, the last j with pⱼ > 0. */
function draw(p: Float64Array, at: number, n: number, u: number): number {
  let cumulative = 0
  let last = 0
  for (let j = 0; j < n; j++) {
    if (!(p[at + j] > 0)) continue
    cumulative += p[at + j]
    last = j
    if (u < cumulative) break
  }
  return last
}
