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
  const [, script, ...rest] = process.argv
  // No script: code from the command line or from stdin.
  if (script === undefined) return 'trpo'
  const before = rest.length - words.length
  const own = before > 0 && words.every((word, i) => word === rest[before + i]) ? rest.slice(0, before) : []
  const below = relative(process.cwd(), script)
  const path = below === '' || below.split(sep)[0] === '..' ? script : below
  const runtime = basename(process.execPath).replace(/\.exe$/i, '')
  return [runtime, ...process.execArgv, path, ...own].map((word) => shellWord(word)).join(' ')
}

/** A text with commands of `trpo`, as those of this program. */
export function inWordsOf(program: string, text: string): string {
  return text.replace(/\btrpo (?=(train|eval|envs|bench|COMMAND|--help|--version)\b)/g, () => `${program} `)
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
