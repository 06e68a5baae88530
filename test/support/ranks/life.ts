/**
 * A training as one number per iteration: a hash of its record with the bits of θ and φ. Alone or as one rank
 * of several, from its start or from a snapshot: in each case the same numbers are wanted.
 */
import { environments } from '../../../src/envs/index.ts'
import { addByte, createHash, digits } from '../../../src/nn/hash.ts'
import { decodeTraining, encodeTraining } from '../../../src/io/trainingFile.ts'
import type { Communicator } from '../../../src/math/communicator.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { train } from '../../../src/trpo/train.ts'
import { market } from '../market.ts'
import { noisyWalk } from '../noisyWalk.ts'
import { recordOf } from '../recordOf.ts'

/** Every built-in world, with episodes that end within a batch, and worlds with masks and without a limit. */
export const worlds: Readonly<Record<string, () => Env>> = {
  ...Object.fromEntries(Object.entries(environments).map(([name, { make }]) =>
    [name, () => make({ maxEpisodeSteps: 17 })])),
  Masks: () => market([4]),
  MasksOfParts: () => market([3, 2]),
  Walk: () => noisyWalk(),
}

export interface Task {
  readonly world: string
  readonly options: Partial<TrainOptions>
  /** A training file to continue from. */
  readonly resume?: Uint8Array
  /** The iteration after which a snapshot is made, and the training is left. Default: none. */
  readonly until?: number
}

export interface Life {
  readonly hashes: readonly string[]
  /** Of the iteration that the training was left after. */
  readonly snapshot: Uint8Array | null
}

export function live({ world, options, resume, until }: Task, communicator?: Communicator): Life {
  const hashes: string[] = []
  const start = resume === undefined ? options : { backend: options.backend, resume: decodeTraining(resume) }
  for (const record of train(worlds[world], { ...start, communicator })) {
    // Remarks are of the first record alone, also of the first after a snapshot.
    hashes.push(hashOf(JSON.stringify({ ...recordOf(record) as object, remarks: [] })))
    if (record.iteration === until) return { hashes, snapshot: encodeTraining(record.snapshot()) }
  }
  return { hashes, snapshot: null }
}

/** Of text without characters beyond ASCII. */
function hashOf(text: string): string {
  const hash = createHash()
  for (let i = 0; i < text.length; i++) addByte(hash, text.charCodeAt(i))
  return digits(hash)
}
