/**
 * New coordinates x′ for a network's inputs x, and the first layer that keeps the function the same:
 *
 *   x = r ∘ x′ + s    ⇒    W′ = diag(r) W,   b′ = b + sᵀ W
 *
 * The derivatives with respect to that layer, G = Σ x ȳᵀ and g = Σ ȳ, become
 *
 *   G′ = Σ x′ ȳᵀ = diag(1/r) (G − s gᵀ),   g′ = g
 *
 * But: equal up to rounding, not to the bit; and only if x′ is not changed afterwards, say by clipping.
 */
import type { Layer } from './parameters.ts'

/** x = ratio ∘ x′ + shift, where x′ are the new coordinates. [in] each, ratio above 0. */
export interface InputChange { readonly ratio: Float64Array; readonly shift: Float64Array }

/** W, b ← W′, b′. The map is linear, so a direction (Ẇ, ḃ) is converted by the same call. */
export function changeLayer({ W, b }: Layer, { ratio, shift }: InputChange): void {
  for (let j = 0; j < W.rows; j++) {
    for (let k = 0; k < W.cols; k++) {
      const p = j * W.cols + k
      b.data[k] += shift[j] * W.data[p]
      W.data[p] *= ratio[j]
    }
  }
}

/** G ← G′. Also for anything linear in derivatives, such as their running mean. */
export function changeGradient({ W: G, b: g }: Layer, { ratio, shift }: InputChange): void {
  for (let j = 0; j < G.rows; j++) {
    for (let k = 0; k < G.cols; k++) {
      const p = j * G.cols + k
      G.data[p] = (G.data[p] - shift[j] * g.data[k]) / ratio[j]
    }
  }
}

/**
 * A running mean of G² and g² ← the largest value that the mean of G′² can have: (√G² + |s| √g²)² / r²
 * (Minkowski's inequality), since the correlation of G and g is unknown. So if |G| / √G² and |g| / √g² were
 * at most c, then |G′| / √G′² is at most c, too.
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
