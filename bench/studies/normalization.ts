/**
 * Whether normalised observations, and returns in units of their deviation, help to learn. Presets, and
 * defaults where these meet observations or returns far from size 1; five seeds each; no row is tuned.
 * `--filter TEXT` runs the tasks whose titles contain TEXT, `--seeds N` the seeds 0 to N − 1; neither writes.
 */
import { environments } from '../../src/envs/index.ts'
import { UsageError } from '../../src/node/cli/failure.ts'
import { integerFlag } from '../../src/node/cli/words.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { readFlags, textFlag } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, mean } from '../harness/table.ts'

interface Task {
  readonly title: string
  readonly environment: string
  readonly options: Partial<TrainOptions>
}

const entry = (environment: string, what: string, options: Partial<TrainOptions>): Task =>
  ({ title: `${environment}, ${what}`, environment, options })

const TASKS: readonly Task[] = [
  entry('CartPole', 'preset', presets.CartPole),
  entry('Pendulum', 'preset', presets.Pendulum),
  entry('Pendulum', 'defaults, γ = 0.95', { totalSteps: 200_000, discount: 0.95 }),
  entry('Acrobot', 'preset', presets.Acrobot),
  entry('MountainCar', 'defaults', {}),
  entry('MountainCar', 'preset', presets.MountainCar),
  entry('MountainCarContinuous', 'defaults', {}),
  entry('MountainCarContinuous', 'preset', presets.MountainCarContinuous),
]
/** These replace what a preset says of them. */
const MODES: readonly Pick<TrainOptions, 'normalizeObservations' | 'normalizeReturns'>[] = [
  { normalizeObservations: 'off', normalizeReturns: false },
  { normalizeObservations: 'plain', normalizeReturns: false },
  { normalizeObservations: 'preserving', normalizeReturns: false },
  { normalizeObservations: 'off', normalizeReturns: true },
  { normalizeObservations: 'preserving', normalizeReturns: true },
]
const SEEDS = 5

interface Result {
  /** Mean return of all training episodes, and of a deterministic evaluation. */
  readonly trained: number
  readonly evaluated: number
  /** Of each iteration: KL by new statistics, and the share of inputs that were clipped. */
  readonly drifts: readonly number[]
  readonly clipped: readonly number[]
}

/** One training. */
function result(task: Task, mode: Partial<TrainOptions>, seed: number, smoke: boolean): Result {
  const { environment, options } = task
  const { make } = environments[environment]
  const returns: number[] = [], drifts: number[] = [], clipped: number[] = []
  const training = train(() => make(), { ...options, ...mode, ...smoke ? { totalSteps: 1 } : {}, seed })
  let next = training.next()
  for (; !next.done; next = training.next()) {
    const { episodes, normalization } = next.value
    for (const episode of episodes) returns.push(episode.return)
    if (normalization === null) continue
    drifts.push(normalization.kl)
    clipped.push(normalization.clipped)
  }
  const evaluated = evaluate(next.value, () => make(), { episodes: smoke ? 1 : 100, seed: 1 }).mean
  return { trained: returns.length > 0 ? mean(returns) : evaluated, evaluated, drifts, clipped }
}

export function normalization(words: readonly string[]): number {
  const problems: string[] = []
  let filter = '', given: number | null = null
  const { smoke, write } = readFlags(words, new Map([
    ['--filter', textFlag('--filter', 'part of a task\'s title', problems, (text) => { filter = text })],
    ['--seeds', integerFlag('--seeds', 1, problems, (value) => { given = value })],
  ]), problems)
  if (write && (filter !== '' || given !== null)) {
    throw new UsageError('--write: expected all tasks and seeds, got --filter or --seeds, too')
  }
  const seeds = given ?? (smoke ? 1 : SEEDS)
  const table = createTable([
    'task', 'observations', 'returns', 'evaluation', 'by seed', 'in training', 'KL by statistics, mean',
    'maximum', 'inputs clipped, maximum',
  ])
  for (const each of TASKS.filter(({ title }) => title.includes(filter))) {
    for (const mode of MODES) {
      const results = Array.from({ length: seeds }, (_, seed) => result(each, mode, seed, smoke))
      const drifts = results.flatMap((one) => one.drifts), clipped = results.flatMap((one) => one.clipped)
      const evaluated = results.map(({ evaluated }) => evaluated)
      const power = (x: number): string => drifts.length === 0 ? '' : x.toExponential(1)
      table.add([
        each.title, mode.normalizeObservations, mode.normalizeReturns ? 'normalised' : 'raw',
        mean(evaluated).toFixed(1), evaluated.map((x) => x.toFixed(0)).join(' '),
        mean(results.map(({ trained }) => trained)).toFixed(1),
        power(mean(drifts)), power(Math.max(...drifts)), power(Math.max(...clipped)),
      ])
    }
  }
  if (write) pasteInto('docs/results/normalization.md', 'normalization', table.text())
  return 0
}
