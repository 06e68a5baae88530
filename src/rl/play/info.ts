/**
 * Numbers that environments return in `info` beside the reward, such as a distance or whether a task was
 * solved: their means over the steps that had them.
 * But: at most 100 names, and finite numbers only; what else is in `info` is ignored.
 */
import { read } from '../../errors/kinds.ts'

/** Sum and count of each number, by name, in the order in which names came. */
export type InfoSums = Map<string, { sum: number; count: number }>

const MAX_NAMES = 100

/** Add the numbers of one step's `info`, whatever it is. */
export function addInfo(sums: InfoSums, info: unknown): void {
  if (typeof info !== 'object' || info === null) return
  for (const name of namesOf(info)) {
    const value = read(info, name)
    if (!Number.isFinite(value)) continue
    const entry = sums.get(name)
    if (entry !== undefined) {
      entry.sum += value as number
      entry.count++
    } else if (sums.size < MAX_NAMES) sums.set(name, { sum: value as number, count: 1 })
  }
}

function namesOf(info: object): readonly string[] {
  try {
    return Object.keys(info)
  } catch {
    return []
  }
}

/** Means over environments, each over the steps that had it; one that overflows is left out. Clears them. */
export function meansOf(envs: readonly InfoSums[]): Readonly<Record<string, number>> {
  const all: InfoSums = new Map()
  for (const sums of envs) {
    for (const [name, { sum, count }] of sums) {
      const entry = all.get(name)
      if (entry === undefined) all.set(name, { sum, count })
      else {
        entry.sum += sum
        entry.count += count
      }
    }
    sums.clear()
  }
  const means = [...all].map(([name, { sum, count }]) => [name, sum / count] as const)
  return Object.fromEntries(means.filter(([, mean]) => Number.isFinite(mean)))
}
