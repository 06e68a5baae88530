/**
 * A training that starts from the policy or the value function of another one: its weights, its normaliser,
 * and the options that describe them.
 */
import { show } from '../../errors/expect.ts'
import { near } from '../../rl/play/environments.ts'
import type { Normalizer } from '../../rl/normalizer.ts'
import { expectPolicy, type Policy } from '../../rl/policy.ts'
import { expectValue, type Value } from '../../rl/value.ts'
import { describeSpace } from '../../rl/world/space.ts'
import type { Learner } from '../learner.ts'
import type { TrainOptions } from '../options/options.ts'
import { shownOption } from '../options/resolve.ts'

/**
 * `given` with the options that follow from a policy and a value function. Throws one error if they do not
 * fit each other, or if others were given.
 */
export function impliedOptions(
  policy: Policy | undefined, value: Value | undefined, given: Partial<TrainOptions>,
): Partial<TrainOptions> {
  if (policy === undefined && value === undefined) return given
  const implied: { -readonly [K in keyof TrainOptions]?: TrainOptions[K] } = {}
  const problems: string[] = []
  const imply = <K extends keyof TrainOptions>(name: K, source: string, wanted: TrainOptions[K]): void => {
    const got = given[name] ?? implied[name]
    if (got !== undefined && String(got) !== String(wanted)) {
      const expected = `${shownOption(wanted)}, as the ${source} given has`
      problems.push(`${name}: expected ${expected}, got ${shownOption(got)}`)
    }
    implied[name] = wanted
  }
  if (policy !== undefined) {
    expectPolicy(policy)
    const { sizes, activation } = policy.net
    imply('hiddenSizes', 'policy', sizes.slice(1, -1))
    imply('activation', 'policy', activation.name)
    if (policy.actionSpace.kind === 'box') {
      imply('actionBounds', 'policy', policy.actionBounds)
      imply('stateDependentStd', 'policy', policy.stateDependentStd)
    }
  }
  if (value !== undefined) {
    expectValue('value', value)
    const { sizes, activation } = value.net
    imply('valueHiddenSizes', 'value function', sizes.slice(1, -1))
    imply('activation', 'value function', activation.name)
    if (policy !== undefined && !same(policy.normalizer, value.normalizer)) {
      problems.push('value: expected the normaliser of the policy given, got another')
    }
  }
  const source = policy === undefined ? 'value function' : 'policy'
  const { normalizer } = (policy ?? value)!
  if (normalizer !== null) imply('observationClip', source, normalizer.clip)
  const { normalizeObservations: way = normalizer === null ? 'off' : 'preserving' } = given
  if ((way === 'off') !== (normalizer === null)) {
    const problem = normalizer === null
      ? 'expected "off", as the policy given has no normaliser'
      : 'expected "preserving" | "plain", since there is a normaliser'
    problems.push(`normalizeObservations: ${problem}, got ${show(way)}`)
  }
  if (problems.length > 0) throw new RangeError(problems.join('\n'))
  return { ...given, ...implied, normalizeObservations: way }
}

function same(a: Normalizer | null, b: Normalizer | null): boolean {
  if (a === null || b === null) return a === b
  return String(a.mean) === String(b.mean) && String(a.scale) === String(b.scale) && a.clip === b.clip
}

/** θ, φ and normaliser of `learner` ← those given. Throws a RangeError if the spaces are not its own. */
export function warmStart(
  { policy, value }: Learner, given: Policy | undefined, givenValue: Value | undefined,
): void {
  if (given !== undefined) {
    for (const name of ['observationSpace', 'actionSpace'] as const) {
      const expected = describeSpace(policy[name]), got = describeSpace(given[name])
      if (got === expected) continue
      const wanted = `${near(expected, got)}, as the environments have`
      throw new RangeError(`policy.${name}: expected ${wanted}, got ${near(got, expected)}`)
    }
    policy.net.parameters.flat.set(given.net.parameters.flat)
  }
  if (givenValue !== undefined) {
    const inputs = value.net.sizes[0], got = givenValue.net.sizes[0]
    if (got !== inputs) {
      throw new RangeError(`value: expected a network of ${inputs} inputs for the observations, got ${got}`)
    }
    value.net.parameters.flat.set(givenValue.net.parameters.flat)
  }
  const from = given?.normalizer ?? givenValue?.normalizer ?? null
  if (from === null || policy.normalizer === null) return
  const { mean, scale, statistics } = policy.normalizer
  mean.set(from.mean)
  scale.set(from.scale)
  statistics.count = from.statistics.count
  statistics.mean.set(from.statistics.mean)
  statistics.squares.set(from.statistics.squares)
}
