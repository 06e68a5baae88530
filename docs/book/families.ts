/**
 * One state: its action distribution from plain numbers, by the library, for experiments without a network;
 * and a world that has no other state. The numbers of η are those that a network would compute, then those
 * that all states share.
 */
import { box, type Env } from 'trpo'
import { createEta, type Distribution, type Eta, reference } from 'trpo/parts'

/** η of one state. */
export function etaOf(distribution: Distribution, numbers: readonly number[]): Eta {
  const rows = reference.allocate(1, distribution.etaSize)
  rows.data.set(numbers.slice(0, distribution.etaSize))
  const shared = Float64Array.from(numbers.slice(distribution.etaSize))
  const eta = createEta(reference, distribution, rows, shared)
  distribution.prepare(eta)
  return eta
}

/** KL(old ‖ new) in nats. */
export function klOf(distribution: Distribution, old: readonly number[], new_: readonly number[]): number {
  const out = new Float64Array(1)
  distribution.klOldNew(out, etaOf(distribution, old), etaOf(distribution, new_))
  return out[0]
}

/** ∂ log π(action) / ∂η */
export function scoreOf(distribution: Distribution, eta: readonly number[], action: number): number[] {
  const rows = reference.allocate(1, distribution.etaSize), shared = new Float64Array(distribution.sharedSize)
  const actions = reference.allocate(1, 1)
  actions.data[0] = action
  distribution.score(rows, shared, Float64Array.of(1), actions, etaOf(distribution, eta), 0, 1)
  return [...rows.data, ...shared]
}

/** M v */
export function metricOf(distribution: Distribution, eta: readonly number[], v: readonly number[]): number[] {
  const rows = reference.allocate(1, distribution.etaSize), shared = new Float64Array(distribution.sharedSize)
  rows.data.set(v.slice(0, distribution.etaSize))
  const at = etaOf(distribution, eta)
  distribution.metric(rows, at, 0, 1, 1)
  distribution.sharedMetric(shared, Float64Array.from(v.slice(distribution.etaSize)), at)
  return [...rows.data, ...shared]
}

/** A world of one state and one timestep: the reward of a is −(a − 2)². Its observation is always 0. */
export function aim(): Env {
  const observation = [0], everything = box([-Infinity], [Infinity])
  return {
    observationSpace: box([-1], [1]), actionSpace: everything,
    reset: () => ({ observation }),
    step: (action) => {
      const reward = -(((action as Float64Array)[0] - 2) ** 2)
      return { observation, reward, terminated: true, truncated: false }
    },
  }
}
