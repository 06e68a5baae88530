/**
 * How Box actions are kept within their bounds. A Gaussian draws u from all of ℝ; the environment gets
 *
 *   clip:    u, or the nearer bound if u is outside
 *   squash:  low + (high − low) (tanh u + 1) / 2; clipped likewise if one of the bounds is not finite
 *
 * So squash gives u, and σ, the unit of the interval: a world in other units gets the same actions, scaled.
 * log π, KL, F and entropy are those of u. For squashing this is exact: the density of the action is that of
 * u divided by |∂a/∂u|, which does not depend on θ, so it cancels in π_θ/π_old, hence in the surrogate, in KL
 * and in F = ∂²KL. No Jacobian is needed (Haarnoja et al. 2018, appendix C, need one, for the entropy).
 * But: the reported entropy is that of u; that of a squashed action is larger by E log |∂a/∂u|. And the most
 * likely u gives the median of squashed actions, not the mode.
 */
import { tanh } from '../math/elementary.ts'
import type { Space } from './world/space.ts'

/**
 * What of a Box stays in a unit that the environment chose, in one sentence; null if nothing does. Under
 * `clip`, only a width far from `std`, the initial σ: then draws hardly differ, or lie outside.
 */
export function unitRemark(space: Space, bounds: ActionBounds, std: number): string | null {
  if (space.kind !== 'box') return null
  const { low, high } = space
  const open = low.findIndex((x, j) => !Number.isFinite(x) || !Number.isFinite(high[j]))
  if (open >= 0) {
    return `actionSpace: [${open}] has an infinite bound, so σ is in its own unit: see initialLogStd`
  }
  const far = low.findIndex((x, j) => high[j] > x && !(high[j] - x > 0.2 * std && high[j] - x < 20 * std))
  if (bounds === 'squash' || far < 0) return null
  const width = high[far] - low[far]
  return `actionSpace: [${far}] is ${width} wide, σ is ${std}: see initialLogStd and actionBounds`
}

/** How an action is kept within the bounds of its Box. */
export type ActionBounds = 'clip' | 'squash'

type Bound = (u: number, low: number, high: number) => number

/** u ↦ action. */
export const bounded: { readonly [B in ActionBounds]: Bound } = { clip, squash }

function clip(u: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, u))
}

function squash(u: number, low: number, high: number): number {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return clip(u, low, high)
  // A mean of the bounds, since high − low may overflow; clipped, since rounding may exceed a bound.
  const t = tanh(u)
  return clip(low * (0.5 * (1 - t)) + high * (0.5 * (1 + t)), low, high)
}
