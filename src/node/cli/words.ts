/**
 * The words of a command, split into flags and positional words: `--flag value`, `--flag=value`, `--switch`.
 * Pure. Problems are collected in a list, so that one run reports all of them.
 */
import { likely, nearest, perhaps } from '../../errors/nearest.ts'
import { expectInteger, show } from '../../errors/expect.ts'
import { shown } from '../show/text.ts'
import { readNumber } from './flags.ts'

/** A flag, and what it does with its value: null if none is given, which is always so for switches. */
export interface Flag {
  /** 'optional': it may stand alone; 'equals': it may have a value after =, but not in the next word. */
  readonly takesValue: boolean | 'optional' | 'equals'
  readonly set: (text: string | null) => void
}

/** Letters of an unknown flag that are compared with the known ones. */
const LONGEST = 64

/**
 * Calls `set` of each flag, and `positional` with every other word; adds one line per problem to `problems`.
 * After `--` all words are positional.
 */
export function readWords(
  words: readonly string[], flags: ReadonlyMap<string, Flag>, problems: string[],
  positional: (word: string) => void,
  suggest: (flag: string) => string = (flag) => likely(flag, [...flags.keys()]),
): void {
  const names = [...flags.keys()]
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') {
      words.slice(i + 1).forEach(positional)
      return
    }
    if (!word.startsWith('-') || word === '-') {
      positional(word)
      continue
    }
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const known = flags.get(name)
    // Parse an unknown flag like the one that is meant, or else the nearest: its value must not become a
    // positional word.
    const meant = known === undefined ? suggest(name) : name
    if (known === undefined) problems.push(`${shown(name)}: unknown flag${perhaps(meant)}`)
    const flag = flags.get(meant) ?? flags.get(nearest(name.slice(0, LONGEST), names))!
    let text = equals < 0 ? null : word.slice(equals + 1)
    const valueFollows = i + 1 < words.length && !words[i + 1].startsWith('--')
    const takesNext = flag.takesValue === true || flag.takesValue === 'optional'
    if (takesNext && text === null && valueFollows) text = words[++i]
    if (known === undefined) continue
    if (flag.takesValue !== false || text === null) flag.set(text)
    else problems.push(`${name}: expected no value, got ${show(text)}`)
  }
}

/** A flag without a value. */
export function switchFlag(set: () => void): Flag {
  return { takesValue: false, set }
}

/** A flag that takes an integer of at least `low`. */
export function integerFlag(
  name: string, low: number, problems: string[], set: (value: number) => void,
): Flag {
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

/** A flag that takes the name of a file or folder. */
export function fileFlag(
  name: string, problems: string[], set: (path: string) => void, what: 'file' | 'folder' = 'file',
): Flag {
  return {
    takesValue: true,
    set(text) {
      if (text === null || text === '') problems.push(`${name}: expected a ${what}, got nothing`)
      else set(text)
    },
  }
}

/** The error's text for a user, who knows no null: it stands for a value that was not given. */
export function nothingForNull(message: string): string {
  return message.replace(/got null$/, 'got nothing')
}
