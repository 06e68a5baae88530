/**
 * The start of a run: a new folder or none, or the folder of a run that is continued. What is found wrong
 * ends the command before anything is changed.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { VERSION } from '../../io/version.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'
import { expectWritable } from '../files.ts'
import { UsageError } from '../cli/failure.ts'
import type { Host } from '../cli/host.ts'
import {
  repeatCommand, resolveTraining, type TrainArguments, type Training,
} from '../cli/trainArguments.ts'
import { clock } from '../clock.ts'
import { expectWorkers } from '../parallel/workers.ts'
import { loadCheckpoint, type Loaded } from './checkpoint.ts'
import { type Config, configOf, continued, readConfig, writeConfig } from './config.ts'
import {
  abandon, defaultFolder, type LockedFolder, METRICS, namedFolder, presentFolder, removeIfEmpty,
} from './folder.ts'
import { readHistory } from './history.ts'
import { now, plainOptions, type StartRecord } from './records.ts'
import { resolveResumed } from './resume.ts'

export interface OpenRun {
  readonly training: Training
  readonly start: StartRecord
  /** null for a run without a folder. */
  readonly folder: string | null
  /** What to continue from; null for a new run. */
  readonly snapshot: Snapshot | null
  /** For the user, one line each. */
  readonly notices: readonly string[]
  /** Whether there is nothing left to do. */
  readonly isOver: boolean
  /** Throws a UsageError if another process has the folder now. Once per minute it refreshes the lock. */
  expectOurs(): void
  /** Give the folder back; without the files of a run that did not come to its first iteration. */
  close(hasBegun: boolean): void
}

/** Throws a UsageError. */
export function openRun(given: TrainArguments, host: Host): OpenRun {
  return given.resume === undefined ? newRun(given, host) : resumedRun(given, given.resume, host)
}

function newRun(given: TrainArguments, { environments, program }: Host): OpenRun {
  const training = resolveTraining(given, clock, environments)
  expectWorkers(training)
  if (given.save !== undefined) expectWritable(given.save)
  const { environment, options: { seed } } = training
  const start = startRecord(training, program)
  const notices: string[] = []
  let folder: LockedFolder | null = null
  const begin = (made: LockedFolder): void => {
    folder = made
    writeConfig(made.path, configOf(start))
  }
  try {
    if (given.runDir === undefined) begin(defaultFolder(environment.name, seed, new Date()))
    else if (given.runDir !== null) begin(namedFolder(given.runDir, given.force))
  } catch (error) {
    (folder as LockedFolder | null)?.lock.release()
    // A folder that nobody asked for is worth no training.
    if (given.runDir !== undefined || !(error instanceof UsageError)) throw error
    notices.push(`no run folder: ${error.message}`)
    folder = null
  }
  return { ...held(folder), training, start, snapshot: null, notices, isOver: false }
}

function resumedRun(given: TrainArguments, path: string, { environments, program }: Host): OpenRun {
  const folder = presentFolder(path)
  try {
    const config = readConfig(path), loaded = loadCheckpoint(path)
    const training = resolveResumed(given, config, loaded.snapshot, clock, environments)
    expectWorkers(training)
    if (given.save !== undefined) expectWritable(given.save)
    return { ...held(folder), ...reopened(path, config, loaded, training, program) }
  } catch (error) {
    folder.lock.release()
    throw error
  }
}

function reopened(
  path: string, config: Config, { snapshot, notice }: Loaded, training: Training, program: string,
): Pick<OpenRun, 'training' | 'start' | 'snapshot' | 'notices' | 'isOver'> {
  const { iteration, steps } = snapshot
  const start = { ...startRecord(training, program), iteration, steps }
  const { options: { totalSteps }, given: { iterations = Infinity } } = training
  const isOver = (steps >= totalSteps || iteration >= iterations) && hasEnded(join(path, METRICS))
  if (!isOver) writeConfig(path, continued(config, start.options, iteration))
  return { training, start, snapshot, notices: notice === null ? [] : [notice], isOver }
}

function hasEnded(metrics: string): boolean {
  return statSync(metrics, { throwIfNoEntry: false }) !== undefined
    && readHistory(metrics).end?.reason === 'complete'
}

/** Milliseconds between two refreshes of the lock. */
const REFRESH = 60_000

function held(folder: LockedFolder | null): Pick<OpenRun, 'folder' | 'expectOurs' | 'close'> {
  let last = clock()
  const release = (): void => folder?.lock.release()
  process.on('exit', release)
  return {
    folder: folder?.path ?? null,
    expectOurs() {
      folder?.lock.expectOurs()
      if (clock() - last < REFRESH) return
      folder?.lock.refresh()
      last = clock()
    },
    close(hasBegun) {
      process.off('exit', release)
      if (!hasBegun && folder !== null) abandon(folder)
      release()
      if (!hasBegun && folder !== null) removeIfEmpty(folder.path)
    },
  }
}

function startRecord(training: Training, program: string): StartRecord {
  const { environment: { name, solvedReturn }, options, given: { evalEvery, evalEpisodes } } = training
  return {
    type: 'start', date: now(), iteration: 0, steps: 0, version: VERSION, environment: name, solvedReturn,
    seed: options.seed, options: plainOptions(options), evalEvery, evalEpisodes,
    command: repeatCommand(training, null, program),
  }
}
