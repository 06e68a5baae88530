/**
 * The flags of training options, and the seeds of a sweep: one value is an option, several are a sweep.
 */
import { show } from '../../errors/expect.ts'
import { readSeeds, readValues } from '../sweep/values.ts'
import { type FlagName, flagNames, flagOf, isSwitch } from './flags.ts'
import { type Flag, switchFlag } from './words.ts'

/** What is given for the options; not checked yet. */
export interface GivenOptions {
  /** One value each. */
  readonly options: Readonly<Record<string, unknown>>
  /** Several values each. */
  readonly sweep: Readonly<Record<string, readonly unknown[]>>
}

/** Flags that fill `given`, the last word deciding; problems with their values are added to `problems`. */
export function optionFlags(problems: string[]): {
  readonly given: GivenOptions; readonly flags: readonly (readonly [string, Flag])[]
} {
  const options: Record<string, unknown> = {}
  const sweep: Record<string, readonly unknown[]> = {}
  const give = (name: FlagName, values: readonly unknown[]): void => {
    delete options[name]
    delete sweep[name]
    if (values.length === 1) options[name] = values[0]
    else sweep[name] = values
  }
  const flags = flagNames.flatMap((name): (readonly [string, Flag])[] => {
    const flag = flagOf(name)
    if (!isSwitch(name)) {
      return [[flag, { takesValue: true, set: (text) => give(name, readValues(name, text)!) }]]
    }
    const setSwitch = (text: string | null): void => {
      const values = text === null ? [true] : readValues(name, text)
      if (values === null) problems.push(`${flag}: expected on, off or on,off, got ${show(text)}`)
      else give(name, values)
    }
    return [[flag, { takesValue: 'equals', set: setSwitch }],
      [flag.replace('--', '--no-'), switchFlag(() => give(name, [false]))]]
  })
  const setSeeds = (text: string | null): void => {
    const seeds = readSeeds(text ?? '')
    if (seeds !== null && seeds.length > 1) give('seed', seeds)
    else {
      const got = text === null ? 'nothing' : show(text)
      problems.push(`--seeds: expected several seeds, as in 0..4 or 0,3,7, got ${got}`)
    }
  }
  return { given: { options, sweep }, flags: [...flags, ['--seeds', { takesValue: true, set: setSeeds }]] }
}
