/**
 * What the book's experiments share: trainings with what an observer saw of each update, batches made of the
 * library's parts, and seeded problems of which the answer is known.
 */
import type { Env, Iteration, ObservedTrial, Random, Solved, TrainOptions } from 'trpo'
import { resolveOptions, train } from 'trpo'
import { cartPole } from 'trpo/envs'
import {
  backendFor, collect, createTrainer, generalizedAdvantages, normalizeAdvantages, type Operator,
  predictValues, startFromBatch, type Trainer,
} from 'trpo/parts'

export type Options = Partial<TrainOptions>

/** One update: the record of `train`, CG's relative residual after 0, 1, … products, and the trials. */
export interface Update {
  readonly record: Iteration<any>
  readonly residuals: readonly number[]
  readonly trials: readonly ObservedTrial[]
}

/** What every experiment's training has if it says nothing else. */
const COMMON: Options = { seed: 1, batchSteps: 2048, envCount: 8, normalizeObservations: 'off' }

/** The first `count` updates of a training; `look(solved, k)` is called in each, before its line search. */
export function* updates(
  count: number, options: Options = {}, makeEnv: () => Env<any> = cartPole,
  look: (solved: Solved, k: number) => void = () => {},
): Generator<Update> {
  const all = { ...COMMON, ...options }
  let residuals: number[] = [], trials: ObservedTrial[] = [], k = 0
  const observer = {
    solving: (_: number, residual: number): void => { residuals.push(residual) },
    solved: (solved: Solved): void => look(solved, ++k),
    trial: (trial: ObservedTrial): void => { trials.push(trial) },
  }
  for (const record of train(makeEnv, { totalSteps: count * all.batchSteps!, ...all, observer })) {
    yield { record, residuals, trials }
    if (record.iteration === count) return
    residuals = []
    trials = []
  }
}

/** What `look` returns in update k, counted from 1, of such a training. */
export function atUpdate<T>(
  k: number, look: (solved: Solved) => T, options: Options = {}, makeEnv: () => Env<any> = cartPole,
): T {
  const seen: T[] = []
  for (const _ of updates(k, options, makeEnv, (solved, now) => { if (now === k) seen.push(look(solved)) }));
  return seen[0]
}

/** A training before its first step: its batch is filled, with values and normalised advantages. */
export function firstBatch(options: Options = {}, makeEnv: () => Env<any> = cartPole): Trainer {
  const trainer = createTrainer(makeEnv, resolveOptions({ ...COMMON, ...options }), backendFor)
  const { rollout, batches: { batch }, value, scratch, options: { discount, gaeLambda } } = trainer
  collect(rollout, batch)
  startFromBatch(trainer)
  predictValues(value, batch)
  generalizedAdvantages(batch, discount, gaeLambda)
  normalizeAdvantages(batch, scratch)
  return trainer
}

/** n draws from the standard normal distribution. */
export function normals(n: number, random: Random): Float64Array {
  return Float64Array.from({ length: n }, () => random.normal())
}

/** v ↦ A v, A symmetric with these eigenvalues: A = H D H with a random reflection H = I − 2uuᵀ. */
export function withEigenvalues(values: readonly number[], random: Random): Operator {
  const u = normals(values.length, random), uu = u.reduce((sum, each) => sum + each * each, 0)
  const reflect = (x: Float64Array): void => {
    const ux = u.reduce((sum, each, i) => sum + each * x[i], 0)
    for (let i = 0; i < x.length; i++) x[i] -= 2 * ux / uu * u[i]
  }
  return (out, v) => {
    out.set(v)
    reflect(out)
    for (let i = 0; i < out.length; i++) out[i] *= values[i]
    reflect(out)
  }
}
