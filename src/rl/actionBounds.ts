/**
 * How Box actions are kept within their bounds. A Gaussian draws u from all of ℝ; the environment gets
 *
 *   clip:    u, or the nearer bound if u is outside
 *   squash:  low + (high − low) (tanh u + 1) / 2; both bounds must be finite
 *
 * log π, KL, F and entropy are those of u. For squashing this is exact: the density of the action is that of
 * u divided by |∂a/∂u|, which does not depend on θ, so it cancels in π_θ/π_old, hence in the surrogate, in KL
 * and in F = ∂²KL. No Jacobian is needed (Haarnoja et al. 2018, appendix C, need one, for the entropy).
 * But: the reported entropy is that of u; that of a squashed action is larger by E log |∂a/∂u|. And the most
 * likely u gives the median of squashed actions, not the mode.
 */
import { tanh } from '../math/elementary.ts'
import type { Space } from './world/space.ts'

/** How an action is kept within the bounds of its Box. */
export type ActionBounds = 'clip' | 'squash'

type Bound = (u: number, low: number, high: number) => number

/** u ↦ action. */
export const bounded: { readonly [B in ActionBounds]: Bound } = { clip, squash }

function clip(u: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, u))
}

function squash(u: number, low: number, high: number): number {
  // A mean of the bounds, since high − low may overflow; clipped, since rounding may exceed a bound.
  const t = tanh(u)
  return clip(low * (0.5 * (1 - t)) + high * (0.5 * (1 + t)), low, high)
}

/** Why `bounds` cannot be used with `space`, as an error text; null if it can. */
export function boundsProblem(bounds: ActionBounds, space: Space): string | null {
  if (bounds === 'clip' || space.kind !== 'box') return null
  const open = space.low.findIndex((low, j) => !Number.isFinite(low) || !Number.isFinite(space.high[j]))
  if (open < 0) return null
  const interval = `${space.low[open]} to ${space.high[open]} in [${open}]`
  return `actionBounds: expected "clip" where actions are unbounded (${interval}), got "${bounds}"`
}
