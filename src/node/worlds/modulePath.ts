/**
 * An environment as a word of the command line that names a file: `./maze.ts`, `/home/me/maze.js#small`,
 * `file:///home/me/maze.mjs`. What follows `#` is an export, or a row of the default export's table.
 * But: no bare names of packages: `trpo train x` never loads code that a user has not written a path to.
 */
import { existsSync } from 'node:fs'
import process from 'node:process'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf } from '../../errors/kinds.ts'
import { UsageError } from '../cli/failure.ts'
import { shown, shownPath } from '../show/text.ts'

export interface ModulePath {
  /** As it was written, without the export. */
  readonly file: string
  /** What `import()` takes. */
  readonly url: string
  /** After `#`; null for the default. */
  readonly name: string | null
  readonly isTypeScript: boolean
}

/** Whether a word names a file: it has a separator, or the ending of a program. */
export function looksLikeFile(word: string): boolean {
  return /[/\\]|\.([mc]?[jt]s|[jt]sx|py)(#[^/\\]*)?$/i.test(word)
}

/** Where the word leads. Throws a UsageError if there is no such file, or not one of a program. */
export function modulePathOf(word: string): ModulePath {
  // A name of a file may contain `#`; in a URL that begins the fragment, and the file is found without it.
  const hash = isFile(word) && !isUrl(word) ? -1 : word.lastIndexOf('#')
  const file = hash < 0 ? word : word.slice(0, hash), name = hash < 0 ? null : word.slice(hash + 1)
  const expected = (what: string, got: string): UsageError =>
    new UsageError(`${shownPath(file)}: expected ${what}, got ${got}`)
  if (name === '') throw expected('the name of an export after #', 'nothing')
  const path = pathOf(file)
  if (!isFile(file)) throw expected('a file that can be read', 'none')
  const ending = /\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? ''
  if (!/^[mc]?[jt]s$/.test(ending)) {
    throw expected('JavaScript or TypeScript (.js, .mjs, .cjs, .ts, .mts, .cts)', shown(`.${ending}`))
  }
  return { file, url: pathToFileURL(path).href, name, isTypeScript: ending.includes('t') }
}

function isFile(file: string): boolean {
  return existsSync(pathOf(file))
}

function isUrl(file: string): boolean {
  return /^file:/i.test(file)
}

/** The absolute path of a path or a file URL. */
function pathOf(file: string): string {
  if (!isUrl(file)) return resolve(process.cwd(), file)
  try {
    return fileURLToPath(file)
  } catch (error) {
    throw new UsageError(`${shownPath(file)}: expected a URL of a file, got ${messageOf(error)}`)
  }
}
