/**
 * The runs of a sweep: every combination of the values of its flags, each with every seed. Pure.
 * Seed by seed, so that after an interruption all configurations have been run about equally often.
 */
import type { TrainArguments } from '../cli/trainArguments.ts'
import { UsageError } from '../cli/failure.ts'
import { type FlagName, flagNames, writeFlag } from '../cli/flags.ts'
import { grouped } from '../show/format.ts'
import { MAX_RUNS } from './values.ts'

/** Flags of one combination of values, all seeds. */
export interface Configuration {
  readonly options: Readonly<Record<string, unknown>>
  /** As flags; '' if only the seed varies. */
  readonly flags: string
}

/** One training. */
export interface PlannedRun { readonly configuration: Configuration; readonly seed: number }

export interface Plan {
  readonly configurations: readonly Configuration[]
  readonly runs: readonly PlannedRun[]
}

/** Throws a UsageError if there are too many. */
export function planOf({ sweep, options }: TrainArguments): Plan {
  const { seed: seeds = [options.seed ?? 0], ...others } = sweep
  const count = Object.values(others).reduce((n, values) => n * values.length, seeds.length)
  if (count > MAX_RUNS) {
    throw new UsageError(`sweep: expected at most ${grouped(MAX_RUNS)} runs, got ${grouped(count)}`)
  }
  let combinations: Record<string, unknown>[] = [{}]
  for (const [name, values] of Object.entries(others)) {
    combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })))
  }
  const configurations = combinations.map((each): Configuration => ({ options: each, flags: flagsOf(each) }))
  const runs = (seeds as readonly number[]).flatMap((seed) =>
    configurations.map((configuration) => ({ configuration, seed })))
  return { configurations, runs }
}

/** Options as flags, in the order of help. */
export function flagsOf(options: Readonly<Record<string, unknown>>): string {
  return flagNames.filter((name) => Object.hasOwn(options, name))
    .map((name: FlagName) => writeFlag(name, options[name])).join(' ')
}

/** The words of a command that does one of the runs, in its folder or in none, and reports it as records. */
export function wordsOf(run: PlannedRun, given: TrainArguments, folder: string | null): string[] {
  const { environment, options, evalEpisodes, evalEvery, saveEvery, iterations, force, workers } = given
  const { seed: _all, ...fixed } = options
  const flags = flagsOf({ ...fixed, ...run.configuration.options, seed: run.seed })
  return [
    'train', environment!, ...flags.split(' '), '--eval-episodes', String(evalEpisodes),
    '--eval-every', String(evalEvery), '--save-every', String(saveEvery),
    ...iterations === undefined ? [] : ['--iterations', String(iterations)],
    ...workers === 1 ? [] : ['--workers', String(workers)],
    ...folder === null ? ['--no-run-dir'] : ['--run-dir', folder], ...force ? ['--force'] : [],
    '--json', '--no-color',
  ]
}

/** Characters of a folder's name; a longer one is replaced by the number of the configuration. */
const LONGEST = 80

/** A name for the folder of each run: its flags and its seed, `max-kl-0.01-s3`. */
export function folderNames({ configurations, runs }: Plan): string[] {
  const names = configurations.map(({ flags }) =>
    flags.replace(/--/g, '').replace(/[^\w.,+-]+/g, '-').replace(/^[-.]+/, ''))
  const readable = new Set(names).size === names.length && names.every((name) => name.length <= LONGEST)
  return runs.map(({ configuration, seed }) => {
    const k = configurations.indexOf(configuration)
    const name = readable ? names[k] : `c${k + 1}`
    return name === '' ? `s${seed}` : `${name}-s${seed}`
  })
}
