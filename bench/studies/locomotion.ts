/**
 * Tables and curves of MuJoCo's tasks, from the files that `npm run study` in bench/mujoco has made: one per
 * training. `--write` puts them into docs/results/locomotion.md.
 * But: no training here, and no MuJoCo; the tables are of the files that are there.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chart, type Curve, overview } from '../harness/chart.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, mean, median } from '../harness/table.ts'
import { differences, range, readRuns, type Run, thousands, whole } from './locomotionRuns.ts'

/** What bench/mujoco/study/directions.js keeps: means over looks; shares, and time by that of 25 products. */
interface Look {
  readonly task: string
  readonly products: string
  readonly promised: number
  readonly heldOut: number
  readonly time: number
}

const PAGE = 'docs/results/locomotion.md', PICTURES = 'docs/results/locomotion'
const LOOKS = 'bench/mujoco/study/directions.json'

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

function directionsTable(looks: readonly Look[]): string {
  const table = createTable(['task', 'products', 'promised', 'held out', 'time'])
  for (const { task, products, promised, heldOut, time } of looks) {
    table.add([task, products, promised.toFixed(2), heldOut.toFixed(3), time.toFixed(2)])
  }
  return table.text()
}

/** Presets beside the same with other directions, on those seeds that all of a task's rows have. */
function solversTable(runs: readonly Run[], chosen: readonly Run[]): string {
  const table = createTable([
    'task', 'other than the preset', 'seeds', 'median', 'worst', 'best', 'products per update', 'residual',
    'CPU s per million steps', 'of it products',
  ])
  for (const name of [...new Set(runs.map(({ task }) => task))]) {
    const { options } = chosen.find(({ task }) => task === name)!
    const rows = new Map([['nothing', chosen.filter(({ task }) => task === name)]])
    for (const run of runs) {
      const changes = differences(run.options, options).join(', ')
      if (run.task === name) rows.set(changes, [...rows.get(changes) ?? [], run])
    }
    const isShared = ({ options: { seed } }: Run): boolean =>
      [...rows.values()].every((of) => of.some(({ options }) => options.seed === seed))
    for (const [changes, all] of rows) {
      const of = all.filter(isShared), means = of.map((run) => run.mean)
      if (of.length === 0) continue
      const perMillion = (seconds: (run: Run) => number): string =>
        range(of.map((run) => 1e6 * seconds(run) / run.options.totalSteps))
      table.add([
        name, changes, of.length,
        whole(median(means)), whole(Math.min(...means)), whole(Math.max(...means)),
        mean(of.map(({ products }) => products)).toFixed(1),
        mean(of.map(({ residual }) => residual)).toFixed(2),
        perMillion(({ cpu }) => cpu), perMillion(({ phases }) => phases.fisher),
      ])
    }
  }
  return table.text()
}

/**
 * By task, what was tried, as what differs from the task's preset, least first; and the figures seed by seed
 * from the first on, or their range.
 */
function triedTable(runs: readonly Run[], chosen: readonly Run[]): string {
  const table = createTable(['task', 'other than the preset', 'seeds from', 'final figures'])
  for (const name of NAMES) {
    const preset = chosen.find(({ task }) => task === name)
    const rows = new Map<string, Run[]>()
    for (const run of runs) {
      if (run.task !== name || preset === undefined) continue
      const changes = differences(run.options, preset.options).join(', ')
      rows.set(changes, [...rows.get(changes) ?? [], run])
    }
    const distance = (changes: string): number => changes.split(' ').length
    for (const changes of [...rows.keys()].sort((a, b) => distance(a) - distance(b))) {
      const of = rows.get(changes)!.sort((a, b) => a.options.seed - b.options.seed)
      table.add([
        name, changes || 'nothing', of[0].options.seed,
        of.length > 4 ? range(of.map((run) => run.mean)) : of.map(({ mean, std, onBack = 0 }) =>
          `${whole(mean)} ± ${whole(std)}${onBack > 0.5 ? ' ↓' : ''}`).join(', '),
      ])
    }
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
  const solvers = runs.filter(({ variant }) => variant.startsWith('presets,'))
  const tables = {
    results: resultTable(chosen, zoo), work: workTable(chosen),
    directions: directionsTable(JSON.parse(readFileSync(LOOKS, 'utf8')) as Look[]),
    solvers: solversTable(solvers, chosen),
    tried: triedTable(runs.filter(({ variant }) => !/^(zoo|presets)/.test(variant)), chosen),
  }
  if (!write) return 0
  pasteInto(PAGE, 'locomotion-results', tables.results)
  pasteInto(PAGE, 'locomotion-work', tables.work)
  pasteInto(PAGE, 'locomotion-directions', tables.directions)
  pasteInto(PAGE, 'locomotion-solvers', tables.solvers)
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
