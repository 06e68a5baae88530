/**
 * A distribution's KL(old ‖ new) and entropy against means over draws from it. Unlike the metric, KL by draws
 * shows whether its arguments are swapped.
 */
import { moments } from '../../math/moments.ts'
import type { Random } from '../../math/random.ts'
import { largestMagnitude, sum } from '../../math/vector.ts'
import type { Check } from '../comparison.ts'
import { type EtaDirection, moveAlong, type Subject } from './etaDirections.ts'

/** Minimum number of draws from π_old, over all states, by which KL and entropy are measured. */
const DRAWS = 65536
/** Standard errors by which a mean of draws may be wrong: chance exceeds them once in 5e8. */
const ERRORS = 6
/** An event that is expected this many times among the draws occurs in none of them once in e^20 = 5e8. */
const MISSED = 20

/** KL(old ‖ new) at some distance along each direction, and entropy, by draws from π_old. */
export function verifyDraws(subject: Subject, directions: readonly EtaDirection[], random: Random): Check[] {
  const { backend, distribution, eta } = subject
  const N = eta.rows.rows, rounds = Math.ceil(DRAWS / N)
  const actions = backend.allocate(N, distribution.actionSize), streams = new Array<Random>(N).fill(random)
  const old = new Float64Array(N), new_ = new Float64Array(N), entropy = new Float64Array(N)
  const kls = directions.map(() => new Float64Array(N))
  directions.forEach((direction, k) => moveFar(direction, subject, kls[k]))
  distribution.entropy(entropy, eta)

  // Each entry has mean 0 if the distribution is right.
  const surprise = new Float64Array(rounds * N), excess = directions.map(() => new Float64Array(rounds * N))
  for (let round = 0; round < rounds; round++) {
    distribution.sample(actions, eta, streams)
    distribution.logProbability(old, actions, eta)
    for (let i = 0; i < N; i++) surprise[round * N + i] = -old[i] - entropy[i]
    directions.forEach(({ moved }, k) => {
      distribution.logProbability(new_, actions, moved)
      for (let i = 0; i < N; i++) excess[k][round * N + i] = old[i] - new_[i] - kls[k][i]
    })
  }
  const reason = `${ERRORS} standard errors of ${rounds * N} draws, and events too rare for so many`
  return [
    meanIsZero('klOldNew', 'KL(old‖new) against log π_old − log π_new, mean over draws from π_old, in nats',
      excess, reason),
    meanIsZero('entropy', 'entropy against −log π, mean over draws, in nats', [surprise], reason),
  ]
}

/** Move to where mean KL is about ¼ to 1 nat, found by doubling; kl ← KL(old ‖ new) there. */
function moveFar(direction: EtaDirection, subject: Subject, kl: Float64Array): void {
  const { distribution, eta } = subject
  const klAt = (t: number): number => {
    moveAlong(direction, subject, t)
    distribution.klOldNew(kl, eta, direction.moved)
    return sum(kl) / kl.length
  }
  let length = 1
  while (length < 1024 && klAt(length) < 0.25) length *= 2
  while (length > 1e-9 && !(klAt(length) <= 1)) length /= 2
}

/** Whether each series has mean 0, apart from chance: the one that is furthest from it, by its tolerance. */
function meanIsZero(name: string, compares: string, series: readonly Float64Array[], reason: string): Check {
  const checks = series.map((each) => {
    const { mean, variance } = moments(each)
    const missed = MISSED / each.length * Math.max(1, largestMagnitude(each))
    const allowed = ERRORS * Math.sqrt(variance / each.length) + missed
    const error = Number.isFinite(mean) && Number.isFinite(allowed) ? Math.abs(mean) : Infinity
    const tolerance = Number.isFinite(allowed) ? allowed : 0
    return { name, compares, error, tolerance, reason, passed: error <= allowed }
  })
  const share = ({ error, tolerance }: Check): number => (error === Infinity ? Infinity : error / tolerance)
  return checks.reduce((worst, each) => (share(each) > share(worst) ? each : worst))
}
