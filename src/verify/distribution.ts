/**
 * A distribution against its own log π: every other method of the contract follows from that one, so that a fault in
 * a score, a metric, a KL or a sampler shows, whoever wrote it.
 *
 *   score        differences of Σ wᵢ log π(aᵢ | η) along random directions of η
 *   metric       second differences of mean KL(old ‖ new) at new = old; both orders of KL have the same ones
 *   metricFactor Σ (L_kᵀ u)² against uᵀ M u
 *   klOldNew     the mean of log π_old − log π_new over draws from π_old: this does tell the order
 *   entropy      the mean of −log π over draws
 *   entropyScore differences of the mean entropy along random directions of η
 *
 * But: log π itself is taken at its word, but for the draws, which must be distributed as it says.
 */
import type { Backend } from '../math/backend.ts'
import { type Check, compare, type Comparison, judge } from './comparison.ts'
import { curvaturesOf, slopesOf } from './differences.ts'
import { moments } from '../math/moments.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { dot, largestMagnitude, norm, sum } from '../math/vector.ts'
import { createEta, type Distribution, type Eta } from '../nn/distributions/distribution.ts'

/** Differences of η begin with this step, and go down to 4⁻⁷ of it. */
const REACH = 1 / 16
/** Draws from π_old by which KL and entropy are measured: at least that many over all states. */
const DRAWS = 65536
/** Standard errors that a mean of draws may be off: beyond it by chance once in 5e8. */
const ERRORS = 6
/** An event that comes MISSED times in so many draws, on average, is missed by all of them once in e^20 = 5e8. */
const MISSED = 20
/**
 * Scores, metrics and curvatures below this, a state and unit of η, are not told from 0: log π and KL have rounding of
 * 1e-16, and a policy that is all but certain of its actions has nothing beyond that.
 */
export const LEAST = 1e-6

/** A way through η-space, and an η that is moved along it. */
interface Way {
  /** [N, inputs] and [shared] */
  readonly rows: Float64Array
  readonly shared: Float64Array
  readonly moved: Eta
}

/** Checks on the states of a prepared `eta`, along `directions` random ways; draws come from `random`. */
export function verifyDistribution(
  backend: Backend, distribution: Distribution, eta: Eta, directions: number, random: Random,
): Check[] {
  const N = eta.rows.rows
  const { etaSize, sharedSize } = distribution
  const normals = (n: number): Float64Array => Float64Array.from({ length: n }, () => random.normal())
  const ways = Array.from({ length: directions }, (): Way => ({
    rows: normals(N * etaSize), shared: normals(sharedSize),
    moved: createEta(backend, distribution, backend.allocate(N, etaSize), new Float64Array(sharedSize), eta.mask),
  }))
  const metric = ways.map((way) => metricAlong(backend, distribution, eta, way))
  return [
    judge('score', 'score against differences of log π in η', scores(backend, distribution, eta, ways, random), 1e-6,
      'extrapolated differences are good to 1e-9'),
    judge('metric', 'uᵀMu against second differences of mean KL(old‖new) in η',
      ways.map((way, k) => curvature(distribution, eta, way, metric[k])), 1e-5, 'second differences are good to 1e-7'),
    judge('metricFactor', 'Σ (L_kᵀu)² against uᵀMu',
      ways.map((way, k) => factors(backend, distribution, eta, way, metric[k])), 1e-9, 'rounding alone'),
    judge('entropyScore', 'entropyScore against differences of mean entropy in η',
      entropyScores(backend, distribution, eta, ways), 1e-6, 'extrapolated differences are good to 1e-9'),
    ...draws(backend, distribution, eta, ways, random),
  ]
}

/** moved ← eta + t · way */
function move(distribution: Distribution, { rows, shared, moved }: Way, eta: Eta, t: number): void {
  for (let p = 0; p < rows.length; p++) moved.rows.data[p] = eta.rows.data[p] + t * rows[p]
  for (let j = 0; j < shared.length; j++) moved.shared[j] = eta.shared[j] + t * shared[j]
  distribution.prepare(moved)
}

function scores(
  backend: Backend, distribution: Distribution, eta: Eta, ways: readonly Way[], random: Random,
): Comparison[] {
  const N = eta.rows.rows
  const actions = backend.allocate(N, distribution.actionSize), logs = new Float64Array(N)
  const weights = Float64Array.from({ length: N }, () => random.normal())
  distribution.sample(actions, eta, new Array<Random>(N).fill(random))
  return slopes(backend, distribution, eta, ways, LEAST * norm(weights),
    (etaBar, sharedBar) => distribution.score(etaBar, sharedBar, weights, actions, eta),
    (moved) => {
      distribution.logProbability(logs, actions, moved)
      return dot(weights, logs)
    })
}

function entropyScores(backend: Backend, distribution: Distribution, eta: Eta, ways: readonly Way[]): Comparison[] {
  const N = eta.rows.rows, entropies = new Float64Array(N)
  return slopes(backend, distribution, eta, ways, LEAST,
    (etaBar, sharedBar) => distribution.entropyScore(etaBar, sharedBar, 1 / N, eta),
    (moved) => {
      distribution.entropy(entropies, moved)
      return sum(entropies) / N
    })
}

