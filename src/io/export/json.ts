/**
 * A policy as JSON, for software that has no other reader; docs/guides/files.md lists the fields.
 * JSON has no infinity: null stands for a bound or limit that is not there. Numbers are the shortest decimals
 * that give back every bit.
 * But: no checksum, and no reader here; `encodePolicy` is for keeping a policy.
 */
import type { Tensor } from '../../math/tensor.ts'
import type { Normalizer } from '../../rl/normalizer.ts'
import type { Policy } from '../../rl/policy.ts'
import type { Space } from '../../rl/world/space.ts'
import type { Extra } from '../contents.ts'
import { stored } from './stored.ts'

/** What JSON can hold. */
export type Plain = null | number | string | readonly Plain[] | { readonly [name: string]: Plain }

/**
 * The policy as JSON text: spaces, distribution, activation, layers (weights [out, in]), log σ, normaliser,
 * and your own text `extra`. Throws as `encodePolicy` does.
 */
export function encodeJson(policy: Policy, extra: Extra = {}): string {
  const { policy: exact, metadata } = stored(policy, extra)
  const { net: { activation, parameters }, distribution, actionBounds, normalizer } = exact
  const fields: Readonly<Record<string, Plain>> = {
    format: 'trpo policy', format_version: 1, writer: metadata.get('writer')!,
    observation_space: spaceRecord(exact.observationSpace), action_space: spaceRecord(exact.actionSpace),
    distribution: distribution.name, bounds: exact.actionSpace.kind === 'box' ? actionBounds : null,
    activation: activation.name,
    layers: parameters.layers.map(({ W, b }) => ({ weight: transposedRows(W), bias: Array.from(b.data) })),
    log_std: parameters.shared.length > 0 ? Array.from(parameters.shared) : null,
    normalizer: normalizer === null ? null : normalizerRecord(normalizer),
    extra: { ...extra },
  }
  return `{\n${Object.entries(fields).map(([name, value]) => `  "${name}": ${json(value)}`).join(',\n')}\n}\n`
}

/** A space as JSON has it: its fields; bounds that are infinite become null when they are written. */
export function spaceRecord(space: Space): Readonly<Record<string, Plain>> {
  if (space.kind === 'box') return { kind: 'box', low: Array.from(space.low), high: Array.from(space.high) }
  return { ...space }
}

function normalizerRecord({ mean, scale, clip, statistics }: Normalizer): Plain {
  const { count, mean: all, squares } = statistics
  return {
    mean: Array.from(mean), scale: Array.from(scale),
    // The limit in effect: nothing is clipped before the first statistics.
    clip: count > 0 ? clip : Infinity,
    statistics: { count, mean: Array.from(all), squares: Array.from(squares) },
  }
}

/** Row by row of Wᵀ. */
function transposedRows({ data, rows, cols }: Tensor): number[][] {
  return Array.from({ length: cols }, (_, k) => Array.from({ length: rows }, (_, j) => data[j * cols + k]))
}

function json(value: Plain): string {
  // Python reads -0 as an integer, which has no sign.
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : JSON.stringify(value)
  if (value === null || typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(json).join(', ')}]`
  return `{${Object.entries(value).map(([name, x]) => `${JSON.stringify(name)}: ${json(x)}`).join(', ')}}`
}
