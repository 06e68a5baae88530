/**
 * λ fixed against λ adapted by the rule of Levenberg and Marquardt (studies/losing), on whole trainings of
 * presets: mean return of 100 deterministic episodes of the final policy, the sum of mean KL(old‖new) over
 * all steps, steps that failed, and λ at the end; five seeds, median [minimum–maximum]. The loop is that of
 * `train`, by the same public pieces, with λ set between two steps.
 */
import { environments } from '../../src/envs/index.ts'
import { sum } from '../../src/math/vector.ts'
import { normalizeAdvantages } from '../../src/rl/advantage.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { predictValues } from '../../src/rl/value.ts'
import { backendFor } from '../../src/trpo/backendFor.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { step } from '../../src/trpo/step.ts'
import { closeEnvs, createTrainer } from '../../src/trpo/trainer.ts'
import { refreshStatistics, startNormalization } from '../../src/trpo/variants/normalization.ts'
import { updateTrustRegion } from '../../src/trpo/variants/trustRegion.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, median } from '../harness/table.ts'
import { adaptedDamping } from './losing/levenbergMarquardt.ts'

const SEEDS = [0, 1, 2, 3, 4], EPISODES = 100

interface Outcome {
  readonly final: number
  /** Sum of mean KL(old‖new) over the steps, in nats per state. */
  readonly kl: number
  readonly failures: number
  readonly damping: number
}

/** One training of `name`, λ adapted after each step or not. */
function outcome(name: string, options: TrainOptions, adapted: boolean, episodes: number): Outcome {
  const { make } = environments[name]
  const trainer = createTrainer(() => make(), options, backendFor)
  const { policy, value, rollout, sampler, stepper, fitter, minibatches, scratch } = trainer
  const { all, batch, paths } = trainer.batches
  const { region } = stepper, start = region.damping
  let kl = 0, failures = 0
  for (let steps = 0; steps < options.totalSteps;) {
    updateTrustRegion(region, options, steps / options.totalSteps)
    sampler.collect()
    startNormalization(rollout, all)
    steps = sum(rollout.steps)
    for (const each of all) predictValues(value, each)
    sampler.estimateAdvantages()
    if (options.normalizeAdvantages) normalizeAdvantages(batch, scratch)
    const certificate = step(stepper, batch)
    if (adapted) region.damping = adaptedDamping(region.damping, certificate, start)
    fitter.fit(paths, minibatches)
    refreshStatistics(trainer)
    kl += certificate.kl
    if (certificate.scale === 0) failures++
  }
  closeEnvs(trainer)
  return { final: evaluate(policy, () => make(), { episodes }).mean, kl, failures, damping: region.damping }
}

export function damping(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const seeds = smoke ? SEEDS.slice(0, 1) : SEEDS
  const table = createTable(['preset', 'λ', 'final return', 'total KL', 'steps that failed', 'λ at the end'])
  for (const name of ['CartPole', 'Pendulum']) {
    const preset = { ...presets[name], ...smoke ? { totalSteps: 1 } : {} }
    for (const adapted of [false, true]) {
      const outcomes = seeds.map((seed) =>
        outcome(name, resolveOptions({ ...preset, seed }), adapted, smoke ? 2 : EPISODES))
      const spread = (of: (each: Outcome) => number, digits: number): string => {
        const values = outcomes.map(of)
        const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)]
          .map((x) => x.toFixed(digits).replace('-', '−'))
        return min === max ? middle : `${middle} [${min}–${max}]`
      }
      table.add([
        name, adapted ? 'adapted' : 'fixed', spread(({ final }) => final, 1), spread(({ kl }) => kl, 3),
        spread(({ failures }) => failures, 0), spread(({ damping }) => damping, 5),
      ])
    }
  }
  if (write) pasteInto('docs/results/benchmarks.md', 'damping', table.text())
  return 0
}