/** What `differentiate` writes, along each way, against the slope of `value` there; below `least` neither is told from 0. */
function slopes(
  backend: Backend, distribution: Distribution, eta: Eta, ways: readonly Way[], least: number,
  differentiate: (etaBar: Tensor, sharedBar: Float64Array) => void, value: (moved: Eta) => number,
): Comparison[] {
  const N = eta.rows.rows
  const etaBar = backend.allocate(N, distribution.etaSize), sharedBar = new Float64Array(distribution.sharedSize)
  differentiate(etaBar, sharedBar)
  const bar = etaBar.data.slice(0, N * distribution.etaSize)
  const length = Math.sqrt(dot(bar, bar) + dot(sharedBar, sharedBar))
  return ways.map((way) => {
    const slope = new Float64Array(1)
    const uncertainty = slopesOf(slope, (values, t) => {
      move(distribution, way, eta, t)
      values[0] = value(way.moved)
    }, REACH)
    const along = dot(bar, way.rows) + dot(sharedBar, way.shared)
    return compare(along, slope[0], Math.max(length, Math.abs(slope[0]), least), uncertainty)
  })
}

/** The mean over states of uᵀMu, in two stretches, as the tiles of a batch come. */
function metricAlong(backend: Backend, distribution: Distribution, eta: Eta, { rows, shared }: Way): number {
  const N = eta.rows.rows, half = Math.floor(N / 2)
  const product = backend.allocate(N, distribution.etaSize), sharedProduct = new Float64Array(shared.length)
  product.data.set(rows)
  distribution.metric(product, eta, half, N - half, 1 / N)
  if (half > 0) distribution.metric(product, eta, 0, half, 1 / N)
  distribution.sharedMetric(sharedProduct, shared, eta)
  return dot(rows, product.data.subarray(0, rows.length)) + dot(shared, sharedProduct)
}

function curvature(distribution: Distribution, eta: Eta, way: Way, metric: number): Comparison {
  const kl = new Float64Array(eta.rows.rows), wanted = new Float64Array(1)
  const uncertainty = curvaturesOf(wanted, (values, t) => {
    move(distribution, way, eta, t)
    distribution.klOldNew(kl, eta, way.moved)
    values[0] = sum(kl) / kl.length
  }, REACH)
  return compare(metric, wanted[0], Math.max(Math.abs(metric), Math.abs(wanted[0]), LEAST), uncertainty)
}

function factors(backend: Backend, distribution: Distribution, eta: Eta, { rows, shared }: Way, metric: number): Comparison {
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
  // What states share has no factor: the metric itself.
  distribution.sharedMetric(sharedProduct, shared, eta)
  const wanted = total / N + dot(shared, sharedProduct)
  return compare(metric, wanted, Math.max(Math.abs(metric), Math.abs(wanted), LEAST))
}

/** KL(old ‖ new) at a distance, and entropy, by draws from π_old. */
function draws(
  backend: Backend, distribution: Distribution, eta: Eta, ways: readonly Way[], random: Random,
): Check[] {
  const N = eta.rows.rows, rounds = Math.ceil(DRAWS / N)
  const actions = backend.allocate(N, distribution.actionSize), streams = new Array<Random>(N).fill(random)
  const old = new Float64Array(N), new_ = new Float64Array(N), entropy = new Float64Array(N)
  const kls = ways.map(() => new Float64Array(N))
  ways.forEach((way, k) => moveFar(distribution, way, eta, kls[k]))
  distribution.entropy(entropy, eta)

  const surprise = new Float64Array(rounds * N), excess = ways.map(() => new Float64Array(rounds * N))
  for (let round = 0; round < rounds; round++) {
    distribution.sample(actions, eta, streams)
    distribution.logProbability(old, actions, eta)
    for (let i = 0; i < N; i++) surprise[round * N + i] = -old[i] - entropy[i]
    ways.forEach((way, k) => {
      distribution.logProbability(new_, actions, way.moved)
      for (let i = 0; i < N; i++) excess[k][round * N + i] = old[i] - new_[i] - kls[k][i]
    })
  }
  const reason = `${ERRORS} standard errors of ${rounds * N} draws, and events too rare for so many`
  return [
    drawn('klOldNew', 'KL(old‖new) against log π_old − log π_new, mean over draws from π_old, in nats', excess, reason),
    drawn('entropy', 'entropy against −log π, mean over draws, in nats', [surprise], reason),
  ]
}

/** Move to where mean KL is some ¼ to 1 nat, found by doubling; kl ← KL(old ‖ new) there. */
function moveFar(distribution: Distribution, way: Way, eta: Eta, kl: Float64Array): void {
  const klAt = (t: number): number => {
    move(distribution, way, eta, t)
    distribution.klOldNew(kl, eta, way.moved)
    return sum(kl) / kl.length
  }
  let length = 1
  while (length < 1024 && klAt(length) < 0.25) length *= 2
  while (length > 1e-9 && !(klAt(length) <= 1)) length /= 2
}

/** Whether what should vanish on average does: the series furthest from it, as a share of what is allowed. */
function drawn(name: string, compares: string, series: readonly Float64Array[], reason: string): Check {
  const checks = series.map((each) => {
    const { mean, variance } = moments(each)
    const missed = MISSED / each.length * Math.max(1, largestMagnitude(each))
    const allowed = ERRORS * Math.sqrt(variance / each.length) + missed
    const error = Number.isFinite(mean) && Number.isFinite(allowed) ? Math.abs(mean) : Infinity
    return { name, compares, error, tolerance: Number.isFinite(allowed) ? allowed : 0, reason, passed: error <= allowed }
  })
  const share = ({ error, tolerance }: Check): number => (error === Infinity ? Infinity : error / tolerance)
  return checks.reduce((worst, each) => (share(each) > share(worst) ? each : worst))
}
