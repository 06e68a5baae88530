/**
 * How Box actions keep their bounds. A Gaussian draws u from all of ℝ; the environment gets
 *
 *   clip:    u, or the bound that it is beyond
 *   squash:  low + (high − low) (tanh u + 1) / 2, where both bounds are finite
 *
 * log π, KL, F and entropy are those of u. Squashing leaves it at that with nothing lost: the density of the action is
 * that of u divided by |∂a/∂u|, which does not depend on θ. So it cancels in π_θ/π_old, and with that in the surrogate,
 * in KL and in F = ∂²KL: no Jacobian is needed (Haarnoja et al. 2018, appendix C, need one, for the entropy).
 * But: entropy is that of u; the action's is that and E log |∂a/∂u|. And of a squashed action the likeliest u gives the
 * median, not the mode.
 */
import { tanh } from '../math/elementary.ts'
import type { Space } from './world/space.ts'

/** Clip an action at its bounds, or squash all of ℝ into them. */
export type ActionBounds = 'clip' | 'squash'

/** From u to the action. */
export const bounded: { readonly [B in ActionBounds]: (u: number, low: number, high: number) => number } = { clip, squash }

function clip(u: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, u))
}

function squash(u: number, low: number, high: number): number {
  // As a mean of the bounds with weights (1 ∓ tanh u)/2: high − low may overflow, and rounding stray out of them.
  const t = tanh(u)
  return clip(low * (0.5 * (1 - t)) + high * (0.5 * (1 + t)), low, high)
}

/** Why actions of `space` cannot keep to their bounds so, as an error's text; null where they can. */
export function boundsProblem(bounds: ActionBounds, space: Space): string | null {
  if (bounds === 'clip' || space.kind !== 'box') return null
  const open = space.low.findIndex((low, j) => !Number.isFinite(low) || !Number.isFinite(space.high[j]))
  if (open < 0) return null
  return `actionBounds: expected "clip" where actions are unbounded (${space.low[open]} to ${space.high[open]} in [${open}]), got "${bounds}"`
}
