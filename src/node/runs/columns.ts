/**
 * The numbers of a run by name: the columns of metrics.csv, the scalars of the TensorBoard file, and what
 * `trpo plot --metric` draws. If Stable-Baselines3 has the same number, the tag is its own, so that curves of
 * both lie in one chart. The numbers of `info` come last, as `info.NAME`.
 */
import type { EvaluationRecord, IterationRecord } from './records.ts'

/** An iteration, and the evaluation of the policy after it if there was one. */
export interface Row {
  readonly iteration: IterationRecord
  readonly evaluation: EvaluationRecord | null
}

export interface Column {
  readonly name: string
  readonly meaning: string
  /** Of the TensorBoard file; null for what is not there. */
  readonly tag: string | null
  readonly value: (row: Row) => number | string | null | undefined
}

type OfIteration = (record: IterationRecord) => number | string | null | undefined
type OfEvaluation = (record: EvaluationRecord) => number

const all: Column[] = []

function add(name: string, tag: string | null, meaning: string, value: OfIteration): void {
  all.push({ name, tag, meaning, value: ({ iteration }) => value(iteration) })
}

function addEvaluation(name: string, tag: string | null, meaning: string, value: OfEvaluation): void {
  all.push({ name, tag, meaning, value: ({ evaluation }) => evaluation === null ? null : value(evaluation) })
}

const returns = ({ episodes }: IterationRecord): number[] => episodes.map((episode) => episode.return)
const lengths = ({ episodes }: IterationRecord): number[] => episodes.map(({ length }) => length)

function meanOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((total, x) => total + x, 0) / numbers.length
}

function stdOf(numbers: readonly number[]): number | null {
  const mean = meanOf(numbers)
  return mean === null ? null : Math.sqrt(meanOf(numbers.map((x) => (x - mean) * (x - mean)))!)
}

/** The smallest or largest number by `choose`, or null. */
function extreme(choose: (a: number, b: number) => number, numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((a, b) => choose(a, b))
}

add('iteration', null, 'from 1', (r) => r.iteration)
add('steps', null, 'environment steps so far', (r) => r.steps)
add('seconds', null, 'of training so far, without evaluations', (r) => r.seconds)
add('stepsPerSecond', null, 'of this iteration', (r) => r.stepsPerSecond)
add('meanReturnNow', 'rollout/return_now', 'mean return of the episodes that ended in this iteration',
  (r) => r.meanReturnNow)
add('stdReturnNow', null, 'their standard deviation', (r) => stdOf(returns(r)))
add('minReturnNow', null, 'their lowest return', (r) => extreme(Math.min, returns(r)))
add('maxReturnNow', null, 'their highest return', (r) => extreme(Math.max, returns(r)))
add('meanLengthNow', 'rollout/length_now', 'their mean length in steps', (r) => meanOf(lengths(r)))
add('episodesNow', null, 'their number', (r) => r.episodes.length)
add('meanReturn', 'rollout/ep_rew_mean', 'mean return of the last 100 episodes', (r) => r.meanReturn)
add('meanLength', 'rollout/ep_len_mean', 'their mean length', (r) => r.meanLength)
add('status', null, 'of the step: `accepted`, or the reason why θ did not move', (r) => r.certificate.status)
add('kl', 'train/kl_divergence_loss', 'mean KL(old‖new) of the step, in nats per state',
  (r) => r.certificate.kl)
