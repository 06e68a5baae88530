/** Spaces that many tests need. */
import { memberProblem } from '../../src/rl/world/membership.ts'
import { type Box, box, type Space } from '../../src/rl/world/space.ts'

/** All of ℝⁿ. */
export function wide(n: number): Box {
  return box(new Array<number>(n).fill(-Infinity), new Array<number>(n).fill(Infinity))
}

/** Whether `value` is in `space`. */
export function contains(space: Space, value: unknown): boolean {
  return memberProblem(space, value) === null
}
