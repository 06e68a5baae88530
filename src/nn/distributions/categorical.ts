/**
 * One integer below n, or a vector of independent ones, from logits z: p = softmax z, block by block.
 *
 *   ∂ log π(a) / ∂z = 1ₐ − p      M = diag p − p pᵀ      KL(p ‖ q) = Σ p (log p − log q)
 *
 * The plain categorical is the joint of one; log p is kept beside p, so no logit is too large. An action that a mask
 * forbids has the logit −∞: p is exactly 0, and so is all that it adds to a sum or a derivative below.
 */
import { exp, log } from '../../math/elementary.ts'
import type { Distribution } from './distribution.ts'

/** Keeps log p finite, and so 0 · log p = 0, where logits lie further apart than doubles reach, or an action is forbidden. */
const LEAST_LOG = -1e300

/** Integers 0 … n − 1; an action is one number. */
export function categorical(n: number): Distribution {
  return { ...multiCategorical([n]), name: 'categorical' }
}

/** Vectors whose c-th component is an integer below sizes[c]; the logits of all components lie side by side. */
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
            c[p + k + j] = Math.max(c[p + k + j] - top - logTotal, LEAST_LOG)
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
        for (let c = 0; c < components; logP += sizes[c++]) total += cache.data[logP + actions.data[i * components + c]]
        out[i] = total
      }
    },

    score(etaBar, _, weights, actions, { rows, cache }) {
      for (let i = 0; i < rows.rows; i++) {
        let at = i * k
        for (let j = 0; j < k; j++) etaBar.data[at + j] = -weights[i] * cache.data[i * width + j]
        for (let c = 0; c < components; at += sizes[c++]) etaBar.data[at + actions.data[i * components + c]] += weights[i]
      }
    },

    entropy(out, { rows, cache }) {
      for (let i = 0; i < rows.rows; i++) {
        let total = 0
        for (let p = i * width; p < i * width + k; p++) total -= cache.data[p] * cache.data[p + k]
        out[i] = total
      }
    },

    // ∂H/∂zⱼ = −pⱼ (log pⱼ + H), within each component.
    entropyScore(etaBar, _, weight, { rows, cache }) {
      const c = cache.data
      for (let i = 0; i < rows.rows; i++) {
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
        // Exact arithmetic gives at least 0; rounding may leave −1e-17.
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

    // diag p − p pᵀ = Σ p_k (1_k − p)(1_k − p)ᵀ, within the component that k belongs to.
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

    sharedMetric() {},
  }
}

/** The j with Σ_{i<j} pᵢ ≤ u < Σ_{i≤j} pᵢ; where rounding leaves u beyond the sum, the last j that is possible at all. */
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
