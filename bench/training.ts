/**
 * `npm run bench:training`: whole trainings on each backend, with the share of each phase.
 * The best preset, and the same work as Stable-Baselines3-contrib's TRPO: its default hyper-parameters and those of
 * its zoo. What is compared there is work for work (network, steps, CG iterations, critic epochs), not learning.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { environments } from '../src/envs/index.ts'
import type { Env } from '../src/rl/world/env.ts'
import type { TrainOptions } from '../src/trpo/options/options.ts'
import type { Phases } from '../src/trpo/phases.ts'
import { presets } from '../src/trpo/options/presets.ts'
import { train } from '../src/trpo/train.ts'
import { pasteInto } from './paste.ts'
import { reach } from './reach.ts'

const SB3: Partial<TrainOptions> = { conventions: 'sb3', totalSteps: 100_000 }

interface Run { readonly title: string; readonly make: () => Env; readonly options: Partial<TrainOptions> }

const RUNS: readonly Run[] = [
  { title: 'CartPole, preset', make: environments.CartPole.make, options: { ...presets.CartPole, totalSteps: 100_000 } },
  { title: 'CartPole, SB3-contrib defaults', make: environments.CartPole.make, options: SB3 },
  {
    title: 'CartPole, SB3-contrib zoo', make: environments.CartPole.make,
    options: { ...SB3, batchSteps: 1024, envCount: 2, gaeLambda: 0.98, damping: 1e-3, valueEpochs: 20, valueMinibatch: 512 },
  },
  { title: 'Pendulum, preset', make: environments.Pendulum.make, options: presets.Pendulum },
  { title: 'Pendulum, SB3-contrib defaults', make: environments.Pendulum.make, options: { ...SB3, totalSteps: 200_000 } },
  { title: '17 observations, 6 actions, SB3-contrib defaults', make: reach, options: SB3 },
]

const smoke = process.argv.includes('--smoke')
const rows = ['| training | backend | seconds | steps/s | rollout | advantage | gradient | fisher | line search | value fit |',
  '|---|---|---|---|---|---|---|---|---|---|']
for (const { title, make, options } of RUNS) {
  for (const backend of ['reference', 'simd'] as const) {
    const total: Record<string, number> = {}
    const begun = performance.now()
    let steps = 0
    for (const iteration of train(() => make(), {
      ...options, ...smoke ? { totalSteps: 1 } : {}, seed: 0, backend, clock: () => performance.now(),
    })) {
      steps = iteration.steps
      for (const [phase, spent] of Object.entries(iteration.phases)) total[phase] = (total[phase] ?? 0) + spent
    }
    const spent = performance.now() - begun
    const share = (phase: keyof Phases): string => `${(100 * total[phase] / spent).toFixed(0)} %`
    rows.push(`| ${[
      title, backend, (spent / 1000).toFixed(2), Math.round(1000 * steps / spent).toLocaleString('en-US'),
      share('rollout'), share('advantage'), share('gradient'), share('fisher'), share('lineSearch'), share('valueFit'),
    ].join(' | ')} |`)
    process.stdout.write(`${rows[rows.length - 1]}\n`)
  }
}
if (!smoke) pasteInto('docs/benchmarks.md', 'training', rows.join('\n'))
