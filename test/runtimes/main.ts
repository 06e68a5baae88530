/**
 * `npm run test:runtimes`: the same training in every JavaScript runtime that is installed, as one table.
 * `-- PATTERN` runs only the rows that contain it; `-- --at-least N` fails with fewer than N rows of the same
 * hash; `-- --write` writes the table into docs/results/runtimes.md and its summary into README.md.
 * A runtime that is not installed is reported as missing; another hash, another backend or a crash fails.
 */
import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { buildSync } from 'esbuild'
import { pasteInto } from '../../bench/harness/paste.ts'
import type { Finding } from './probe.ts'
import { start, stopAll } from './run.ts'
import { type Runtime, runtimes, type Way } from './runtimes.ts'
import {
  expectedHash, line, markdown, type Outcome, publishedHash, type Row, summary, tally, titleLine,
} from './table.ts'

interface Arguments { readonly pattern: string; readonly atLeast: number; readonly write: boolean }

const PAGE = 'docs/results/runtimes.md'

function parseArguments(words: readonly string[]): Arguments {
  let pattern = '', atLeast = 0, write = false
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--write') write = true
    else if (words[i] === '--at-least') {
      atLeast = Number(words[++i])
      if (!(Number.isInteger(atLeast) && atLeast > 0)) {
        refuse(`--at-least: expected a number of rows, got ${words[i]}`)
      }
    } else if (words[i].startsWith('-')) refuse(`${words[i]}: expected --at-least or --write`)
    else pattern = words[i]
  }
  if (write && pattern !== '') refuse(`--write: expected no pattern, got ${pattern}`)
  return { pattern, atLeast, write }
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`)
  process.exit(2)
}

function bundle(): void {
  for (const [format, outfile] of [['esm', 'report.mjs'], ['iife', 'report.js']] as const) {
    buildSync({
      entryPoints: ['test/runtimes/report.ts'], outfile: `.build/runtimes/${outfile}`, bundle: true, format,
      target: 'es2022', logLevel: 'warning',
    })
  }
}

function onPath(name: string): string | null {
  const folder = (process.env.PATH ?? '').split(':').find((each) => existsSync(`${each}/${name}`))
  return folder === undefined ? null : `${folder}/${name}`
}

/** The path of the runtime's program; null if it is not installed. */
function locate({ candidates, needs }: Runtime): string | null {
  if (needs !== undefined && onPath(needs) === null) return null
  for (const candidate of candidates) {
    const path = !candidate.includes('/') ? onPath(candidate) : existsSync(candidate) ? candidate : null
    if (path !== null) return path
  }
  return null
}

/** The first version number or date that the runtime's version command prints; '' if there is none. */
async function versionOf({ version }: Runtime, program: string): Promise<string> {
  const [command, ...args] = version ?? [program, '--version']
  const { output } = await start(command, args).ended
  return /\d+(?:\.\d+)+|\d{4}-\d\d-\d\d/.exec(output)?.[0] ?? ''
}

async function outcomeOf({ run, env, platform }: Way, program: string): Promise<Outcome> {
  if (platform !== undefined && platform !== `${process.platform} ${process.arch}`) {
    return { missing: `only on ${platform}` }
  }
  const { code, output } = await run(program, env)
  const found = output.split('\n').find((each) => each.startsWith('{"backend"'))
  if (code === 0 && found !== undefined) return JSON.parse(found) as Finding
  const reason = code === 0 ? 'no report in its output' : `ended with ${code}`
  return { failed: `${reason}\n${output.slice(-1000)}` }
}

const { pattern, atLeast, write } = parseArguments(process.argv.slice(2))
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
  process.on(signal, () => {
    stopAll()
    process.exit(code)
  })
}
bundle()
const started = Date.now()
const rows: Row[] = []
process.stdout.write(`${titleLine()}\n`)
for (const runtime of runtimes) {
  const { name, engine, from, ways } = runtime
  const program = locate(runtime)
  const version = program === null ? '' : await versionOf(runtime, program)
  for (const way of ways) {
    // The first row has the hash that the others must have, so it always runs.
    if (rows.length > 0 && !`${name} ${engine} ${way.how}`.includes(pattern)) continue
    const outcome = program === null ? { missing: from } : await outcomeOf(way, program)
    rows.push({ runtime: name, version, engine, how: way.how, backend: way.backend, outcome })
    process.stdout.write(`${line(rows[rows.length - 1], rows)}\n`)
  }
}

const { passed, failed, missing } = tally(rows)
const hash = expectedHash(rows)
process.stdout.write('Math: same letter, same bits of the built-in Math.exp, log, sin, pow and others.\n')
const published = publishedHash(readFileSync(PAGE, 'utf8'))
if (!write && published !== hash) {
  process.stdout.write(`${PAGE} has ${published}: from another version, or from a machine that differs.\n`)
}
process.stdout.write(`${((Date.now() - started) / 1000).toFixed(0)} s\n`)
const enough = passed >= atLeast
if (!enough) process.stdout.write(`expected at least ${atLeast} rows with the same hash, got ${passed}\n`)
process.stdout.write(`${passed} passed, ${failed} failed, ${missing} missing\n`)
if (write && failed === 0) {
  pasteInto(PAGE, 'runtimes', markdown(rows))
  pasteInto('README.md', 'runtimes', summary(rows))
}
process.exitCode = failed > 0 || !enough ? 1 : 0
