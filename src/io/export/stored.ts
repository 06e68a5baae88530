/**
 * A policy as a file would give it back: checked in every part, on the reference backend, shared with nobody.
 * Whatever else a policy is written as begins with this, so that all of them accept and refuse the same.
 */
import type { Policy } from '../../rl/policy.ts'
import type { Extra } from '../contents.ts'
import { decodePolicy, encodePolicy } from '../policyFile.ts'
import { decodeSafetensors, type Metadata } from '../safetensors.ts'

/** A policy, and what its file would say in words: spaces, distribution, activation, writer, `extra.…`. */
export interface Stored { readonly policy: Policy; readonly metadata: Metadata }

/** Throws as `encodePolicy` does. */
export function stored(policy: Policy, extra: Extra): Stored {
  const bytes = encodePolicy(policy, extra)
  const { metadata } = decodeSafetensors(bytes)
  for (const key of ['format', 'format_version', 'crc32']) metadata.delete(key)
  return { policy: decodePolicy(bytes), metadata }
}
