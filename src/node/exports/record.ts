/**
 * What a file of this package is, as a record: a policy, a value function, or a training. Pure.
 */
import { show } from '../../errors/expect.ts'
import type { Extra } from '../../io/contents.ts'
import { FileError } from '../../io/fileError.ts'
import { hashWeights } from '../../nn/hash.ts'
import { decodePolicy } from '../../io/policyFile.ts'
import { decodeSafetensors, type Metadata, type Tensors } from '../../io/safetensors.ts'
import { decodeTraining } from '../../io/trainingFile.ts'
import { decodeValue } from '../../io/valueFile.ts'
import { exp } from '../../math/elementary.ts'
import { moments } from '../../math/moments.ts'
import type { Mlp } from '../../nn/mlp.ts'
import { clampLogStd } from '../../nn/distributions/logStd.ts'
import type { Normalizer } from '../../rl/normalizer.ts'
import type { Space } from '../../rl/world/space.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'

/** A network, and what it reads. */
export interface NetworkRecord {
  readonly sizes: readonly number[]
  readonly activation: string
  readonly parameters: number
  /** Of its weights, θ or φ: sixteen hexadecimal digits. */
  readonly hash: string
  /** States seen and the limit of normalised observations (null for none); null without a normaliser. */
  readonly normalizer: { readonly states: number; readonly clip: number | null } | null
}

/** A file. */
export interface FileRecord {
  readonly format: string
  readonly writer: string
  /** Eight hexadecimal digits, which were right; null if the file has none. */
  readonly crc32: string | null
  readonly bytes: number
  readonly tensors: number
  readonly numbers: number
  /** Of a policy or a value function. */
  readonly network: NetworkRecord | null
  /** Of a policy or a training. */
  readonly spaces: { readonly observation: Space; readonly action: Space } | null
  /** Of a policy alone. */
  readonly policy: {
    readonly distribution: string
    /** Of Box actions; null for others. */
    readonly actionBounds: string | null
    /** σ of each dimension, if it is the same in all states; else null. */
    readonly std: readonly number[] | null
  } | null
  /** Of a training alone. */
  readonly training: Pick<Snapshot, 'iteration' | 'steps' | 'options'> & {
    /** Over the last finished episodes, and how many these are; null if there are none. */
    readonly recent: { readonly meanReturn: number; readonly episodes: number } | null
  } | null
  /** Whatever text the writer added. */
  readonly extra: Extra
}

const EXTRA = 'extra.'

/** The text that a file's writer added, by name. */
export function extraOf(metadata: Metadata): Extra {
  return Object.fromEntries([...metadata].filter(([key]) => key.startsWith(EXTRA))
    .map(([key, text]) => [key.slice(EXTRA.length), text]))
}

type Parts = Pick<FileRecord, 'network' | 'spaces' | 'policy' | 'training'>

const NOTHING: Parts = { network: null, spaces: null, policy: null, training: null }

/** By format. Each decodes the whole file, so that any damage is an error. */
const readers: Readonly<Record<string, (bytes: Uint8Array) => Parts>> = {
  'trpo policy': policyParts, 'trpo value': valueParts, 'trpo training': trainingParts,
}

/** Throws a FileError for bytes that are not a file of this package, whole and as written. */
export function recordOf(bytes: Uint8Array): FileRecord {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const format = metadata.get('format') ?? ''
  if (!Object.hasOwn(readers, format)) {
    const known = Object.keys(readers).map(show).join(' | ')
    throw new FileError(`format: expected ${known}, got ${show(metadata.get('format'))}`)
  }
  return {
    format, writer: metadata.get('writer') ?? 'unknown', crc32: metadata.get('crc32') ?? null,
    bytes: bytes.length, tensors: tensors.size, numbers: numbersIn(tensors),
    ...readers[format](bytes), extra: extraOf(metadata),
  }
}

function policyParts(bytes: Uint8Array): Parts {
  const { observationSpace, actionSpace, distribution, actionBounds, net, normalizer } = decodePolicy(bytes)
  const { shared } = net.parameters
  return {
    ...NOTHING, network: networkRecord(net, normalizer),
    spaces: { observation: observationSpace, action: actionSpace },
    policy: {
      distribution: distribution.name, actionBounds: actionSpace.kind === 'box' ? actionBounds : null,
      std: shared.length === 0 ? null : Array.from(shared, (x) => exp(clampLogStd(x))),
    },
  }
}

function valueParts(bytes: Uint8Array): Parts {
  const { net, normalizer } = decodeValue(bytes)
  return { ...NOTHING, network: networkRecord(net, normalizer) }
}

function trainingParts(bytes: Uint8Array): Parts {
  const { observationSpace, actionSpace, iteration, steps, options, recent } = decodeTraining(bytes)
  const { mean } = moments(Float64Array.from(recent, (episode) => episode.return))
  return {
    ...NOTHING, spaces: { observation: observationSpace, action: actionSpace },
    training: {
      iteration, steps, options,
      recent: recent.length === 0 ? null : { meanReturn: mean, episodes: recent.length },
    },
  }
}

function networkRecord(net: Mlp, normalizer: Normalizer | null): NetworkRecord {
  const { sizes, activation, parameters } = net
  return {
    sizes, activation: activation.name, parameters: parameters.flat.length, hash: hashWeights({ net }),
    normalizer: normalizer === null ? null : {
      states: normalizer.statistics.count, clip: normalizer.clip < Infinity ? normalizer.clip : null,
    },
  }
}

function numbersIn(tensors: Tensors): number {
  return [...tensors.values()].reduce((total, { data }) => total + data.length, 0)
}
