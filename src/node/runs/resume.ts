/**
 * The words of a command that continues a run, as a training: options, environment and evaluations are those
 * of the run. What is given all the same must be equal, except `--total-steps` and `--backend`.
 */
import type { Snapshot } from '../../trpo/start/snapshot.ts'
import { optionNames, resolveOptions } from '../../trpo/options/resolve.ts'
import { show } from '../../errors/expect.ts'
import { UsageError } from '../cli/failure.ts'
import { flagOf, writeValue } from '../cli/flags.ts'
import {
  EVAL_EPISODES, flagProblem, type TrainArguments, type Training, wordOf,
} from '../cli/trainArguments.ts'
import { type Environments, findEnvironment, OWN } from '../environments.ts'
import { shown, shownPath } from '../show/text.ts'
import type { Config } from './config.ts'

const FREE: readonly string[] = ['totalSteps', 'backend', 'clock']

/** Throws one UsageError with a line per problem. `clock` is used with --phases. */
export function resolveResumed(
  given: TrainArguments, config: Config, snapshot: Snapshot, clock: () => number, environments: Environments,
): Training {
  const problems = [...given.problems]
  const differs = (flag: string, expected: string, got: string): void => {
    problems.push(`${flag}: expected ${expected}, as in ${shownPath(given.resume!)}, got ${got}`)
  }
  const environment = findEnvironment(given.environment ?? config.environment, environments)
  if (typeof environment === 'string') {
    problems.push(given.environment === undefined ? `${environment}; ${OWN}` : environment)
  } else if (environment.name !== config.environment) {
    differs('environment', shown(config.environment), shown(environment.name))
  }
  if (given.runDir !== undefined) differs('--run-dir', 'the folder of the run', show(given.runDir))
  if (given.force) problems.push('--force: expected nothing of it with --resume, which replaces no run')
  if (given.evalEvery !== 0 && given.evalEvery !== config.evalEvery) {
    differs('--eval-every', String(config.evalEvery), String(given.evalEvery))
  }
  if (given.evalEpisodes !== EVAL_EPISODES && given.evalEpisodes !== config.evalEpisodes) {
    differs('--eval-episodes', String(config.evalEpisodes), String(given.evalEpisodes))
  }
  try {
    const free = Object.fromEntries(Object.entries(given.options).filter(([name]) => FREE.includes(name)))
    const clocked = { clock: given.phases ? clock : undefined }
    const options = resolveOptions({ ...snapshot.options, ...free, ...clocked })
    const asGiven = resolveOptions({ ...snapshot.options, ...given.options, ...clocked })
    for (const name of optionNames) {
      const expected = writeValue(options[name]), got = writeValue(asGiven[name])
      if (got !== expected) differs(flagOf(name), expected, got)
    }
    if (options.totalSteps < snapshot.steps) {
      const problem = `expected at least the ${snapshot.steps} steps that are done, got ${options.totalSteps}`
      problems.push(`--total-steps: ${problem}`)
    }
    if (problems.length === 0 && typeof environment !== 'string') {
      const { evalEvery, evalEpisodes } = config
      return {
        environment, word: wordOf(given, environment), options, given: { ...given, evalEvery, evalEpisodes },
      }
    }
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'TypeError' && name !== 'RangeError') throw error
    problems.push(...message.split('\n').map(flagProblem))
  }
  throw new UsageError(problems.join('\n'))
}
