/** What the rows of the matrix say: whether each is as it must be, in lines for a terminal and in tables for a page. */
import type { Finding } from './probe.ts'

/** What `auto` must choose; a fallback is silent, so it is here that it would be noticed. `any`: the version decides. */
export type Expectation = 'simd' | 'reference' | 'any'

export type Outcome = Finding | { readonly missing: string } | { readonly failed: string }

export interface Row {
  /** 'node 22', 'firefox'. */
  readonly runtime: string
  /** As the runtime itself tells, or ''. */
  readonly version: string
  readonly engine: string
  /** 'module', '--jitless', 'page'. */
  readonly how: string
  readonly backend: Expectation
  readonly outcome: Outcome
}

/** The hash of the first row that has one: all others are held against it. Null where none has. */
export function firstHash(rows: readonly Row[]): string | null {
  for (const { outcome } of rows) if ('hashes' in outcome) return outcome.hashes[outcome.backend]
  return null
}

/** What is wrong with a row, or null. A runtime that is not here is no fault. */
export function fault({ backend, outcome }: Row, expected: string | null): string | null {
  if ('missing' in outcome) return null
  if ('failed' in outcome) return outcome.failed
  for (const [name, hash] of Object.entries(outcome.hashes)) {
    if (hash !== expected) return `${name} leaves ${hash} where ${expected} is expected`
  }
  if (!Object.hasOwn(outcome.hashes, outcome.backend)) return `no hash of ${outcome.backend}`
  if (backend !== 'any' && outcome.backend !== backend) return `auto chose ${outcome.backend} where ${backend} is expected`
  return null
}

export interface Tally { readonly passed: number; readonly failed: number; readonly missing: number }

export function tally(rows: readonly Row[]): Tally {
  const expected = firstHash(rows)
  const missing = rows.filter(({ outcome }) => 'missing' in outcome).length
  const failed = rows.filter((row) => fault(row, expected) !== null).length
  return { passed: rows.length - missing - failed, failed, missing }
}

const TITLES: readonly string[] = ['runtime', 'engine', 'how', 'backend', 'hash', 'seconds', 'Math']
/** On a terminal; negative where numbers line up by their ends. */
const WIDTHS: readonly number[] = [24, 14, 39, 9, 16, -7, 4]

function padded(cells: readonly string[]): string {
  return cells.map((cell, i) => WIDTHS[i] < 0 ? cell.padStart(-WIDTHS[i]) : cell.padEnd(WIDTHS[i])).join('  ').trimEnd()
}

/** 'node 22.23.3' of a 'node 22' whose version is known. */
function nameOf({ runtime, version }: Row): string {
  return version === '' ? runtime : `${runtime.replace(/ \d+$/, '')} ${version}`
}

/** `rows` are those up to `row`, at least. */
function cellsOf(row: Row, rows: readonly Row[]): string[] {
  const { engine, how, outcome } = row
  const head = [nameOf(row), engine, how]
  if ('missing' in outcome) return [...head, `missing (${outcome.missing})`, '', '', '']
  if ('failed' in outcome) return [...head, 'failed', '', '', '']
  // A clock that stands still while code runs has nothing to tell.
  const seconds = outcome.seconds > 0 ? outcome.seconds.toFixed(2) : '—'
  return [...head, outcome.backend, outcome.hashes[outcome.backend], seconds, letterOf(outcome.builtins, rows)]
}

/** A letter for each different hash of the engines' own functions, in order of appearance. */
function letterOf(builtins: string, rows: readonly Row[]): string {
  const seen = [...new Set(rows.flatMap(({ outcome }) => 'builtins' in outcome ? [outcome.builtins] : []))]
  return String.fromCharCode(65 + seen.indexOf(builtins))
}

export function titleLine(): string {
  return `     ${padded(TITLES)}`
}

/** A row for the terminal, with what is wrong below it. */
export function line(row: Row, rows: readonly Row[]): string {
  const wrong = fault(row, firstHash(rows))
  const mark = 'missing' in row.outcome ? '—   ' : wrong === null ? 'ok  ' : 'FAIL'
  return `${mark} ${padded(cellsOf(row, rows))}${wrong === null ? '' : `\n     ${wrong.trim().replaceAll('\n', '\n     ')}`}`
}

/** Every row, for a page. */
export function markdown(rows: readonly Row[]): string {
  const dashes = WIDTHS.map((width) => width < 0 ? '---:' : '---')
  return [TITLES, dashes, ...rows.map((row) => cellsOf(row, rows))].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The hash in a page that bears `markdown`'s table, or null. */
export function publishedHash(page: string): string | null {
  return /\| ([0-9a-f]{16}) \|/.exec(page)?.[1] ?? null
}

/** A line an engine, for a page with little room: what ran, on which backends, in how many rows, to which hash. */
export function summary(rows: readonly Row[]): string {
  const expected = firstHash(rows)
  const ran = rows.filter((row) => 'hashes' in row.outcome && fault(row, expected) === null)
  const lines = [...new Set(ran.map(({ engine }) => engine))].map((engine) => {
    const here = ran.filter((row) => row.engine === engine)
    const versions = new Map<string, Set<string>>()
    for (const { runtime, version } of here) {
      // 'this node' and 'node 22' are both node.
      const name = runtime.replace(/^this | \d+$/g, '')
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    }
    const names = [...versions].map(([name, each]) => `${name} ${[...each].sort().join(', ')}`)
    const backends = ['simd', 'reference'].filter((name) => here.some(({ outcome }) => 'backend' in outcome && outcome.backend === name))
    return `| ${engine} | ${names.join(' · ')} | ${backends.join(', ')} | ${here.length} | ${expected} |`
  })
  return ['| engine | runtimes | backends | rows | hash |', '|---|---|---|---:|---|', ...lines].join('\n')
}
