/**
 * How the observations of an environment are drawn: as the scene of a built-in world, or as bars.
 */
import type { Env } from '../../rl/world/env.ts'
import { bars, numbersOf, type Ranges, rangesOf, widen } from './bars.ts'
import { render } from './scene.ts'
import { scenes } from './worlds.ts'

/** Lines for an observation, at most as many and as long as there is room. */
export type Drawing = (observation: unknown, columns: number, rows: number) => string[]

/** By the name of the environment, if its observations have the size of that world. */
export function drawingOf(name: string, { observationSpace }: Pick<Env, 'observationSpace'>): Drawing {
  const ranges = rangesOf(observationSpace)
  const size = ranges.low.length
  if (Object.hasOwn(scenes, name) && scenes[name].size === size) {
    return (observation, columns, rows) => render(scenes[name].draw(numbersOf(observation)), columns, rows)
  }
  const seen: Ranges = {
    low: new Float64Array(size).fill(Infinity), high: new Float64Array(size).fill(-Infinity),
  }
  return (observation, columns, rows) => {
    const numbers = numbersOf(observation)
    widen(seen, numbers)
    return bars(numbers, ranges, seen, columns, rows)
  }
}
