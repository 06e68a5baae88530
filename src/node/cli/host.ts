/**
 * What every command is given besides its words.
 */
import type { Environments } from '../environments.ts'
import type { Streams } from '../process/streams.ts'

export interface Host {
  readonly environments: Environments
  /** What a user types to run this program. */
  readonly program: string
  readonly streams: Streams
}
