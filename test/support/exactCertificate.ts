/**
 * What a certificate says, exactly: KL(old ‖ new), its mean and its maximum over states, and the gain of L
 * (or of L + c · entropy) between two θ, by the definitions, in at least 67 decimal digits. θ, observations,
 * actions and advantages are doubles, and taken as exact. That log σ is clamped to ±150 is a definition, too.
 * Takes nothing of src but types. The precision rises until rounding cannot change the verdict.
 */
import type { ActivationName } from '../../src/nn/activation.ts'
import { type Big, type BigArithmetic, bigArithmetic, ZERO } from './bigFloat.ts'
import { passThrough } from './naive.ts'

type Vector = ArrayLike<number>

/** `choices`: the number of values per component of a discrete action. A Bernoulli has the logits 0 and z. */
export type ExactFamily =
  | { readonly kind: 'gaussian' | 'stateGaussian' | 'bernoulli'; readonly n: number }
  | { readonly kind: 'categorical' | 'multiCategorical'; readonly choices: readonly number[] }

/** An update on N states. Tensors are row by row. */
export interface ExactUpdate {
  readonly family: ExactFamily
  readonly sizes: readonly number[]
  readonly activation: ActivationName
  /** θ before and after: W₁ [in, out] row by row, b₁, W₂, …, then log σ of a `gaussian`. */
  readonly before: Vector
  readonly after: Vector
  /** [N, inputs], [N, actionSize], [N, logits] or null, [N] */
  readonly observations: Vector
  readonly actions: Vector
  readonly masks: Vector | null
  readonly advantages: Vector
  /** c of the entropy bonus. */
  readonly entropyCoefficient: number
}

export interface ExactCertificate {
  readonly klMean: Big
  readonly klMax: Big
  readonly gain: Big
  /** Bounds of what rounding may have changed. */
  readonly klError: Big
  readonly gainError: Big
  readonly bits: number
}

/** Precisions to try; the last one is taken whatever it shows, since a gain may be exactly 0. */
const BITS = [224, 448, 896, 1344], LAST_BITS = 4096

/** At the first precision that decides whether the KL is within `limit`, and whether the gain is above 0. */
export function exactCertificate(
  update: ExactUpdate, limit: number, constraint: 'mean-kl' | 'max-kl' = 'mean-kl',
): ExactCertificate {
  for (const bits of BITS) {
    const of = bigArithmetic(bits), found = certificateAt(of, update)
    const away = of.subtract(constraint === 'mean-kl' ? found.klMean : found.klMax, of.constant(limit))
    const clear = (x: Big, error: Big): boolean => of.compare(magnitude(x), error) > 0
    if (clear(away, found.klError) && clear(found.gain, found.gainError)) return found
  }
  return certificateAt(bigArithmetic(LAST_BITS), update)
}

function magnitude({ mantissa, exponent }: Big): Big {
  return { mantissa: mantissa < 0n ? -mantissa : mantissa, exponent }
}

/** Of one state: KL(old ‖ new), log π_new(a) − log π_old(a), and how the entropy grows. */
interface StateChange { readonly kl: Big; readonly logRatio: Big; readonly entropy: Big }

export function certificateAt(of: BigArithmetic, update: ExactUpdate): ExactCertificate {
  const { family, sizes, activation, observations, advantages, entropyCoefficient } = update
  const N = advantages.length, inputs = sizes[0], outputs = sizes[sizes.length - 1]
  of.forget()
  const [before, after] = [update.before, update.after].map((theta) => Array.from(theta, of.constant))
  const changes = Array.from({ length: N }, (_, i): StateChange => {
    const input = Array.from({ length: inputs }, (_, k) => observations[i * inputs + k])
    const [old, new_] = [before, after].map((theta) => {
      const { outputs: rows } = passThrough(of, { sizes, activation }, theta, input)
      return family.kind === 'gaussian' ? [...rows, ...theta.slice(theta.length - family.n)] : rows
    })
    const width = update.actions.length / N
    const action = Array.from({ length: width }, (_, j) => update.actions[i * width + j])
    const allowed = (j: number): boolean => update.masks === null || update.masks[i * outputs + j] === 1
    return 'choices' in family ? choose(of, family.choices, old, new_, action, allowed)
      : family.kind === 'bernoulli' ? flip(of, old, new_, action) : spread(of, family.n, old, new_, action)
  })
  // Numbers of up to 2^highest are off by 2^-bits of themselves, and squared.
  const slack: Big = { mantissa: 1n, exponent: 2 * of.highest() + 12 - of.bits }
  const share = of.divide(of.constant(1), of.constant(N))
  const mean = (terms: readonly Big[]): Big => of.multiply(of.sum(terms), share)
  const kls = changes.map(({ kl }) => kl)
  const gains = changes.map(({ logRatio }, i) => of.multiply(of.expm1(logRatio), of.constant(advantages[i])))
  const sizesOfGains = changes.map(({ logRatio }, i) =>
    of.multiply(of.add(of.exp(logRatio), of.constant(1)), of.constant(Math.abs(advantages[i]))))
  const c = of.constant(entropyCoefficient)
  return {
    klMean: mean(kls), klMax: kls.reduce((a, b) => (of.compare(a, b) < 0 ? b : a)),
    gain: of.add(mean(gains), of.multiply(c, mean(changes.map(({ entropy }) => entropy)))),
    klError: slack, gainError: of.multiply(slack, of.add(mean(sizesOfGains), c)), bits: of.bits,
  }
}

