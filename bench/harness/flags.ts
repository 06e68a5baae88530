/**
 * The words after a subject's name: `--smoke` and `--write`, which every subject understands, and flags of
 * its own. All problems are named in one error.
 */
import { show } from '../../src/errors/expect.ts'
import { UsageError } from '../../src/node/cli/failure.ts'
import { type Flag, readWords, switchFlag } from '../../src/node/cli/words.ts'

export interface Effort {
  /** Run everything once on next to nothing: shows that it works, measures nothing. */
  readonly smoke: boolean
  /** Put the tables into the documentation. */
  readonly write: boolean
}

/** Flags by their names, in the order of an error's list. */
export type Flags = ReadonlyMap<string, Flag>

/** A subject: measure as `words` say, and return the exit code. Throws a UsageError for wrong words. */
export type Subject = (words: readonly string[]) => number | Promise<number>

/** Read the words; `own` adds to `problems` what is wrong with its values. */
export function readFlags(words: readonly string[], own: Flags = new Map(), problems: string[] = []): Effort {
  const effort = { smoke: false, write: false }
  const flags = new Map<string, Flag>([
    ...own,
    ['--smoke', switchFlag(() => { effort.smoke = true })],
    ['--write', switchFlag(() => { effort.write = true })],
  ])
  readWords(words, flags, problems, (word) => {
    problems.push(`${show(word)}: expected a flag, ${list([...flags.keys()])}`)
  })
  if (effort.smoke && effort.write) problems.push('--write: expected a whole run, got --smoke, too')
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  return effort
}

/** A flag that takes any text except the empty one. */
export function textFlag(name: string, what: string, problems: string[], set: (text: string) => void): Flag {
  return {
    takesValue: true,
    set(text) {
      if (text === null || text === '') problems.push(`${name}: expected ${what}, got nothing`)
      else set(text)
    },
  }
}

/** A flag that takes one of `words`. */
export function choiceFlag(
  name: string, words: readonly string[], problems: string[], set: (word: string) => void,
): Flag {
  return textFlag(name, list(words), problems, (text) => {
    if (words.includes(text)) set(text)
    else problems.push(`${name}: expected ${list(words)}, got ${show(text)}`)
  })
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`
}
