/**
 * What a training starts from and what looks on, beside its hyper-parameters: given in the same record, kept
 * apart from them here, since they are objects and no choices of a table.
 */
import { argumentError, expectBoolean } from '../../errors/expect.ts'
import { isPlainRecord } from '../../errors/kinds.ts'
import { anyFunction, type Check, expectShape } from '../../errors/shape.ts'
import { type Communicator, expectCommunicator, solo } from '../../math/communicator.ts'
import type { StopSignal } from '../../rl/play/late.ts'
import type { Policy } from '../../rl/policy.ts'
import type { Value } from '../../rl/value.ts'
import { expectObserver, type Observer } from '../observer.ts'
import { expectSnapshot, freeOptions, type Snapshot } from './snapshot.ts'
import { impliedOptions } from './warmStart.ts'
import type { TrainOptions } from '../options/options.ts'
import { optionNames, resolveOptions, runNames, shownOption } from '../options/resolve.ts'

/** What a training starts from, and what looks on. */
export interface RunOptions {
  /**
   * Continue this training, bit for bit: from `iteration.snapshot()`. Its options hold; only `totalSteps`,
   * `backend` and `clock` may be others. Environments that cannot save their state begin a new episode.
   */
  readonly resume?: Snapshot | undefined
  /**
   * Start from a copy of this policy's weights and normaliser in place of random ones. Network, action bounds
   * and normalisation are then the policy's, too.
   */
  readonly policy?: Policy | undefined
  /** Start from a copy of this value function; if there is a policy as well, they share its normaliser. */
  readonly value?: Value | undefined
  /** Looks on while a step is made; changes no bit. */
  readonly observer?: Observer | undefined
  /**
   * Several processes or threads that run this training together, each with a part of the environments; all
   * get the same records, with the bits of one alone. Default: none.
   */
  readonly communicator?: Communicator | undefined
}

/** The same for `trainAsync`, which can be stopped. */
export interface AsyncRunOptions extends RunOptions {
  /**
   * Of an AbortController: ends the training between two timesteps, with its reason as the error. Policy and
   * value are as after the last iteration.
   */
  readonly signal?: StopSignal | undefined
}

/** Hyper-parameters and the rest, both checked. */
export interface Settings {
  readonly options: TrainOptions
  readonly run: AsyncRunOptions
}


/** Throws one error for all invalid hyper-parameters, or for what is wrong with the rest. */
export function resolveSettings(given: Partial<TrainOptions> & AsyncRunOptions): Settings {
  if (!isPlainRecord(given)) throw argumentError('options', 'a record', given)
  const run: Record<string, unknown> = {}, hyper: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!(runNames as readonly string[]).includes(name)) hyper[name] = value
    else if (value !== undefined) run[name] = value
  }
  const { resume, policy, value, observer, signal, communicator } = run as AsyncRunOptions
  if (communicator !== undefined) expectCommunicator('communicator', communicator)
  if (observer !== undefined) expectObserver('observer', observer)
  if (signal !== undefined) expectSignal('signal', signal)
  if (resume === undefined) {
    return { options: dividable(resolveOptions(impliedOptions(policy, value, hyper)), communicator), run }
  }
  for (const name of ['policy', 'value'] as const) {
    if (run[name] !== undefined) throw argumentError(name, 'none with resume', run[name])
  }
  return { options: dividable(resumedOptions(expectSnapshot('resume', resume), hyper), communicator), run }
}

/** Throws unless every rank gets equally many environments. */
function dividable(options: TrainOptions, { size }: Communicator = solo): TrainOptions {
  const { envCount } = options
  if (envCount % size === 0) return options
  throw new RangeError(`envCount: expected a multiple of the ${size} ranks, got ${envCount}`)
}

/** The options of the snapshot, with those that may differ as given. */
function resumedOptions({ options }: Snapshot, given: Partial<TrainOptions>): TrainOptions {
  const free = Object.entries(given).filter(([name]) => freeOptions.includes(name))
  const resolved = resolveOptions({ ...options, ...Object.fromEntries(free) })
  const all = resolveOptions({ ...options, ...given })
  const problems = optionNames.filter((name) => String(all[name]) !== String(resolved[name]))
    .map((name) => `${name}: expected ${shownOption(resolved[name])}, as in the training that is resumed, `
      + `got ${shownOption(all[name])}`)
  if (problems.length > 0) throw new RangeError(problems.join('\n'))
  return resolved
}

const expectSignal: Check = (name, value) => {
  const shape = { aborted: expectBoolean, addEventListener: anyFunction, removeEventListener: anyFunction }
  expectShape(name, value, 'an AbortSignal', shape)
}
