/**
 * `npm run bench:learning`: every preset on `--seeds` seeds (10), a process each, as many at once as there are cores;
 * writes docs/learning.md and its curves. `--only CartPole` trains one of them and writes nothing.
 *
 * After each iteration 20 deterministic episodes are evaluated, for the curve and for when the threshold is reached; the
 * time of these evaluations is not counted. At the end 100 other episodes are. Starts are the same for all seeds: what
 * twenty of them are worth differs by more than policies do (Pendulum's best is −105 on some and −170 on others).
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { environments } from '../src/envs/index.ts'
import { evaluate } from '../src/rl/evaluate.ts'
import { presets } from '../src/trpo/options/presets.ts'
import { train } from '../src/trpo/train.ts'
import { pointMassMatrices } from '../src/envs/pointMass.ts'
import { optimum } from '../test/support/riccati.ts'
import { chart, median } from './chart.ts'
import { machine } from './paste.ts'

interface Run {
  readonly environment: string
  readonly seed: number
  /** After each iteration: steps, training seconds, and mean return of 20 deterministic episodes. */
  readonly steps: readonly number[]
  readonly seconds: readonly number[]
  readonly returns: readonly number[]
  /** 100 deterministic episodes of the last policy: mean, worst, and how many lasted to the time limit. */
  readonly mean: number
  readonly worst: number
  readonly cut: number
}

/** Gymnasium's thresholds where it has one. Pendulum's and PointMass's are ours: the latter 10 % short of the optimum. */
const THRESHOLDS: Readonly<Record<string, number>> = {
  CartPole: 475, Acrobot: -100, MountainCar: -110, MountainCarContinuous: 90, Pendulum: -170, PointMass: 1.1 * optimum(pointMassMatrices).expectedReturn,
}

const words = process.argv.slice(2)
const option = (name: string): string | undefined => words.includes(name) ? words[words.indexOf(name) + 1] : undefined

if (option('--one') !== undefined) process.stdout.write(JSON.stringify(one(option('--one')!, Number(option('--seed')), words.includes('--smoke'))))
else await all()

function one(environment: string, seed: number, smoke: boolean): Run {
  const { make, maxEpisodeSteps } = environments[environment]
  const steps: number[] = [], seconds: number[] = [], returns: number[] = []
  let spent = 0, begun = performance.now()
  const options = { ...presets[environment], ...smoke ? { totalSteps: 1 } : {}, seed }
  const training = train(() => make(), options)
  let turn = training.next()
  for (; turn.done !== true; turn = training.next()) {
    spent += performance.now() - begun
    steps.push(turn.value.steps)
    seconds.push(spent / 1000)
    returns.push(evaluate(turn.value.policy, () => make(), { episodes: 20, seed: 1_000_000 }).mean)
    begun = performance.now()
  }
  const { mean, min, lengths } = evaluate(turn.value, () => make(), { episodes: smoke ? 2 : 100 })
  return { environment, seed, steps, seconds, returns, mean, worst: min, cut: lengths.filter((n) => n === maxEpisodeSteps).length }
}

async function all(): Promise<void> {
  const smoke = words.includes('--smoke'), only = option('--only')
  const seeds = Number(option('--seeds') ?? (smoke ? 2 : 10))
  const names = Object.keys(presets).filter((name) => only === undefined || name === only)
  if (names.length === 0 || !(seeds >= 1)) throw new RangeError(`--only: expected ${Object.keys(presets).join(' | ')}; --seeds: expected a number from 1`)
  const waiting = names.flatMap((name) => Array.from({ length: seeds }, (_, seed) => ({ name, seed })))
  const runs: Run[] = []
  await Promise.all(Array.from({ length: cpus().length }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      runs.push(await inProcess(['--one', next.name, '--seed', String(next.seed), ...smoke ? ['--smoke'] : []]))
    }
  }))
  const rows = names.map((name) => row(name, runs.filter(({ environment }) => environment === name)))
  const table = [
    '| environment | threshold | seeds that reach it | environment steps to it | seconds to it | final mean: median | worst seed | worst episode | cut by the time limit |',
    '|---|---|---|---|---|---|---|---|---|', ...rows,
  ].join('\n')
  process.stdout.write(`${table}\n`)
  if (smoke || only !== undefined) return
  mkdirSync('docs/learning', { recursive: true })
  for (const name of names) writeFileSync(`docs/learning/${name}.svg`, curve(name, runs.filter(({ environment }) => environment === name)))
  writeFileSync('docs/learning.md', page(names, seeds, table))
}

function inProcess(more: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.argv[0], process.argv.slice(1, 2).concat(more), { cwd: '.', env: process.env, timeout: 3_600_000 })
    let text = ''
    child.stdout.on('data', (part) => { text += part })
    child.on('close', (code) => code === 0 ? resolve(JSON.parse(text) as Run) : reject(new Error(`${more.join(' ')}: exit code ${code}`)))
  })
}

function row(name: string, runs: readonly Run[]): string {
  const threshold = THRESHOLDS[name]
  const reached = runs.map(({ returns }) => returns.findIndex((x) => x >= threshold))
  const good = runs.filter((_, r) => reached[r] >= 0)
  const at = (of: (run: Run) => readonly number[]): number[] => runs.flatMap((run, r) => reached[r] >= 0 ? [of(run)[reached[r]]] : [])
  const range = (values: readonly number[], digits: number): string => {
    if (values.length === 0) return '–'
    const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)]
      .map((x) => x.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }))
    return `${middle} [${least}–${most}]`
  }
  const means = runs.map(({ mean }) => mean)
  return `| ${[
    name, threshold.toFixed(name === 'PointMass' ? 2 : 0), `${good.length} of ${runs.length}`,
    range(at(({ steps }) => steps), 0), range(at(({ seconds }) => seconds), 2),
    median(means).toFixed(1), Math.min(...means).toFixed(1), Math.min(...runs.map(({ worst }) => worst)).toFixed(1),
    runs.reduce((total, { cut }) => total + cut, 0),
  ].join(' | ')} |`
}

function curve(name: string, runs: readonly Run[]): string {
  return chart({
    title: `${name}: return, median and range of ${runs.length} seeds`, steps: runs[0].steps,
    returns: runs.map(({ returns }) => returns), threshold: THRESHOLDS[name],
  })
}

function page(names: readonly string[], seeds: number, table: string): string {
  return `# Learning

What the presets learn, on ${seeds} seeds each: \`npm run bench:learning\` trains them all, in parallel processes, and writes
this page. ${machine()}, ${new Date().toISOString().slice(0, 10)}.

A seed reaches the threshold after the first iteration whose policy has it as the mean of 20 deterministic episodes; steps
are all environment steps of the training until then, seconds its wall-clock time on one core without those evaluations;
median [least–most] over the seeds that reach it. The final mean is that of 100 other deterministic episodes of the last
policy. The starts of either are the same for all seeds. Thresholds are Gymnasium's, but for Pendulum (ours) and PointMass (10 % short of the optimum of its closed form).
An episode that is cut by the time limit has failed in Acrobot and the MountainCars; in the others it is how episodes end.

${table}

The same numbers on every machine and engine, but for the seconds: a seed fixes everything.

${names.map((name) => `## ${name}\n\n\`trpo train ${name} --seed 0\`, and so on.\n\n![${name}](learning/${name}.svg)\n`).join('\n')}`
}
