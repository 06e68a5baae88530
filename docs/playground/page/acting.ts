/**
 * Policies as the page uses them: the one of the record that is shown, decoded once it is needed, and acting
 * in one state or in many at once.
 */
import { decodePolicy } from '../../../src/io/policyFile.ts'
import { type Actor, actionOf, createActor, decide } from '../../../src/rl/actor.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import type { Session } from '../session.ts'

let bytes: Uint8Array | null = null
let known: Policy | null = null
let instead: Policy | null = null

/** The policy of the record shown, or the untrained one before the first; null until the world is open. */
export function shownPolicy({ record, opened }: Session): Policy | null {
  return instead ?? decoded(record?.policy ?? opened?.policy ?? null)
}

/** The policy in these bytes; the last one is kept. */
export function decoded(file: Uint8Array | null): Policy | null {
  if (file === bytes) return known
  bytes = file
  known = file === null ? null : decodePolicy(file)
  return known
}

/** The most likely actions in `count` states at once, which `observe` writes: their actor. */
export function decideAll(
  policy: Policy, count: number, observe: (out: Float64Array, at: number, i: number) => void,
): Actor {
  const actor = createActor(policy, count), { data, cols } = actor.observations
  for (let i = 0; i < count; i++) observe(data, i * cols, i)
  decide(actor, null)
  return actor
}

/** Row i's action on a scale of −1 … 1 per component: of a Discrete, the mean over its probabilities. */
export function actionScale(actor: Actor, i: number): number[] {
  const { actionSpace, distribution } = actor.policy
  if (actionSpace.kind === 'discrete') {
    const { data, cols } = actor.map.eta.cache, { n } = actionSpace
    let mean = 0
    for (let j = 0; j < n; j++) mean += j * data[i * cols + j]
    return [n > 1 ? 2 * mean / (n - 1) - 1 : 0]
  }
  const action = actionOf(actor, i) as Float64Array
  return Array.from({ length: distribution.actionSize }, (_, j) => toScale(actionSpace, action[j], j))
}

/** Above 0 if the highest action is likelier than the lowest; unlike the scale it never saturates. */
export function leaning(actor: Actor, i: number): number {
  const { actionSpace, distribution: { actionSize } } = actor.policy
  if (actionSpace.kind !== 'discrete') return actor.actions.data[i * actionSize]
  const { data, cols } = actor.map.eta.cache, { n } = actionSpace
  return data[i * cols + 2 * n - 1] - data[i * cols + n]
}

/** The action that was taken, on the same scale. */
export function takenScale(actionSpace: Policy['actionSpace'], action: number | Float64Array): number[] {
  if (typeof action === 'number') {
    const { n, start } = actionSpace as { n: number; start: number }
    return [n > 1 ? 2 * (action - start) / (n - 1) - 1 : 0]
  }
  return Array.from(action, (x, j) => toScale(actionSpace, x, j))
}

function toScale(space: Policy['actionSpace'], x: number, j: number): number {
  if (space.kind === 'box') {
    const low = space.low[j], high = space.high[j]
    return Number.isFinite(high - low) ? 2 * (x - low) / (high - low) - 1 : Math.max(-1, Math.min(1, x / 3))
  }
  const n = space.kind === 'multiDiscrete' ? space.nvec[j] : 2
  return n > 1 ? 2 * x / (n - 1) - 1 : 0
}

/** A policy from a file acts in place of the session's; null: the session's again. */
export function showInstead(policy: Policy | null): void {
  instead = policy
}
