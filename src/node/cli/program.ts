/**
 * What a user types to run this program: `trpo`, or the script that calls `main`, as words for a shell.
 */
import process from 'node:process'
import { basename, relative, sep } from 'node:path'
import { visible } from '../../errors/visible.ts'

/**
 * The words that ran this process, without `words`, which are those of the command: `node my.js`. The script
 * is given from the current directory if it is below it.
 */
export function ownProgram(words: readonly string[]): string {
  const [, script] = process.argv
  // No script: code from the command line or from stdin.
  if (script === undefined) return 'trpo'
  const below = relative(process.cwd(), script)
  const path = below === '' || below.split(sep)[0] === '..' ? script : below
  const runtime = basename(process.execPath).replace(/\.exe$/i, '')
  const own = ownWords(words) ?? []
  return [runtime, ...process.execArgv, path, ...own].map((word) => shellWord(word)).join(' ')
}

/** What starts this process again, up to the words of the command; null if it did not end in `words`. */
export function restartWords(words: readonly string[]): readonly string[] | null {
  const [, script] = process.argv
  const own = ownWords(words)
  return script === undefined || own === null ? null : [process.execPath, ...process.execArgv, script, ...own]
}

/** Words of the script itself, before those of the command; null if it was not run with the latter. */
function ownWords(words: readonly string[]): readonly string[] | null {
  const rest = process.argv.slice(2)
  const before = rest.length - words.length
  return before >= 0 && words.every((word, i) => word === rest[before + i]) ? rest.slice(0, before) : null
}

/** A text with commands of `trpo`, as those of this program. */
export function inWordsOf(program: string, text: string): string {
  const commands = /\btrpo (?=(train|eval|watch|plot|export|info|envs|bench|COMMAND|--help|--version)\b)/g
  return text.replace(commands, () => `${program} `)
}

/** Longer than any path. */
const MAX_WORD = 4096

/** `word` as a shell reads it back: as it is, or in quotes. Characters that a terminal obeys are escaped. */
export function shellWord(word: string): string {
  if (/^[\w./:=,@%+-]+$/.test(word)) return word
  const harmless = visible(word, MAX_WORD)
  return process.platform === 'win32' ? `"${harmless.replaceAll('"', '\\"')}"`
    : `'${harmless.replaceAll("'", "'\\''")}'`
}
