/**
 * config.json: what was run, with every option as it was resolved, and when it was continued.
 */
import process from 'node:process'
import { join } from 'node:path'
import { Buffer } from 'node:buffer'
import { VERSION } from '../../io/version.ts'
import { isPlainRecord } from '../../errors/kinds.ts'
import { UsageError } from '../cli/failure.ts'
import { readWhole, writeWhole } from '../files.ts'
import { shownPath } from '../show/text.ts'
import { CONFIG } from './folder.ts'
import { now, type PlainOptions, type StartRecord } from './records.ts'

/** One process that worked on a run. */
interface Session {
  readonly date: string
  readonly version: string
  /** What ran it, such as `node v20.19.0 linux x64`. */
  readonly host: string
  /** Iteration that it began after. */
  readonly iteration: number
}

export interface Config extends Omit<StartRecord, 'type' | 'iteration' | 'steps'> {
  readonly sessions: readonly Session[]
}

export function configOf(record: StartRecord): Config {
  const { type: _type, iteration: _iteration, steps: _steps, ...start } = record
  return { ...start, sessions: [session(0)] }
}

/** The configuration of a run that is continued after `iteration`, with options that may be others. */
export function continued(config: Config, options: PlainOptions, iteration: number): Config {
  return { ...config, options, sessions: [...config.sessions, session(iteration)] }
}

function session(iteration: number): Session {
  const host = `node ${process.version} ${process.platform} ${process.arch}`
  return { date: now(), version: VERSION, host, iteration }
}

/** Throws a UsageError. */
export function writeConfig(folder: string, config: Config): void {
  writeWhole(join(folder, CONFIG), Uint8Array.from(Buffer.from(`${JSON.stringify(config, null, 2)}\n`)))
}

/** Throws a UsageError for a file that is no configuration of a run. */
export function readConfig(folder: string): Config {
  const path = join(folder, CONFIG)
  const text = Buffer.from(readWhole(path)).toString('utf8')
  try {
    const config = JSON.parse(text) as Config
    const isConfig = isPlainRecord(config) && isPlainRecord(config.options)
      && typeof config.environment === 'string' && Array.isArray(config.sessions)
      && Number.isSafeInteger(config.evalEvery) && Number.isSafeInteger(config.evalEpisodes)
      && Number.isSafeInteger(config.seed)
      && (config.solvedReturn === null || Number.isFinite(config.solvedReturn))
    if (isConfig) return config
  } catch {
    // Said below.
  }
  throw new UsageError(`${shownPath(path)}: expected the configuration of a run, got other text`)
}
