/**
 * Every preset on `--seeds` seeds (10), a process each, as many at once as there are cores. `--only CartPole`
 * trains one of them. `--write` makes docs/results/learning.md (its words: learningPage.ts) and the curves.
 *
 * After each iteration 20 deterministic episodes are evaluated, for the curve and for the threshold; the time
 * of these evaluations is not counted. At the end 100 other episodes are evaluated. Starts are the same for
 * all seeds: the return of twenty of them varies more than that of policies (Pendulum's best is −105 on some
 * and −170 on others).
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { environments, pointMass } from '../../src/envs/index.ts'
import { pointMassMatrices } from '../../src/envs/pointMass.ts'
import { UsageError } from '../../src/node/cli/failure.ts'
import { integerFlag } from '../../src/node/cli/words.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { exactReturn } from '../../test/support/pointMass.ts'
import { optimum } from '../../test/support/riccati.ts'
import { chart, type Curve, overview } from '../harness/chart.ts'
import { choiceFlag, readFlags } from '../harness/flags.ts'
import { machine } from '../harness/machine.ts'
import { median } from '../harness/table.ts'
import { type ExactReturns, exactTable, learningPage, learningTable } from './learningPage.ts'

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
  readonly truncated: number
  /** Of PointMass; null for all others. */
  readonly exact: Exact | null
}

/** An exact return, and sampled ones: their mean, and its standard error. */
interface Exact { readonly expected: number; readonly sampled: readonly (readonly [number, number])[] }

const BEST = optimum(pointMassMatrices).expectedReturn

/**
 * Gymnasium's if it has one. Pendulum's and PointMass's are ours: the latter is 10 % short of the optimum.
 */
const THRESHOLDS: Readonly<Record<string, number>> = {
  CartPole: 475, Acrobot: -100, MountainCar: -110, MountainCarContinuous: 90, Pendulum: -170,
  PointMass: 1.1 * BEST,
}

export async function learning(words: readonly string[]): Promise<number> {
  const problems: string[] = []
  const asked = { only: null as string | null, one: null as string | null, seed: 0, seeds: 0 }
  const names = Object.keys(environments)
  const { smoke, write } = readFlags(words, new Map([
    ['--only', choiceFlag('--only', names, problems, (name) => { asked.only = name })],
    ['--seeds', integerFlag('--seeds', 1, problems, (value) => { asked.seeds = value })],
    // What the process of one training is started with.
    ['--one', choiceFlag('--one', names, problems, (name) => { asked.one = name })],
    ['--seed', integerFlag('--seed', 0, problems, (value) => { asked.seed = value })],
  ]), problems)
  if (asked.one !== null) {
    process.stdout.write(JSON.stringify(one(asked.one, asked.seed, smoke)))
    return 0
  }
  if (write && asked.only !== null) throw new UsageError('--write: expected all presets, got --only, too')
  await all(asked.only === null ? names : [asked.only], asked.seeds || (smoke ? 2 : 10), smoke, write)
  return 0
}

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
  const truncated = lengths.filter((n) => n === maxEpisodeSteps).length
  const exact = environment === 'PointMass' ? exactOf(turn.value, smoke) : null
  return { environment, seed, steps, seconds, returns, mean, worst: min, truncated, exact }
}

function exactOf(policy: Policy, smoke: boolean): Exact {
  const sampled = (smoke ? [2, 4] : [100, 10_000]).map((episodes) => {
    const { mean, std } = evaluate(policy, pointMass, { episodes })
    return [mean, std / Math.sqrt(episodes)] as const
  })
  return { expected: exactReturn(policy), sampled }
}

async function all(names: readonly string[], seeds: number, smoke: boolean, write: boolean): Promise<void> {
  const waiting = names.flatMap((name) => Array.from({ length: seeds }, (_, seed) => ({ name, seed })))
  const runs: Run[] = []
  await Promise.all(Array.from({ length: cpus().length }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const more = ['--one', next.name, '--seed', String(next.seed), ...smoke ? ['--smoke'] : []]
      runs.push(await inProcess(more))
    }
  }))
  const of = (name: string): Run[] => runs.filter(({ environment }) => environment === name)
  const rows = names.map((name) => row(name, of(name)))
  process.stdout.write(`${learningTable(rows)}\n`)
  const exact = exactReturns(of('PointMass'))
  if (exact.rows.length > 0) process.stdout.write(`\n${exactTable(exact.rows)}\n`)
  if (!write) return
  const folder = 'docs/results/learning'
  mkdirSync(folder, { recursive: true })
  const curves = names.map((name) => curve(name, of(name)))
  curves.forEach((each, i) => writeFileSync(`${folder}/${names[i]}.svg`, chart(each)))
  writeFileSync(`${folder}/presets.svg`, overview(names, curves))
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(`${folder}.md`, learningPage({ names, seeds, machine: machine(), date, rows, exact }))
}

function inProcess(more: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const words = [process.argv[1], 'learning', ...more]
    const child = spawn(process.argv[0], words, { cwd: '.', env: process.env, timeout: 3_600_000 })
    let text = ''
    child.stdout.on('data', (part) => { text += part })
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Run)
      else reject(new Error(`${words.join(' ')}: expected exit code 0, got ${code}`))
    })
  })
}

function row(name: string, runs: readonly Run[]): string[] {
  const threshold = THRESHOLDS[name]
  const reached = runs.map(({ returns }) => returns.findIndex((x) => x >= threshold))
  const good = runs.filter((_, r) => reached[r] >= 0)
  const at = (of: (run: Run) => readonly number[]): number[] =>
    runs.flatMap((run, r) => reached[r] >= 0 ? [of(run)[reached[r]]] : [])
  const range = (values: readonly number[], digits: number): string => {
    if (values.length === 0) return '–'
    const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)]
      .map((x) => x.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }))
    return `${middle} [${min}–${max}]`
  }
  const means = runs.map(({ mean }) => mean)
  return [
    name, threshold.toFixed(name === 'PointMass' ? 2 : 0), `${good.length} of ${runs.length}`,
    range(at(({ steps }) => steps), 0), range(at(({ seconds }) => seconds), 2),
    median(means).toFixed(1), Math.min(...means).toFixed(1),
    Math.min(...runs.map(({ worst }) => worst)).toFixed(1),
    String(runs.reduce((total, { truncated }) => total + truncated, 0)),
  ]
}

function exactReturns(runs: readonly Run[]): ExactReturns {
  const known = runs.flatMap(({ seed, exact }) => exact === null ? [] : [{ seed, ...exact }])
    .sort((a, b) => a.seed - b.seed)
  const two = (x: number): string => x.toFixed(2).replace('-', '−')
  /** In percent of the optimum. */
  const gap = (x: number): number => 100 * (x / BEST - 1)
  return {
    rows: known.map(({ seed, expected, sampled }) =>
      [String(seed), two(expected), ...sampled.map(([mean, error]) => `${two(mean)} ± ${two(error)}`)]),
    optimum: two(BEST),
    // Rounded up, since the page says "within".
    exactGap: (Math.ceil(10 * Math.max(...known.map(({ expected }) => gap(expected)))) / 10).toFixed(1),
    sampledGap: median(known.map(({ sampled }) => gap(sampled[0][0]))).toFixed(0),
  }
}

function curve(name: string, runs: readonly Run[]): Curve {
  return {
    title: `${name}: return, median and range of ${runs.length} seeds`, steps: runs[0].steps,
    returns: runs.map(({ returns }) => returns), threshold: THRESHOLDS[name],
  }
}
