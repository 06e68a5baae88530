/** An iteration as plain data that can be compared: all of its record, with the bits of θ and φ. */
import type { Iteration } from '../../src/trpo/train.ts'
import { bits } from './same.ts'

export function recordOf({ policy, value, snapshot: _snapshot, ...rest }: Iteration): unknown {
  return { ...rest, theta: bits(policy.net.parameters.flat), phi: bits(value.net.parameters.flat) }
}
