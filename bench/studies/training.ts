/**
 * Whole trainings on each backend, with the share of each phase: the best preset, and the same work as
 * Stable-Baselines3-contrib's TRPO with its default hyper-parameters and those of its zoo.
 * But: what is compared there is work for work (network, steps, CG iterations, critic epochs), not learning.
 */
import { performance } from 'node:perf_hooks'
import { environments } from '../../src/envs/index.ts'
import type { Env } from '../../src/rl/world/env.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import type { Phases } from '../../src/trpo/phases.ts'
import { train } from '../../src/trpo/train.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { reach } from '../harness/reach.ts'
import { createTable } from '../harness/table.ts'

const SB3: Partial<TrainOptions> = { conventions: 'sb3', totalSteps: 100_000 }

interface Run { readonly title: string; readonly make: () => Env; readonly options: Partial<TrainOptions> }

const { CartPole, Pendulum } = environments
const RUNS: readonly Run[] = [
  { title: 'CartPole, preset', make: CartPole.make, options: { ...presets.CartPole, totalSteps: 100_000 } },
  { title: 'CartPole, SB3-contrib defaults', make: CartPole.make, options: SB3 },
  {
    title: 'CartPole, SB3-contrib zoo', make: CartPole.make,
    options: {
      ...SB3, batchSteps: 1024, envCount: 2, gaeLambda: 0.98, damping: 1e-3, valueEpochs: 20,
      valueMinibatch: 512,
    },
  },
  { title: 'Pendulum, preset', make: Pendulum.make, options: presets.Pendulum },
  { title: 'Pendulum, SB3-contrib defaults', make: Pendulum.make, options: { ...SB3, totalSteps: 200_000 } },
  { title: '17 observations, 6 actions, SB3-contrib defaults', make: reach, options: SB3 },
]
const PHASES: readonly (readonly [string, keyof Phases])[] = [
  ['rollout', 'rollout'], ['advantage', 'advantage'], ['gradient', 'gradient'], ['fisher', 'fisher'],
  ['line search', 'lineSearch'], ['value fit', 'valueFit'],
]

export function training(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const table = createTable(['training', 'backend', 'seconds', 'steps/s', ...PHASES.map(([title]) => title)])
  for (const { title, make, options } of RUNS) {
    for (const backend of ['reference', 'simd'] as const) {
      const total: Record<string, number> = {}
      const begun = performance.now()
      let steps = 0
      for (const iteration of train(() => make(), {
        ...options, ...smoke ? { totalSteps: 1 } : {}, seed: 0, backend, clock: () => performance.now(),
      })) {
        steps = iteration.steps
        for (const [, phase] of PHASES) total[phase] = (total[phase] ?? 0) + iteration.phases[phase]
      }
      const spent = performance.now() - begun
      table.add([
        title, backend, (spent / 1000).toFixed(2), Math.round(1000 * steps / spent).toLocaleString('en-US'),
        ...PHASES.map(([, phase]) => `${(100 * total[phase] / spent).toFixed(0)} %`),
      ])
    }
  }
  if (write) pasteInto('docs/results/benchmarks.md', 'training', table.text())
  return 0
}
