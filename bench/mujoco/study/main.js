/**
 * npm run study: trains every variant on every task and seed, as many at once as there are cores. Each run is
 * a file below runs/ as soon as it ends, so an interrupted study goes on where it was; a file whose options
 * are not the variant's any more is made again. `npm run bench -- locomotion --write`, in the repository's
 * root, makes the tables and curves from the files.
 *
 * --variant NAME --task NAME --seeds 0-3 --jobs N --list: which of them to run, or only to list what is
 * missing.
 * --again: run what is there once more, and compare the hashes of the weights, in place of writing.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { learn } from './learn.js'
import { optionsOf, variants } from './variants.js'

const pathOf = ({ variant, task, seed }) =>
  fileURLToPath(new URL(`runs/${variant}/${task}-${seed}.json`, import.meta.url))
/** Whether a file's options are these, in whatever order. */
const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())

function stored(run) {
  const path = pathOf(run)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

/** A file is whole or absent: it is written beside its place first. */
function store(run, result) {
  const path = pathOf(run)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, `${JSON.stringify(result)}\n`)
  renameSync(`${path}.new`, path)
}

function describe({ variant, task, seed }, { mean, std, onBack, cpu }) {
  const back = onBack === undefined ? '' : `, on its back ${onBack}`
  return `${variant} ${task} ${seed}: ${mean} ± ${std}${back}, ${cpu} s`
}

/** What the process of one training does. */
function one(run, again) {
  const result = learn(run.task, optionsOf(run.variant, run.task, run.seed))
  if (!again) store(run, result)
  const before = again ? stored(run) : result
  const isSame = before.policy === result.policy && before.value === result.value
  console.log(describe(run, result) + (again ? isSame ? ', the same weights' : ', OTHER WEIGHTS' : ''))
  if (!isSame) process.exitCode = 1
}

function inProcess(words) {
  return new Promise((resolve) => {
    spawn(process.argv[0], [...process.execArgv, process.argv[1], ...words], { stdio: 'inherit' })
      .on('close', (code) => {
        if (code !== 0) process.exitCode = 1
        resolve()
      })
  })
}

function seedsOf(text) {
  const [first, last = first] = /^\d+(-\d+)?$/.test(text) ? text.split('-').map(Number) : [NaN]
  if (!(Number.isSafeInteger(last) && last >= first)) {
    throw new RangeError(`--seeds: expected a seed or a range such as 0-9, got ${text}`)
  }
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function chosen(flag, name, known) {
  if (name === undefined) return known
  if (known.includes(name)) return [name]
  throw new RangeError(`--${flag}: expected one of ${known.join(', ')}, got ${name}`)
}

async function main() {
  const { values } = parseArgs({ options: {
    variant: { type: 'string' }, task: { type: 'string' }, seeds: { type: 'string' },
    jobs: { type: 'string' }, list: { type: 'boolean' }, again: { type: 'boolean' },
    one: { type: 'boolean' },
  } })
  const jobs = values.jobs === undefined ? availableParallelism() : Number(values.jobs)
  if (!(Number.isSafeInteger(jobs) && jobs > 0)) {
    throw new RangeError(`--jobs: expected an integer of at least 1, got ${values.jobs}`)
  }
  const names = chosen('variant', values.variant, Object.keys(variants))
  const known = new Set(names.flatMap((variant) => Object.keys(variants[variant].seeds)))
  const asked = chosen('task', values.task, [...known])
  const only = values.seeds === undefined ? null : seedsOf(values.seeds)
  const isAsked = (seed) => only === null || only.includes(seed)
  const runs = names.flatMap((variant) => Object.entries(variants[variant].seeds)
    .filter(([task]) => asked.includes(task))
    .flatMap(([task, seeds]) => seedsOf(seeds).filter(isAsked).map((seed) => ({ variant, task, seed }))))
    .sort((a, b) => a.seed - b.seed)
  const waiting = runs.filter((run) => {
    const isThere = same(stored(run)?.options ?? {}, optionsOf(run.variant, run.task, run.seed))
    return isThere === (values.again ?? false)
  })
  if (values.one) {
    for (const run of runs) one(run, values.again)
    return
  }
  console.log(`${waiting.length} of ${runs.length} runs to do`)
  if (values.list) {
    for (const { variant, task, seed } of waiting) console.log(`${variant} ${task} ${seed}`)
    return
  }
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const { variant, task, seed } = run
      const words = ['--one', '--variant', variant, '--task', task, '--seeds', String(seed)]
      await inProcess(values.again ? [...words, '--again'] : words)
    }
  }))
}

try {
  await main()
} catch (error) {
  const { name, code = '', message } = error
  if (name !== 'RangeError' && !code.startsWith('ERR_PARSE_ARGS')) throw error
  console.error(message)
  process.exitCode = 2
}
