/**
 * The text of a policy's report: one line per check, below what was checked.
 */
import type { Mlp } from '../../nn/mlp.ts'
import type { Policy } from '../../rl/policy.ts'
import type { Check } from '../comparison.ts'

/** Number of states given, and of those on which the network was differenced. */
export interface StateCounts { readonly states: number; readonly statesClear: number }

export function reportText(
  policy: Policy, { states, statesClear }: StateCounts, checks: readonly Check[],
): string[] {
  const nameWidth = checks.reduce((max, { name }) => Math.max(max, name.length), 0)
  const verdict = checks.every(({ passed }) => passed) ? 'every check passed' : 'FAILED'
  const left = states - statesClear
  return [
    `${policy.distribution.name} on ${networkText(policy.net)}: ${verdict}`,
    `${states} states${left > 0 ? `, ${left} of them left out: a relu's kink is too near` : ''}`,
    ...checks.map((check) => checkText(check, nameWidth)),
  ]
}

function networkText({ sizes, activation, parameters }: Mlp): string {
  return `a network ${sizes.join('-')} (${activation.name}), ${parameters.flat.length} parameters`
}

function checkText({ name, error, tolerance, reason, compares, passed }: Check, nameWidth: number): string {
  const outcome = passed ? 'ok  ' : 'FAIL', numbers = `${digits(error)} of ${digits(tolerance)}`
  return `${outcome} ${name.padEnd(nameWidth)}  ${numbers}  ${compares} (${reason})`
}

function digits(x: number): string {
  return x === Infinity ? 'not finite' : x.toExponential(1)
}
