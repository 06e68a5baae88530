/**
 * What every command is given besides its words.
 */
import process from 'node:process'
import type { Environments } from '../environments.ts'
import type { Streams } from '../process/streams.ts'
import type { Reader } from '../show/page.ts'
import { terminal } from '../show/terminal.ts'

export interface Host {
  readonly environments: Environments
  /** What a user types to run this program. */
  readonly program: string
  /** What starts this program again, before the words of a command; null if that is not known. */
  readonly restart: readonly string[] | null
  readonly streams: Streams
}

/** For whom a page on stdout is laid out. */
export function readerOf({ program }: Host): Reader {
  return { program, columns: terminal(process.stdout, process.env).columns() }
}
