/**
 * New coordinates for a network's inputs, absorbed by its first layer so that the function stays what it was:
 *
 *   x = r ∘ x′ + s    ⇒    W′ = diag(r) W,   b′ = b + sᵀ W
 *
 * and what becomes of derivatives with respect to that layer, G = Σ x ȳᵀ and g = Σ ȳ:
 *
 *   G′ = Σ x′ ȳᵀ = diag(1/r) (G − s gᵀ),   g′ = g
 *
 * But: equal to rounding, not to the bit; and only where x′ is not changed further, say by clipping.
 */
import type { Layer } from './parameters.ts'

/** x = ratio ∘ x′ + shift, the new coordinates primed. [in] each, ratio above 0. */
export interface InputChange { readonly ratio: Float64Array; readonly shift: Float64Array }

/** W, b ← W′, b′. For a direction, which is linear in W and b as they are in themselves, likewise. */
export function changeLayer({ W, b }: Layer, { ratio, shift }: InputChange): void {
  for (let j = 0; j < W.rows; j++) {
    for (let k = 0; k < W.cols; k++) {
      const p = j * W.cols + k
      b.data[k] += shift[j] * W.data[p]
      W.data[p] *= ratio[j]
    }
  }
}

/** G ← G′. What is linear in derivatives, such as their running mean, changes in the same way. */
export function changeGradient({ W: G, b: g }: Layer, { ratio, shift }: InputChange): void {
  for (let j = 0; j < G.rows; j++) {
    for (let k = 0; k < G.cols; k++) {
      const p = j * G.cols + k
      G.data[p] = (G.data[p] - shift[j] * g.data[k]) / ratio[j]
    }
  }
}

/**
 * A running mean of G² and g² ← the most that of G′² can be: (√G² + |s| √g²)² / r² (Minkowski's inequality). What
 * correlates G with g is not known; and with this bound |G′| / √G′² exceeds no bound that |G| / √G² and |g| / √g² kept.
 */
export function changeSquares({ W: G2, b: g2 }: Layer, { ratio, shift }: InputChange): void {
  for (let j = 0; j < G2.rows; j++) {
    for (let k = 0; k < G2.cols; k++) {
      const p = j * G2.cols + k
      const root = (Math.sqrt(G2.data[p]) + Math.abs(shift[j]) * Math.sqrt(g2.data[k])) / ratio[j]
      G2.data[p] = root * root
    }
  }
}