/** Gaussians: means, then log σ. With x = log σ′/σ: KL = ½ (e^−2x − 1) + x + ½ ((μ − μ′)/σ′)². */
function spread(
  of: BigArithmetic, n: number, old: readonly Big[], new_: readonly Big[], action: Vector,
): StateChange {
  const { add, constant, exp, expm1, multiply, negate, subtract } = of
  const half = constant(0.5), minusTwo = constant(-2)
  let kl = ZERO, logRatio = ZERO, entropy = ZERO
  for (let j = 0; j < n; j++) {
    const [logStd, newLogStd] = [old[n + j], new_[n + j]].map((x) => clamped(of, x))
    const x = subtract(newLogStd, logStd)
    const scale = exp(negate(logStd)), newScale = exp(negate(newLogStd))
    // Divided one by one, so that the largest number shows how much the difference may have lost.
    const by = (a: Big, b: Big, s: Big): Big => subtract(multiply(a, s), multiply(b, s))
    const a = constant(action[j])
    const z = by(a, old[j], scale), newZ = by(a, new_[j], newScale), moved = by(old[j], new_[j], newScale)
    const squares = multiply(half, multiply(moved, moved))
    kl = of.sum([kl, multiply(half, expm1(multiply(minusTwo, x))), x, squares])
    const lost = multiply(half, subtract(multiply(newZ, newZ), multiply(z, z)))
    logRatio = subtract(logRatio, add(lost, x))
    entropy = add(entropy, x)
  }
  return { kl, logRatio, entropy }
}

function clamped(of: BigArithmetic, logStd: Big): Big {
  const limit = of.constant(150)
  if (of.compare(logStd, limit) > 0) return limit
  return of.compare(logStd, of.negate(limit)) < 0 ? of.negate(limit) : logStd
}

/** p and log p of a choice with these logits: log p = z − top − log(1 + Σ e^(z − top) over the others). */
function softmax(of: BigArithmetic, logits: readonly Big[]): { readonly p: Big; readonly log: Big }[] {
  let top = 0
  logits.forEach((z, j) => { if (of.compare(z, logits[top]) > 0) top = j })
  const below = logits.map((z) => of.subtract(z, logits[top])), powers = below.map(of.exp)
  const others = of.sum(powers.filter((_, j) => j !== top))
  const total = of.add(of.constant(1), others), logTotal = of.log1p(others)
  return below.map((z, j) => ({ p: of.divide(powers[j], total), log: of.subtract(z, logTotal) }))
}

/** One choice: KL = Σ p (log p − log q), entropy −Σ p log p. */
function chance(of: BigArithmetic, old: readonly Big[], new_: readonly Big[], taken: number): StateChange {
  const p = softmax(of, old), q = softmax(of, new_)
  const entropy = (of_: typeof p): Big => of.negate(of.sum(of_.map((each) => of.multiply(each.p, each.log))))
  return {
    kl: of.sum(p.map((each, j) => of.multiply(each.p, of.subtract(each.log, q[j].log)))),
    logRatio: of.subtract(q[taken].log, p[taken].log),
    entropy: of.subtract(entropy(q), entropy(p)),
  }
}

function total(of: BigArithmetic, parts: readonly StateChange[]): StateChange {
  const sum = (name: keyof StateChange): Big => of.sum(parts.map((part) => part[name]))
  return { kl: sum('kl'), logRatio: sum('logRatio'), entropy: sum('entropy') }
}

/** A component per entry of `choices`; what a mask forbids does not exist. */
function choose(
  of: BigArithmetic, choices: readonly number[], old: readonly Big[], new_: readonly Big[], action: Vector,
  allowed: (j: number) => boolean,
): StateChange {
  let at = 0
  return total(of, choices.map((n, c) => {
    const first = at
    at += n
    const open = Array.from({ length: n }, (_, j) => first + j).filter(allowed)
    return chance(of, open.map((j) => old[j]), open.map((j) => new_[j]), open.indexOf(first + action[c]))
  }))
}

function flip(of: BigArithmetic, old: readonly Big[], new_: readonly Big[], action: Vector): StateChange {
  return total(of, old.map((z, j) => chance(of, [ZERO, z], [ZERO, new_[j]], action[j])))
}
