/**
 * Several values for one flag: `0.01,0.02`; of values that are lists themselves, `64,64/32`; of switches,
 * `on,off`. Seeds may be ranges, too: `0..4,10`. Pure.
 */
import { rules } from '../../trpo/options/rules.ts'
import { type FlagName, isSwitch, readValue } from '../cli/flags.ts'

/** More runs than anyone waits for: a mistake. */
export const MAX_RUNS = 10_000

/** The values of a flag, at least one; null if a switch has another value than on and off. */
export function readValues(name: FlagName, text: string | null): readonly unknown[] | null {
  if (text === null) return [readValue(name, null)]
  if (isSwitch(name)) {
    const words = text.split(',')
    return words.every((word) => word === 'on' || word === 'off') ? unique(words.map((word) => word === 'on'))
      : null
  }
  const separator = Array.isArray(rules[name].default) ? '/' : ','
  return unique(text.split(separator)).map((each) => readValue(name, each))
}

/** The seeds of a list of integers and ranges, both ends included; null for anything else. */
export function readSeeds(text: string): readonly number[] | null {
  const seeds: number[] = []
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(part) ?? []
    const from = Number(first), to = Number(last)
    if (!(to >= from && to - from + seeds.length < MAX_RUNS)) return null
    for (let seed = from; seed <= to; seed++) seeds.push(seed)
  }
  return unique(seeds)
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