add('klMax', 'step/kl_max', 'its maximum over the states', (r) => r.certificate.klMax)
add('maxKl', 'step/max_kl', 'the limit δ', (r) => r.certificate.maxKl)
add('klShare', 'step/kl_share', 'KL/δ', (r) => r.certificate.kl / r.certificate.maxKl)
add('quadraticKl', 'step/quadratic_kl', 'KL by its quadratic model', (r) => r.certificate.quadraticKl)
add('surrogateBefore', null, 'L before the step', (r) => r.certificate.surrogateBefore)
add('surrogateAfter', 'train/policy_objective', 'L after it', (r) => r.certificate.surrogateAfter)
add('predictedGain', 'step/predicted_gain', 'gᵀ(θ′ − θ)', (r) => r.certificate.predictedGain)
add('gainRatio', 'step/gain_ratio', 'gain of L divided by that', (r) => r.certificate.gainRatio)
add('gradientNorm', 'step/gradient_norm', '‖g‖', (r) => r.certificate.gradientNorm)
add('cgStatus', null, 'of conjugate gradients', (r) => r.certificate.cgStatus)
add('cgIterations', 'step/cg_iterations', 'products of the solve', (r) => r.certificate.cgIterations)
add('cgResidual', 'step/cg_residual', '‖g − (F + λI) x‖ / ‖g‖', (r) => r.certificate.cgResidual)
add('xFx', 'step/xfx', 'xᵀF x', (r) => r.certificate.xFx)
add('beta', 'step/beta', 'β', (r) => r.certificate.beta)
add('scale', 'step/scale', 'θ′ − θ = scale · β x; 0 if θ did not move', (r) => r.certificate.scale)
add('backtracks', 'step/backtracks', 'trials that failed', (r) => r.certificate.backtracks)
add('accepted', 'train/is_line_search_success', '1 if θ moved, else 0',
  (r) => r.certificate.scale > 0 ? 1 : 0)
add('damping', null, 'λ', (r) => r.certificate.damping)
add('entropy', 'train/entropy', 'of the policy before the step, in nats', (r) => r.certificate.entropy)
add('actionStd', 'train/std', 'mean σ of Box actions, if it does not depend on the state',
  (r) => r.actionStd)
add('valueStatus', null, '`fitted` or `undone`', (r) => r.valueFit.status)
add('valueLossBefore', null, 'mean squared error of V before its fit', (r) => r.valueFit.lossBefore)
add('valueLoss', 'train/value_loss', 'after it', (r) => r.valueFit.lossAfter)
add('explainedVariance', 'train/explained_variance', 'of the returns by V before its fit',
  (r) => r.valueFit.explainedVariance)
add('normalizationKl', null, 'KL by new statistics of observations', (r) => r.normalization?.kl)
addEvaluation('evaluationReturn', 'eval/mean_reward', 'mean return of the evaluation after this iteration',
  (e) => e.mean)
addEvaluation('evaluationStd', null, 'standard deviation of its returns', (e) => e.std)
addEvaluation('evaluationLength', 'eval/mean_ep_length', 'mean length of its episodes', (e) => e.meanLength)

export const columns: readonly Column[] = all

/** SB3 has steps per second since the start of the run. */
const FPS = 'time/fps'
const INFO = 'info.'

/** The names of `info` in this row, as columns. */
export function infoColumns({ iteration: { info } }: Row): string[] {
  return Object.keys(info).map((name) => INFO + name)
}

/** The number or word in a column; null if the row has none. */
export function valueOf(row: Row, name: string): number | string | null {
  const column = columns.find((each) => each.name === name)
  const { info } = row.iteration
  const key = name.slice(INFO.length)
  const value = column !== undefined ? column.value(row)
    : name.startsWith(INFO) && Object.hasOwn(info, key) ? info[key] : null
  return typeof value === 'number' && !Number.isFinite(value) ? null : value ?? null
}

/** The scalars of the TensorBoard file, by tag. */
export function scalars(row: Row): (readonly [tag: string, value: number])[] {
  const { steps, seconds, info } = row.iteration
  const named = columns.flatMap(({ name, tag }) => tag === null ? [] : [[tag, valueOf(row, name)] as const])
  const custom = Object.entries(info).map(([name, value]) => [`info/${name}`, value] as const)
  return [...named, [FPS, seconds > 0 ? steps / seconds : null] as const, ...custom]
    .filter((each): each is readonly [string, number] => Number.isFinite(each[1]))
}
