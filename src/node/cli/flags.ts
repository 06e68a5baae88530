/**
 * Training options as flags: maxKl is --max-kl. Names, defaults, ranges and meanings come from their rules.
 * Values are read here, not checked: text that cannot be read goes to the rules unchanged, and they refuse
 * it.
 */
import { optionNames } from '../../trpo/options/resolve.ts'
import { rules } from '../../trpo/options/rules.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'

/** The options that can be written as text. */
export type FlagName = Exclude<keyof TrainOptions, 'clock'>

export const flagNames = optionNames.filter((name) => name !== 'clock') as readonly FlagName[]

/** maxKl → --max-kl */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Whether the flag takes no value, and --no-… turns it off. */
export function isSwitch(name: FlagName): boolean {
  return typeof rules[name].default === 'boolean'
}

/** What the rule of an option expects, as its error says it. */
export function expectation(name: FlagName): string {
  try {
    rules[name].check(name, null)
  } catch (error) {
    const words = /expected (.*), got/.exec((error as Error).message)?.[1] ?? ''
    return words.replaceAll('"', '').replace('an array of integers', 'integers with commas')
      .replace(' or a backend', '')
  }
  return ''
}

/** A value from its text; null, which every rule refuses, if there is no text. */
export function readValue(name: FlagName, text: string | null): unknown {
  if (text === null) return null
  const example: unknown = rules[name].default
  if (Array.isArray(example)) return text === '' ? [] : text.split(',').map(readNumber)
  return typeof example === 'number' ? readNumber(text) : text
}

/** A decimal number or Infinity; other text stays text. `Number` alone would accept '', ' 1' and '0x10'. */
export function readNumber(text: string): number | string {
  return /^([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|Infinity)$/.test(text) ? Number(text) : text
}

export function writeValue(value: unknown): string {
  return Array.isArray(value) ? value.join() : String(value)
}

/** The flag, value included, that `parseTrainArguments` reads back as `value`. */
export function writeFlag(name: FlagName, value: unknown): string {
  const flag = flagOf(name)
  if (typeof value === 'boolean') return value ? flag : flag.replace('--', '--no-')
  const text = writeValue(value)
  return text === '' ? `${flag}=` : `${flag} ${text}`
}
