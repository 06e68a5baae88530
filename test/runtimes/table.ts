/** Judges the rows of the matrix, and prints them: as lines for a terminal and as tables for a page. */
import type { Finding } from './probe.ts'

/** What `auto` must choose: its fallback is silent and only noticed here. `any`: depends on the version. */
export type Expectation = 'simd' | 'reference' | 'any'

export type Outcome = Finding | { readonly missing: string } | { readonly failed: string }

export interface Row {
  /** 'node 22', 'firefox'. */
  readonly runtime: string
  /** As the runtime reports it, or ''. */
  readonly version: string
  readonly engine: string
  /** 'module', '--jitless', 'page'. */
  readonly how: string
  readonly backend: Expectation
  readonly outcome: Outcome
}

/** The hash that all rows must have: that of the first row that has one; null if none has. */
export function expectedHash(rows: readonly Row[]): string | null {
  for (const { outcome } of rows) if ('hashes' in outcome) return outcome.hashes[outcome.backend]
  return null
}

/** Why a row fails, or null. A missing runtime is not a failure. */
export function rowProblem({ backend, outcome }: Row, expected: string | null): string | null {
  if ('missing' in outcome) return null
  if ('failed' in outcome) return outcome.failed
  for (const [name, hash] of Object.entries(outcome.hashes)) {
    if (hash !== expected) return `${name}: expected ${expected}, got ${hash}`
  }
  const chosen = outcome.backend
  if (!Object.hasOwn(outcome.hashes, chosen)) return `${chosen}: expected a hash, got nothing`
  if (backend !== 'any' && chosen !== backend) return `auto: expected ${backend}, got ${chosen}`
  return null
}

export interface Tally { readonly passed: number; readonly failed: number; readonly missing: number }

export function tally(rows: readonly Row[]): Tally {
  const expected = expectedHash(rows)
  const missing = rows.filter(({ outcome }) => 'missing' in outcome).length
  const failed = rows.filter((row) => rowProblem(row, expected) !== null).length
  return { passed: rows.length - missing - failed, failed, missing }
}

const TITLES: readonly string[] = ['runtime', 'engine', 'how', 'backend', 'hash', 'seconds', 'Math']
/** In characters, for a terminal; negative for a column that is aligned right. */
const WIDTHS: readonly number[] = [24, 14, 39, 9, 16, -7, 4]

function padded(cells: readonly string[]): string {
  const aligned = cells.map((cell, i) => WIDTHS[i] < 0 ? cell.padStart(-WIDTHS[i]) : cell.padEnd(WIDTHS[i]))
  return aligned.join('  ').trimEnd()
}

/** 'node 22.23.3' for 'node 22', if its version is known. */
function nameOf({ runtime, version }: Row): string {
  return version === '' ? runtime : `${runtime.replace(/ \d+$/, '')} ${version}`
}

/** `rows` must include every row up to `row`. */
function cellsOf(row: Row, rows: readonly Row[]): string[] {
  const { engine, how, outcome } = row
  const head = [nameOf(row), engine, how]
  if ('missing' in outcome) return [...head, `missing (${outcome.missing})`, '', '', '']
  if ('failed' in outcome) return [...head, 'failed', '', '', '']
  // workerd's clock does not advance while code runs.
  const seconds = outcome.seconds > 0 ? outcome.seconds.toFixed(2) : '—'
  const { backend, hashes, builtins } = outcome
  return [...head, backend, hashes[backend], seconds, letterOf(builtins, rows)]
}

/** A letter for each different hash of the engines' own functions, in order of appearance. */
function letterOf(builtins: string, rows: readonly Row[]): string {
  const seen = [...new Set(rows.flatMap(({ outcome }) => 'builtins' in outcome ? [outcome.builtins] : []))]
  return String.fromCharCode('A'.charCodeAt(0) + seen.indexOf(builtins))
}

export function titleLine(): string {
  return `     ${padded(TITLES)}`
}

/** A row for the terminal; if it fails, the reason is below it. */
export function line(row: Row, rows: readonly Row[]): string {
  const problem = rowProblem(row, expectedHash(rows))
  const mark = 'missing' in row.outcome ? '—   ' : problem === null ? 'ok  ' : 'FAIL'
  const reason = problem === null ? '' : `\n     ${problem.trim().replaceAll('\n', '\n     ')}`
  return `${mark} ${padded(cellsOf(row, rows))}${reason}`
}

/** A Markdown table of every row. */
export function markdown(rows: readonly Row[]): string {
  const dashes = WIDTHS.map((width) => width < 0 ? '---:' : '---')
  const table = [TITLES, dashes, ...rows.map((row) => cellsOf(row, rows))]
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The hash in a page that contains a table of `markdown`, or null. */
export function publishedHash(page: string): string | null {
  return /\| ([0-9a-f]{16}) \|/.exec(page)?.[1] ?? null
}

/** A Markdown table with one row per engine: runtimes that passed, backends, number of rows, hash. */
export function summary(rows: readonly Row[]): string {
  const expected = expectedHash(rows)
  const ran = rows.filter((row) => 'hashes' in row.outcome && rowProblem(row, expected) === null)
  const lines = [...new Set(ran.map(({ engine }) => engine))].map((engine) => {
    const here = ran.filter((row) => row.engine === engine)
    const versions = new Map<string, Set<string>>()
    for (const { runtime, version } of here) {
      // 'this node' and 'node 22' are both 'node'.
      const name = runtime.replace(/^this | \d+$/g, '')
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    }
    const names = [...versions].map(([name, each]) => `${name} ${[...each].sort().join(', ')}`)
    const backends = ['simd', 'reference']
      .filter((name) => here.some(({ outcome }) => 'backend' in outcome && outcome.backend === name))
    return `| ${engine} | ${names.join(' · ')} | ${backends.join(', ')} | ${here.length} | ${expected} |`
  })
  return ['| engine | runtimes | backends | rows | hash |', '|---|---|---|---:|---|', ...lines].join('\n')
}
