/**
 * The words after `trpo train`, read: which environment, which options, how to show them.
 * Pure. Everything wrong is collected, so that one run tells all of it.
 */
import { editDistance, nearest } from '../math/editDistance.ts'
import { expectInteger, show } from '../math/expect.ts'
import { flagNames, flagOf, isSwitch, readNumber, readValue } from './flags.ts'

export interface Arguments {
  /** As it was written; undefined where none was. */
  readonly environment: string | undefined
  /** What was asked of the training options; not checked yet. */
  readonly options: Readonly<Record<string, unknown>>
  /** Episodes of the closing evaluation; 0 for none. */
  readonly evalEpisodes: number
  readonly json: boolean
  readonly quiet: boolean
  readonly phases: boolean
  readonly color: boolean
  readonly help: boolean
  /** A line each. */
  readonly problems: readonly string[]
}

export const EVAL_EPISODES = 100

/** What a flag does with its value; switches take none. */
interface Flag { readonly takesValue: boolean; readonly set: (text: string | null) => void }

export function parseArguments(words: readonly string[]): Arguments {
  const problems: string[] = []
  const options: Record<string, unknown> = {}
  const switches = { json: false, quiet: false, phases: false, color: true, help: false }
  let environment: string | undefined
  let evalEpisodes = EVAL_EPISODES

  const flags = new Map<string, Flag>()
  const onOff = (flag: string, set: () => void): void => { flags.set(flag, { takesValue: false, set }) }
  for (const name of flagNames) {
    const flag = flagOf(name)
    if (isSwitch(name)) {
      onOff(flag, () => { options[name] = true })
      onOff(flag.replace('--', '--no-'), () => { options[name] = false })
    } else {
      flags.set(flag, { takesValue: true, set: (text) => { options[name] = readValue(name, text) } })
    }
  }
  flags.set('--eval-episodes', { takesValue: true, set: (text) => {
    try {
      evalEpisodes = expectInteger('--eval-episodes', text === null ? null : readNumber(text), 0)
    } catch (error) {
      problems.push(nothingForNull((error as Error).message))
    }
  } })
  for (const name of ['json', 'quiet', 'phases', 'help'] as const) {
    onOff(`--${name}`, () => { switches[name] = true })
  }
  onOff('-h', () => { switches.help = true })
  onOff('--no-color', () => { switches.color = false })

  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (!word.startsWith('-') || word === '-') {
      if (environment === undefined) environment = word
      else problems.push(`${show(word)}: expected one environment, and ${show(environment)} came before`)
      continue
    }
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const known = flags.get(name)
    if (known === undefined) problems.push(`${name}: unknown flag${perhaps(name, [...flags.keys()])}`)
    // The value of a misspelt flag is no environment: take it as the flag that was meant would.
    const flag = known ?? flags.get(nearest(name, [...flags.keys()]))!
    let text = equals < 0 ? null : word.slice(equals + 1)
    const next = i + 1 < words.length && !words[i + 1].startsWith('--')
    if (flag.takesValue && text === null && next) text = words[++i]
    if (known === undefined) continue
    if (!flag.takesValue && text !== null) problems.push(`${name}: expected no value, got ${show(text)}`)
    else flag.set(text)
  }
  return { environment, options, evalEpisodes, ...switches, problems }
}

/** `, perhaps X`, where some known word is near enough to have been meant. */
export function perhaps(word: string, known: readonly string[]): string {
  const best = nearest(word, known)
  const far = editDistance(word.toLowerCase(), best.toLowerCase())
  return best !== '' && far <= Math.max(2, word.length / 3) ? `, perhaps ${best}` : ''
}

/** A problem that the rules found, with options called by their flags. */
export function problemOfFlag(message: string): string {
  const named = message.replace(/^\w+/, (name) => flagOf(name))
  return nothingForNull(named.replace('multiple of environments', 'multiple of --environments'))
}

/** null stands for a value that was not given. */
function nothingForNull(message: string): string {
  return message.replace(/got null$/, 'got nothing')
}
