/** Spaces that many tests need. */
import { type Box, box } from '../../src/rl/world/space.ts'

/** All of ℝⁿ. */
export function wide(n: number): Box {
  return box(new Array<number>(n).fill(-Infinity), new Array<number>(n).fill(Infinity))
}
