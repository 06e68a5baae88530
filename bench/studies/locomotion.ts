/**
 * Tables and curves of MuJoCo's tasks, from the files that `npm run study` in bench/mujoco has made: one per
 * training. `--write` puts them into docs/results/locomotion.md.
 * But: no training here, and no MuJoCo; the tables are of the files that are there.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chart, type Curve, overview } from '../harness/chart.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, mean, median } from '../harness/table.ts'

/** What bench/mujoco/study/learn.js keeps of a training; seconds, and counts over all iterations. */
interface Kept {
  readonly task: string
  readonly options: { readonly seed: number; readonly totalSteps: number }
  /** Of 100 deterministic episodes. */
  readonly mean: number
  readonly std: number
  /** Share of the steps upside down, of HalfCheetah. */
  readonly onBack?: number
  /** Mean return of the training's episodes in each of as many equal parts; null if none ended. */
  readonly curve: readonly (number | null)[]
  readonly iterations: number
  readonly backtracked: number
  readonly refused: number
  readonly usedKl: number
  readonly products: number
  readonly residual: number
  readonly cpu: number
  readonly phases: Readonly<Record<string, number>>
}

interface Run extends Kept {
  /** The folder that the file is in: the options by name. */
  readonly variant: string
}

const PAGE = 'docs/results/locomotion.md', PICTURES = 'docs/results/locomotion'
const RUNS = 'bench/mujoco/study/runs'

interface Task {
  /** A return that a training reaches on its way, for the table of steps. */
  readonly level: number
  /** The best published TRPO that we know of, and its source's letter on the page. */
  readonly published: string
}

/** In the order of the tables. */
const TASKS: Readonly<Record<string, Task>> = {
  Hopper: { level: 2500, published: '3618 z' },
  Walker2d: { level: 2500, published: '4933 z' },
  HalfCheetah: { level: 2500, published: '4471 t' },
  Swimmer: { level: 300, published: '366 z' },
  Ant: { level: 1000, published: '4982 z' },
  InvertedPendulum: { level: 900, published: '–' },
  InvertedDoublePendulum: { level: 8000, published: '–' },
  Reacher: { level: -8, published: '–' },
}
const NAMES = Object.keys(TASKS)

function readRuns(): Run[] {
  return readdirSync(RUNS).flatMap((variant) => readdirSync(`${RUNS}/${variant}`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ variant, ...JSON.parse(readFileSync(`${RUNS}/${variant}/${file}`, 'utf8')) as Kept })))
}

/** With a digit after the point where returns are small. */
const whole = (x: number): string => x.toFixed(Math.abs(x) < 20 ? 1 : 0).replace('-', '−')
const thousands = (x: number): string => x.toLocaleString('en-US')

/** Median [minimum to maximum]; – if there are no values. */
function range(values: readonly number[], show: (x: number) => string = whole): string {
  if (values.length === 0) return '–'
  const ends = [Math.min(...values), Math.max(...values)].map(show)
  return `${show(median(values))} [${ends.join(' to ')}]`
}

/** Environment steps at the end of the first part of the curve that is at `level` or above; null if none. */
function stepsTo(level: number, { curve, options: { totalSteps } }: Run): number | null {
  const part = curve.findIndex((x) => x !== null && x >= level)
  return part < 0 ? null : totalSteps * (part + 1) / curve.length
}

function resultTable(runs: readonly Run[], zoo: readonly Run[]): string {
  const table = createTable([
    'task', 'steps', 'seeds', 'median', 'worst', 'best', 'std within 100 episodes', 'on its back',
    'zoo\'s settings here', 'published', 'a training at', 'steps to it', 'seeds',
  ])
  for (const name of NAMES) {
    const of = runs.filter(({ task }) => task === name)
    if (of.length === 0) continue
    const { level, published } = TASKS[name]
    const means = of.map((run) => run.mean), steps = of.map((run) => stepsTo(level, run))
    const reached = steps.filter((x) => x !== null)
    const back = of.filter(({ onBack }) => onBack !== undefined && onBack > 0.5).length
    table.add([
      name, thousands(of[0].options.totalSteps), of.length, whole(median(means)), whole(Math.min(...means)),
      whole(Math.max(...means)), whole(median(of.map(({ std }) => std))),
      of[0].onBack === undefined ? '' : `${back} of ${of.length}`,
      range(zoo.filter(({ task }) => task === name).map((run) => run.mean)), published,
      whole(level), range(reached, thousands), `${reached.length} of ${of.length}`,
    ])
  }
  return table.text()
}

