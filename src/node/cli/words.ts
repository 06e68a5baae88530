/**
 * Words of a command to flags and the rest, whichever the command: `--flag value`, `--flag=value`, `--switch`.
 * Pure. What is wrong is added to a list, so that one run tells all of it.
 */
import { likely, nearest, perhaps } from '../../errors/nearest.ts'
import { expectInteger, show } from '../../errors/expect.ts'
import { readNumber } from './flags.ts'

/** What a flag does with its value: null where none is given, as ever with switches. */
export interface Flag { readonly takesValue: boolean; readonly set: (text: string | null) => void }

/** Calls the flags that the words name, and `rest` with every other word; adds a line a mistake to `problems`. */
export function readWords(
  words: readonly string[], flags: ReadonlyMap<string, Flag>, problems: string[], rest: (word: string) => void,
  suggest: (flag: string) => string = (flag) => likely(flag, [...flags.keys()]),
): void {
  const names = [...flags.keys()]
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (!word.startsWith('-') || word === '-') {
      rest(word)
      continue
    }
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const known = flags.get(name)
    if (known === undefined) problems.push(`${name}: unknown flag${perhaps(suggest(name))}`)
    // The value of a misspelt flag is none of the rest: take it as the flag that was meant would.
    const flag = known ?? flags.get(nearest(name, names))!
    let text = equals < 0 ? null : word.slice(equals + 1)
    const next = i + 1 < words.length && !words[i + 1].startsWith('--')
    if (flag.takesValue && text === null && next) text = words[++i]
    if (known === undefined) continue
    if (!flag.takesValue && text !== null) problems.push(`${name}: expected no value, got ${show(text)}`)
    else flag.set(text)
  }
}

/** A flag that stands alone. */
export function switchFlag(set: () => void): Flag {
  return { takesValue: false, set }
}

/** A flag that takes an integer of at least `low`. */
export function integerFlag(name: string, low: number, problems: string[], set: (value: number) => void): Flag {
  return {
    takesValue: true,
    set(text) {
      try {
        set(expectInteger(name, text === null ? null : readNumber(text), low))
      } catch (error) {
        problems.push(nothingForNull((error as Error).message))
      }
    },
  }
}

/** A flag that takes a file's name. */
export function fileFlag(name: string, problems: string[], set: (path: string) => void): Flag {
  return {
    takesValue: true,
    set(text) {
      if (text === null || text === '') problems.push(`${name}: expected a file, got nothing`)
      else set(text)
    },
  }
}

/** null stands for a value that was not given. */
export function nothingForNull(message: string): string {
  return message.replace(/got null$/, 'got nothing')
}
