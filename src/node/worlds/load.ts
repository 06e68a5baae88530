/**
 * An environment out of a module of the user: loaded by running its code, chosen among its exports, and made
 * a row of a table. An export may be a function that makes an environment, a class, an `EnvironmentRow`
 * (name, make, solvedReturn, summary, maxEpisodeSteps, preset), or a table of these.
 * But: a module is loaded once per process; changes to the file are seen by the next command.
 */
import process from 'node:process'
import { show } from '../../errors/expect.ts'
import { isClass, read } from '../../errors/kinds.ts'
import { likely, perhaps } from '../../errors/nearest.ts'
import { EnvError } from '../../rl/play/envError.ts'
import { textOf } from '../../rl/play/guard.ts'
import type { Env } from '../../rl/world/env.ts'
import { UsageError } from '../cli/failure.ts'
import { completed, type EnvironmentRow, type Environments } from '../environments.ts'
import { shown, shownPath } from '../show/text.ts'
import { looksLikeFile, type ModulePath, modulePathOf } from './modulePath.ts'

/** What a command says about its environment. */
interface Given {
  readonly environment: string | undefined
  readonly quiet: boolean
  readonly problems: readonly string[]
}

/**
 * `environments`, with that of the module which the command's word names, if it names one, under the word
 * itself; a line on stderr says so before its code runs. Throws a UsageError if the words are wrong or lead
 * nowhere, an EnvError for what the module does wrong.
 */
export async function withModule(
  { environment: word, quiet, problems }: Given, environments: Environments,
): Promise<Environments> {
  if (word === undefined || Object.hasOwn(environments, word) || !looksLikeFile(word)) return environments
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  const path = modulePathOf(word)
  if (!quiet) process.stderr.write(`running the code of ${shownPath(path.file)}\n`)
  return { ...environments, [word]: chosen(path, await load(path)) }
}

/** All that a module exports. */
type Exports = Readonly<Record<string, unknown>>

async function load({ file, url, isTypeScript }: ModulePath): Promise<Exports> {
  try {
    return await import(url) as Exports
  } catch (error) {
    const code = read(error, 'code')
    const version = `Node ${process.version.replace(/^v/, '')}`
    if (isTypeScript && code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      const problem = `expected JavaScript, since ${version} does not run TypeScript`
      throw new UsageError(`${shownPath(file)}: ${problem}; `
        + 'use Node from 22.18 on, Deno or Bun, or compile the file with tsc')
    }
    const text = `${shownPath(file)}: expected a module that can be loaded, got the error ${textOf(error)}`
    throw new EnvError(0, null, text + placeOf(error), error)
  }
}

/** Where an error was thrown or a syntax is wrong: file, line and column, if the stack begins with one. */
function placeOf(error: unknown): string {
  const place = /(?<=^|[\s(])(?:file:\/\/)?\/[^\s()]+:\d+(?::\d+)?/.exec(String(read(error, 'stack')))
  return place === null ? '' : ` (${shownPath(place[0])})`
}

/** The export that the word asks for, as a row of a table. */
function chosen({ file, name }: ModulePath, module: Exports): EnvironmentRow {
  const [key, value] = name === null ? theDefault(file, module) : theNamed(file, name, module)
  return environmentOf(file, key, value)
}

type Entry = readonly [key: string, value: unknown]

/** The default export, its only row if it is a table, or the only export if there is no default. */
function theDefault(file: string, module: Exports): Entry {
  const names = exportsOf(module)
  const value = module.default
  if (value === undefined) {
    if (names.length === 1) return [names[0], module[names[0]]]
    throw manyProblem(file, 'a default export', names)
  }
  if (!isTable(value)) return [baseName(file), value]
  const rows = Object.keys(value)
  if (rows.length === 1) return [rows[0], value[rows[0]]]
  throw manyProblem(file, 'a default export that is one environment', rows)
}

/** What follows `#`: a named export first. */
function theNamed(file: string, name: string, module: Exports): Entry {
  if (Object.hasOwn(module, name)) return [name === 'default' ? baseName(file) : name, module[name]]
  const { default: table } = module
  if (isTable(table) && Object.hasOwn(table, name)) return [name, table[name]]
  const names = [...exportsOf(module), ...isTable(table) ? Object.keys(table) : []]
  const suggestion = perhaps(likely(name, names))
  throw new UsageError(`${shownPath(file)}: expected an export called ${shown(name)}, got ${list(names)}`
    + suggestion)
}

/** Names of exports, except the default and what CommonJS adds. */
function exportsOf(module: Exports): string[] {
  return Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports')
}

function manyProblem(file: string, expected: string, names: readonly string[]): UsageError {
  const how = names.length === 0 ? '' : `; choose one, as in ${shownPath(file)}#${names[0]}`
  return new UsageError(`${shownPath(file)}: expected ${expected}, got ${list(names)}${how}`)
}

/** Names that are shown. */
const FEW = 8

function list(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const more = names.length > FEW ? `, … ${names.length} in all` : ''
  return names.slice(0, FEW).map(shown).join(', ') + more
}

/** A record that is neither an environment nor a row. */
function isTable(value: unknown): value is Exports {
  if (typeof value !== 'object' || value === null) return false
  return !isEnv(value) && read(value, 'make') === undefined
}

function isEnv(value: object): boolean {
  return typeof read(value, 'step') === 'function' && typeof read(value, 'reset') === 'function'
}

/** A factory, a class or a record as a row whose name is by default `key`. Throws an EnvError. */
function environmentOf(file: string, key: string, value: unknown): EnvironmentRow {
  const where = `${shownPath(file)}: `
  if (typeof value === 'function') {
    const Made = value as new () => Env
    const make = isClass(value) ? (): Env => new Made() : value as () => Env
    return completed(where, key, { make })
  }
  if (typeof value !== 'object' || value === null || isEnv(value)) {
    const got = typeof value === 'object' && value !== null
      ? 'an environment, which would be used several times' : show(value)
    throw new EnvError(0, null, `${where}expected a function that makes an environment, got ${got}`)
  }
  return completed(where, key, value)
}

/** The file's name without folders and ending. */
function baseName(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '')
}
