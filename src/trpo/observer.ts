/**
 * What an observer sees of a step while it is made: for pictures, and for those who want to understand a step
 * that surprised them. An observer sees the step's own vectors, and must not write to them. A training that
 * is observed, and probed, has the bits of one that is not.
 */

import { argumentError, expectFunction } from '../errors/expect.ts'
import { isPlainRecord } from '../errors/kinds.ts'
import type { Policy } from '../rl/policy.ts'

/** Where the step would end at θ + length · direction, on the whole batch. */
export interface Probe {
  /** KL(old ‖ new), mean and maximum over states, in nats. */
  readonly kl: number
  readonly klMax: number
  /** L(θ), as the certificate has it. */
  readonly surrogate: number
}

/** A direction that is solved, before any trial. */
export interface Solved {
  /** π_old. */
  readonly policy: Policy
  /** g = ∇L(θ_old) and x ≈ (F + λI)⁻¹ g: [P] each. */
  readonly gradient: Float64Array
  readonly x: Float64Array
  /** δ; β, the length along x at which the quadratic model spends it; and xᵀF x. */
  readonly maxKl: number
  readonly beta: number
  readonly xFx: number
  /** L(θ_old). */
  readonly surrogate: number
  /** The step's own trial at θ + length · direction; `direction` [P] is x by default. */
  probe(length: number, direction?: Float64Array): Probe
}

/** A trial of the search, at θ + scale · β x. */
export interface ObservedTrial extends Probe {
  readonly scale: number
  readonly accepted: boolean
}

/** Functions that are called while a step is made; each may be missing. What one throws ends the training. */
export interface Observer {
  /** After k products of conjugate gradients: ‖g − (F + λI) x‖ / ‖g‖, by the recurrence, and x so far. */
  readonly solving?: ((k: number, relativeResidual: number, x: Float64Array) => void) | undefined
  readonly solved?: ((solved: Solved) => void) | undefined
  readonly trial?: ((trial: ObservedTrial) => void) | undefined
}

const listeners = ['solving', 'solved', 'trial'] as const

/** Throws unless `value` is an observer. */
export function expectObserver(name: string, value: unknown): void {
  if (!isPlainRecord(value)) throw argumentError(name, 'a record of functions', value)
  for (const [field, listener] of Object.entries(value)) {
    if (!(listeners as readonly string[]).includes(field)) {
      throw argumentError(name, `only ${listeners.join(', ')}`, field)
    }
    if (listener !== undefined) expectFunction(`${name}.${field}`, listener)
  }
}
