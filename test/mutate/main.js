/**
 * `npm run mutate`: does any test notice if one thing in the mathematics is changed? Mutants of src/math
 * (without simd), nn, rl and trpo (without doors, which `npm run bad-calls` tries), a sample of them, each
 * against the tests that contain its file.
 * `--count N` (150), `--seed N` (1), `--filter PART` of a path, `--seconds N` per mutant (90), `--skip N` of
 * the sample, if an earlier run was interrupted.
 * Prints the score per file and every survivor; exit code 1 if fewer than 95 % of those that
 * docs/results/mutation.md does not judge equivalent are killed.
 * But: a lower bound. A survivor may be killed by a test that had no time left.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { readJudged, rowOf } from './judged.js'
import { mutantsOf } from './mutations.js'
import { sample } from './sample.js'
import { runTest, scratchCopy, testsOfSources } from './tests.js'

const MUTATED = /^src\/(math\/(?!simd\/)|nn\/|rl\/|trpo\/(?!doors\/))/
const GOAL = 0.95

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const { count, seed, filter, seconds, skip } = readWords(process.argv.slice(2))
// Other work on the machine goes first.
setPriority(15)

const isJudged = readJudged(join(root, 'docs/results/mutation.md'))
const { scratch, remove } = scratchCopy(root)
process.on('exit', remove)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

const tests = await testsOfSources(scratch)
const sources = [...tests.keys()].filter((path) => MUTATED.test(path) && path.includes(filter)).sort()
const texts = new Map(sources.map((path) => [path, readFileSync(join(scratch, path), 'utf8')]))
const all = sources.flatMap((path) => mutantsOf(texts.get(path)).map((mutant) => ({
  path, code: texts.get(path).split('\n')[mutant.line - 1], ...mutant,
})))
const mutants = sample(all, count, seed).slice(skip)
process.stdout.write(`${mutants.length} of ${all.length} mutants of ${sources.length} files, seed ${seed}\n`)

/** Seconds of each test on unchanged sources, measured when it is first needed. */
const usual = new Map()
for (const [i, mutant] of mutants.entries()) {
  Object.assign(mutant, isJudged(mutant) ? { fate: 'equivalent', by: '' } : await fateOf(mutant))
  process.stderr.write(`${i + 1}/${mutants.length} ${mutant.fate} ${mutant.by} ${describe(mutant)}\n`)
}
report(mutants)

/** What becomes of a mutant: killed, timed out or survived, and by which test. */
async function fateOf({ path, start, end, after }) {
  const text = texts.get(path)
  let left = seconds
  for (const test of tests.get(path)) {
    if (left < 1) break
    if (!usual.has(test)) await measure(test)
    if (usual.get(test) > left) continue
    left -= usual.get(test)
    writeFileSync(join(scratch, path), `${text.slice(0, start)}${after}${text.slice(end)}`)
    // A machine that others use may be slow for a while.
    const outcome = await runTest(scratch, test, 10 + 5 * usual.get(test))
    writeFileSync(join(scratch, path), text)
    if (outcome !== 'passed') return { fate: outcome === 'failed' ? 'killed' : 'timed out', by: test }
  }
  return { fate: 'survived', by: '' }
}

async function measure(test) {
  const begun = performance.now()
  const outcome = await runTest(scratch, test, 600)
  if (outcome !== 'passed') fail(`${test}: expected a test that passes before anything is changed`)
  usual.set(test, (performance.now() - begun) / 1000)
}

function describe({ path, line, kind, before, after }) {
  const short = (text) => text.replace(/\s+/g, ' ').slice(0, 60)
  return `${path}:${line}: ${kind}: ${short(before)} → ${short(after)}`
}

function report(mutants) {
  const of = (...fates) => mutants.filter(({ fate }) => fates.includes(fate))
  const survivors = of('survived'), made = mutants.length - of('equivalent').length
  const killed = made - survivors.length, score = made === 0 ? 1 : killed / made
  for (const path of new Set(mutants.map(({ path }) => path).sort())) {
    const here = mutants.filter((each) => each.path === path && each.fate !== 'equivalent')
    const dead = here.filter(({ fate }) => fate !== 'survived').length
    process.stdout.write(`${path.padEnd(44)} ${dead}/${here.length}\n`)
  }
  process.stdout.write(`killed ${of('killed').length}, timed out ${of('timed out').length}, `
    + `survived ${survivors.length}, judged equivalent ${of('equivalent').length}\n`)
  process.stdout.write(`score ${(100 * score).toFixed(1)} % of ${made}\n`)
  for (const each of survivors) process.stdout.write(`\n${describe(each)}\n  ${rowOf(each)}\n`)
  process.exitCode = score < GOAL ? 1 : 0
}

function readWords(words) {
  const known = { '--count': 150, '--seed': 1, '--filter': '', '--seconds': 90, '--skip': 0 }
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i], word = words[i + 1] ?? ''
    if (!Object.hasOwn(known, name)) fail(`${name}: expected ${Object.keys(known).join(', ')}`)
    if (name === '--filter') known[name] = word
    else if (!/^\d+$/.test(word)) fail(`${name}: expected an integer of at least 0, got "${word}"`)
    else known[name] = Number(word)
  }
  return Object.fromEntries(Object.entries(known).map(([name, value]) => [name.slice(2), value]))
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
