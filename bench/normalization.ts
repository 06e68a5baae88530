/**
 * `npm run bench:normalization`: whether normalising observations, and the units of returns, helps to learn.
 * `-- --filter TEXT` runs the tasks whose titles contain TEXT, `--seeds N` the seeds 0 to N − 1; neither writes.
 * Presets, and defaults where these meet observations or returns far from size 1; five seeds each; no row is tuned.
 */
import process from 'node:process'
import { environments } from '../src/envs/index.ts'
import { evaluate } from '../src/rl/evaluate.ts'
import type { TrainOptions } from '../src/trpo/options/options.ts'
import { presets } from '../src/trpo/options/presets.ts'
import { train } from '../src/trpo/train.ts'
import { pasteInto } from './paste.ts'

interface Task { readonly title: string; readonly environment: string; readonly options: Partial<TrainOptions> }

const TASKS: readonly Task[] = [
  { title: 'CartPole, preset', environment: 'CartPole', options: presets.CartPole },
  { title: 'Pendulum, preset', environment: 'Pendulum', options: presets.Pendulum },
  { title: 'Pendulum, defaults, γ = 0.95', environment: 'Pendulum', options: { totalSteps: 200_000, discount: 0.95 } },
  { title: 'Acrobot, preset', environment: 'Acrobot', options: presets.Acrobot },
  { title: 'MountainCar, defaults', environment: 'MountainCar', options: {} },
  { title: 'MountainCar, preset', environment: 'MountainCar', options: presets.MountainCar },
  { title: 'MountainCarContinuous, defaults', environment: 'MountainCarContinuous', options: {} },
  { title: 'MountainCarContinuous, preset', environment: 'MountainCarContinuous', options: presets.MountainCarContinuous },
]
/** Whatever a preset says of them. */
const MODES: readonly Pick<TrainOptions, 'normalizeObservations' | 'normalizeReturns'>[] = [
  { normalizeObservations: 'off', normalizeReturns: false },
  { normalizeObservations: 'plain', normalizeReturns: false },
  { normalizeObservations: 'preserving', normalizeReturns: false },
  { normalizeObservations: 'off', normalizeReturns: true },
  { normalizeObservations: 'preserving', normalizeReturns: true },
]

const smoke = process.argv.includes('--smoke')
const valueOf = (flag: string, otherwise: string): string => {
  const at = process.argv.indexOf(flag)
  return at < 0 ? otherwise : process.argv[at + 1] ?? ''
}
const filter = valueOf('--filter', '')
const SEEDS = smoke ? 1 : Number(valueOf('--seeds', '5')), EPISODES = smoke ? 1 : 100

const mean = (x: readonly number[]): number => x.reduce((sum, each) => sum + each, 0) / x.length

/** One training: its mean return over all its episodes, that of a deterministic evaluation, and what statistics did. */
function result({ environment, options }: Task, mode: Partial<TrainOptions>, seed: number) {
  const { make } = environments[environment]
  const returns: number[] = [], drifts: number[] = [], cuts: number[] = []
  const training = train(() => make(), { ...options, ...mode, ...smoke ? { totalSteps: 1 } : {}, seed })
  let next = training.next()
  for (; !next.done; next = training.next()) {
    const { episodes, normalization } = next.value
    for (const episode of episodes) returns.push(episode.return)
    if (normalization === null) continue
    drifts.push(normalization.kl)
    cuts.push(normalization.clipped)
  }
  const evaluated = evaluate(next.value, () => make(), { episodes: EPISODES, seed: 1 }).mean
  return { trained: returns.length > 0 ? mean(returns) : evaluated, evaluated, drifts, cuts }
}

const rows = [
  '| task | observations | returns | evaluation | by seed | in training | KL by statistics, mean | most | inputs cut, most |',
  '|---|---|---|---|---|---|---|---|---|',
]
for (const task of TASKS.filter(({ title }) => title.includes(filter))) {
  for (const mode of MODES) {
    const results = Array.from({ length: SEEDS }, (_, seed) => result(task, mode, seed))
    const drifts = results.flatMap((each) => each.drifts), cuts = results.flatMap((each) => each.cuts)
    const evaluated = results.map((each) => each.evaluated)
    const off = drifts.length === 0
    rows.push(`| ${[
      task.title, mode.normalizeObservations, mode.normalizeReturns ? 'normalised' : 'raw',
      mean(evaluated).toFixed(1), evaluated.map((x) => x.toFixed(0)).join(' '), mean(results.map(({ trained }) => trained)).toFixed(1),
      off ? '' : mean(drifts).toExponential(1), off ? '' : Math.max(...drifts).toExponential(1), off ? '' : Math.max(...cuts).toExponential(1),
    ].join(' | ')} |`)
    process.stdout.write(`${rows[rows.length - 1]}\n`)
  }
}
if (!smoke && filter === '' && SEEDS === 5) pasteInto('docs/normalization.md', 'normalization', rows.join('\n'))