function workTable(runs: readonly Run[]): string {
  const phases = ['rollout', 'advantage', 'gradient', 'fisher', 'lineSearch', 'valueFit']
  const table = createTable([
    'task', 'CPU s per million steps', 'rollout', 'advantages', 'gradient', 'products', 'search', 'value fit',
    'products per update', 'residual', 'first trial refused', 'no step', 'KL by δ',
  ])
  const percent = (x: number): string => `${(100 * x).toFixed(0)} %`
  for (const name of NAMES) {
    const of = runs.filter(({ task }) => task === name)
    if (of.length === 0) continue
    const share = (phase: string): number => median(of.map((run) =>
      run.phases[phase] / phases.reduce((sum, each) => sum + run.phases[each], 0)))
    table.add([
      name, range(of.map(({ cpu, options: { totalSteps } }) => 1e6 * cpu / totalSteps)),
      ...phases.map((phase) => percent(share(phase))),
      mean(of.map(({ products }) => products)).toFixed(1),
      mean(of.map(({ residual }) => residual)).toFixed(2),
      percent(mean(of.map(({ backtracked, iterations }) => backtracked / iterations))),
      percent(mean(of.map(({ refused, iterations }) => refused / iterations))),
      mean(of.map(({ usedKl }) => usedKl)).toFixed(2),
    ])
  }
  return table.text()
}

/** Each variant that was tried, on the seeds that are there: one by one from the first on, or the range. */
function triedTable(runs: readonly Run[]): string {
  const names = NAMES.filter((name) => runs.some(({ task }) => task === name))
  const table = createTable(['tried', ...names])
  for (const variant of [...new Set(runs.map((run) => run.variant))]) {
    table.add([`\`${variant}\``, ...names.map((name) => {
      const of = runs.filter((run) => run.variant === variant && run.task === name)
        .sort((a, b) => a.options.seed - b.options.seed)
      const figures = of.map(({ mean, std, onBack = 0 }) =>
        `${whole(mean)} ± ${whole(std)}${onBack > 0.5 ? ' ↓' : ''}`)
      if (of.length === 0) return ''
      const first = of[0].options.seed, last = of[of.length - 1].options.seed
      if (of.length > 3) return `${first}–${last}: ${range(of.map(({ mean }) => mean))}`
      return `${first}: ${figures.join(', ')}`
    })])
  }
  return table.text()
}

/** Parts without an episode's end have the return of the part before. */
function curveOf(name: string, runs: readonly Run[]): Curve {
  const { curve, options: { totalSteps } } = runs[0]
  return {
    title: `${name}: return in training, median and range of ${runs.length} seeds`,
    steps: curve.map((_, i) => totalSteps * (i + 1) / curve.length),
    returns: runs.map((run) => {
      let last = run.curve.find((x) => x !== null) ?? 0
      return run.curve.map((x) => last = x ?? last)
    }),
    threshold: null,
  }
}

export function locomotion(words: readonly string[]): number {
  const { write } = readFlags(words)
  const runs = readRuns()
  const chosen = runs.filter(({ variant }) => variant === 'presets')
  const zoo = runs.filter(({ variant }) => variant === 'zoo')
  const tables = {
    results: resultTable(chosen, zoo), work: workTable(chosen),
    tried: triedTable(runs.filter(({ variant }) => !['presets', 'zoo'].includes(variant))),
  }
  if (!write) return 0
  pasteInto(PAGE, 'locomotion-results', tables.results)
  pasteInto(PAGE, 'locomotion-work', tables.work)
  pasteInto(PAGE, 'locomotion-tried', tables.tried)
  const names = NAMES.filter((name) => chosen.some(({ task }) => task === name))
  // A study that has begun with what was tried has no curves of presets yet.
  if (names.length === 0) return 0
  mkdirSync(PICTURES, { recursive: true })
  const curves = names.map((name) => curveOf(name, chosen.filter(({ task }) => task === name)))
  curves.forEach((each, i) => writeFileSync(`${PICTURES}/${names[i]}.svg`, chart(each)))
  writeFileSync(`${PICTURES}/all.svg`, overview(names, curves))
  return 0
}
