/**
 * A distribution against its own log π. All other methods of the contract follow from that one, so an error
 * in a score, a metric, a KL or a sampler shows, whether the distribution is built in or your own.
 *
 *   score        differences of Σ wᵢ log π(aᵢ | η) along random directions of η
 *   metric       second differences of mean KL(old ‖ new) at new = old; KL(new ‖ old) has the same ones
 *   metricFactor Σ (L_kᵀ u)² against uᵀ M u
 *   entropyScore differences of the mean entropy along random directions of η
 *   klOldNew     the mean of log π_old − log π_new over draws from π_old: distributionDraws
 *   entropy      the mean of −log π over draws: distributionDraws
 *
 * But: log π is trusted; only the sampler is compared with it.
 */
import type { Random } from '../../math/random.ts'
import type { Tensor } from '../../math/tensor.ts'
import { dot, norm, sum } from '../../math/vector.ts'
import type { Eta } from '../../nn/distributions/distribution.ts'
import { type Check, compare, type Comparison, CURVATURES, judge, rounding, SLOPES } from '../comparison.ts'
import { curvaturesOf, REACH, slopesOf } from '../differences.ts'
import { verifyDraws } from './draws.ts'
import { type EtaDirection, moveAlong, NEGLIGIBLE, randomDirections, type Subject } from './etaDirections.ts'

/** Checks at the states of the subject, along `count` random directions of η; draws come from `random`. */
export function verifyDistribution(subject: Subject, count: number, random: Random): Check[] {
  const directions = randomDirections(subject, count, random)
  const metric = directions.map((direction) => metricAlong(subject, direction))
  return [
    judge('score', 'score against differences of log π in η', scores(subject, directions, random), SLOPES),
    judge('metric', 'uᵀMu against second differences of mean KL(old‖new) in η',
      directions.map((direction, k) => curvature(subject, direction, metric[k])), CURVATURES),
    judge('metricFactor', 'Σ (L_kᵀu)² against uᵀMu',
      directions.map((direction, k) => factors(subject, direction, metric[k])), rounding(1e-9)),
    judge('entropyScore', 'entropyScore against differences of mean entropy in η',
      entropyScores(subject, directions), SLOPES),
    ...verifyDraws(subject, directions, random),
  ]
}

function scores(subject: Subject, directions: readonly EtaDirection[], random: Random): Comparison[] {
  const { backend, distribution, eta } = subject
  const N = eta.rows.rows
  const actions = backend.allocate(N, distribution.actionSize), logs = new Float64Array(N)
  const weights = Float64Array.from({ length: N }, () => random.normal())
  distribution.sample(actions, eta, new Array<Random>(N).fill(random))
  return slopes(subject, directions, {
    negligible: NEGLIGIBLE * norm(weights),
    differentiate: (etaBar, sharedBar) => distribution.score(etaBar, sharedBar, weights, actions, eta, 0, N),
    value(moved) {
      distribution.logProbability(logs, actions, moved)
      return dot(weights, logs)
    },
  })
}

function entropyScores(subject: Subject, directions: readonly EtaDirection[]): Comparison[] {
  const { distribution, eta } = subject
  const N = eta.rows.rows, entropies = new Float64Array(N)
  return slopes(subject, directions, {
    negligible: NEGLIGIBLE,
    differentiate: (etaBar, sharedBar) => distribution.entropyScore(etaBar, sharedBar, 1 / N, eta, 0, N),
    value(moved) {
      distribution.entropy(entropies, moved)
      return sum(entropies) / N
    },
  })
}

/** A function of η with its gradient; slopes below `negligible` count as 0. */
interface Differentiable {
  readonly negligible: number
  differentiate(etaBar: Tensor, sharedBar: Float64Array): void
  value(moved: Eta): number
}

/** The gradient along each direction, against the slope of the values there. */
function slopes(
  subject: Subject, directions: readonly EtaDirection[], { negligible, differentiate, value }: Differentiable,
): Comparison[] {
  const { backend, distribution, eta } = subject
  const N = eta.rows.rows
  const etaBar = backend.allocate(N, distribution.etaSize)
  const sharedBar = new Float64Array(distribution.sharedSize)
  differentiate(etaBar, sharedBar)
  const bar = etaBar.data.slice(0, N * distribution.etaSize)
  const length = Math.sqrt(dot(bar, bar) + dot(sharedBar, sharedBar))
  return directions.map((direction) => {
    const slope = new Float64Array(1)
    const uncertainty = slopesOf(slope, (values, t) => {
      moveAlong(direction, subject, t)
      values[0] = value(direction.moved)
    }, REACH)
    const along = dot(bar, direction.rows) + dot(sharedBar, direction.shared)
    return compare(along, slope[0], Math.max(length, Math.abs(slope[0]), negligible), uncertainty)
  })
}

/** The mean over states of uᵀMu, by two ranges of rows, as the tiles of a batch come. */
function metricAlong({ backend, distribution, eta }: Subject, { rows, shared }: EtaDirection): number {
  const N = eta.rows.rows, half = Math.floor(N / 2)
  const product = backend.allocate(N, distribution.etaSize), sharedProduct = new Float64Array(shared.length)
  product.data.set(rows)
  distribution.metric(product, eta, half, N - half, 1 / N)
  if (half > 0) distribution.metric(product, eta, 0, half, 1 / N)
  distribution.sharedMetric(sharedProduct, shared, eta)
  return dot(rows, product.data.subarray(0, rows.length)) + dot(shared, sharedProduct)
}

/** uᵀMu, given as `metric`, against the second differences of mean KL. */
function curvature(subject: Subject, direction: EtaDirection, metric: number): Comparison {
  const { distribution, eta } = subject
  const kl = new Float64Array(eta.rows.rows), wanted = new Float64Array(1)
  const uncertainty = curvaturesOf(wanted, (values, t) => {
    moveAlong(direction, subject, t)
    distribution.klOldNew(kl, eta, direction.moved)
    values[0] = sum(kl) / kl.length
  }, REACH)
  return compare(metric, wanted[0], Math.max(Math.abs(metric), Math.abs(wanted[0]), NEGLIGIBLE), uncertainty)
}

/** uᵀMu, given as `metric`, against the mean of Σ (L_kᵀ u)². */
function factors(subject: Subject, { rows, shared }: EtaDirection, metric: number): Comparison {
  const { backend, distribution, eta } = subject
  const N = eta.rows.rows, { etaSize } = distribution
  const factor = backend.allocate(N, etaSize), sharedProduct = new Float64Array(shared.length)
  let total = 0
  for (let k = 0; k < etaSize; k++) {
    distribution.metricFactor(factor, eta, k, 0, N)
    for (let i = 0; i < N; i++) {
      let along = 0
      for (let p = i * etaSize; p < (i + 1) * etaSize; p++) along += factor.data[p] * rows[p]
      total += along * along
    }
  }
  // There are no factors for shared parameters: their part is the metric itself.
  distribution.sharedMetric(sharedProduct, shared, eta)
  const wanted = total / N + dot(shared, sharedProduct)
  return compare(metric, wanted, Math.max(Math.abs(metric), Math.abs(wanted), NEGLIGIBLE))
}
