/**
 * The words after `trpo train`, read: which environment, which options, how to show them, where to save.
 * Pure. Everything wrong is collected, so that one run tells all of it.
 */
import { show } from '../../errors/expect.ts'
import { likely } from '../../errors/nearest.ts'
import { optionMeant } from '../../trpo/options/resolve.ts'
import { flagNames, flagOf, isSwitch, readValue } from './flags.ts'
import { fileFlag, type Flag, integerFlag, nothingForNull, readWords, switchFlag } from './words.ts'

export interface Arguments {
  /** As it was written; undefined where none was. */
  readonly environment: string | undefined
  /** What was asked of the training options; not checked yet. */
  readonly options: Readonly<Record<string, unknown>>
  /** Episodes of the closing evaluation; 0 for none. */
  readonly evalEpisodes: number
  /** Where the policy is to be saved; undefined for nowhere. */
  readonly save: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly phases: boolean
  readonly color: boolean
  readonly help: boolean
  /** A line each. */
  readonly problems: readonly string[]
}

export const EVAL_EPISODES = 100

export function parseArguments(words: readonly string[]): Arguments {
  const problems: string[] = []
  const options: Record<string, unknown> = {}
  const switches = { json: false, quiet: false, phases: false, color: true, help: false }
  let environment: string | undefined
  let save: string | undefined
  let evalEpisodes = EVAL_EPISODES

  const flags = new Map<string, Flag>()
  for (const name of flagNames) {
    const flag = flagOf(name)
    if (isSwitch(name)) {
      flags.set(flag, switchFlag(() => { options[name] = true }))
      flags.set(flag.replace('--', '--no-'), switchFlag(() => { options[name] = false }))
    } else {
      flags.set(flag, { takesValue: true, set: (text) => { options[name] = readValue(name, text) } })
    }
  }
  flags.set('--eval-episodes', integerFlag('--eval-episodes', 0, problems, (value) => { evalEpisodes = value }))
  flags.set('--save', fileFlag('--save', problems, (path) => { save = path }))
  for (const name of ['json', 'quiet', 'phases', 'help'] as const) {
    flags.set(`--${name}`, switchFlag(() => { switches[name] = true }))
  }
  flags.set('-h', switchFlag(() => { switches.help = true }))
  flags.set('--no-color', switchFlag(() => { switches.color = false }))

  readWords(words, flags, problems, (word) => {
    if (environment === undefined) environment = word
    else problems.push(`${show(word)}: unexpected word; the environment is already ${show(environment)}`)
  }, (flag) => suggestion(flag, [...flags.keys()]))
  return { environment, options, evalEpisodes, save, ...switches, problems }
}

/** A problem that the rules found, with options called by their flags. */
export function problemOfFlag(message: string): string {
  const named = message.replace(/^\w+/, (name) => flagOf(name))
  return nothingForNull(named.replace('multiple of envCount', 'multiple of --env-count'))
}

/** The flag that a wrong one stands for, other libraries' names of options included. */
function suggestion(flag: string, known: readonly string[]): string {
  const option = optionMeant(flag)
  return known.includes(flagOf(option)) ? flagOf(option) : likely(flag, known)
}
