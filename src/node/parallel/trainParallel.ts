/**
 * A training in several threads of Node, each with a part of the environments: the same records, bit for bit,
 * as `train` in one thread. All that is sent are gradients and sums (math/communicator), records, and orders.
 * But: a bundle that leaves out the file of the threads (worker.js, beside crew.js) cannot start them.
 */
import { argumentError, expectAbove, show } from '../../errors/expect.ts'
import { isPlainRecord } from '../../errors/kinds.ts'
import { decodePolicy, encodePolicy } from '../../io/policyFile.ts'
import { decodeValue, encodeValue } from '../../io/valueFile.ts'
import { expectSize } from '../../parallel/memory.ts'
import type { StopSignal } from '../../rl/play/late.ts'
import type { Policy } from '../../rl/policy.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'
import { type AsyncRunOptions, resolveSettings } from '../../trpo/start/settings.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'
import type { Iteration } from '../../trpo/train.ts'
import { type Plan, startCrew } from './crew.ts'
import type { PlainRecord } from './orders.ts'

/** What `trainParallel` takes beside hyper-parameters. */
export interface ParallelOptions extends Pick<AsyncRunOptions, 'resume' | 'policy' | 'value' | 'signal'> {
  /** Threads: 1, 2, 4, 8 or 16, a divisor of `envCount`. */
  readonly workers: number
  /**
   * Milliseconds without a step of any environment or an exchange, after which the training has failed. It
   * must be longer than the slowest step, and than loading the module. Default: 60000.
   */
  readonly patience?: number
}

/** Milliseconds without a move. */
export const PATIENCE = 60_000

/**
 * Train as `trainAsync` does, in `options.workers` threads. `module` is a path or a file URL, whose default
 * export, or the export after `#`, makes environments; or a built-in environment's name. Each record has a
 * policy and a value function of its own. A thread that fails, ends or hangs ends all: one error names rank,
 * environment and step; one that hangs is ended without closing its environments. `clock` is replaced by that
 * of trpo/node.
 */
export function trainParallel(
  module: string | { readonly href: string }, options: Partial<TrainOptions> & ParallelOptions,
): AsyncGenerator<Iteration, Policy, void> {
  const word = typeof module === 'string' ? module : module?.href
  if (typeof word !== 'string') throw argumentError('module', 'a path, a URL of a file or a name', module)
  if (!isPlainRecord(options)) throw argumentError('options', 'a record with workers', options)
  const { workers, patience = PATIENCE, signal, ...given } = options
  expectSize('workers', workers)
  expectAbove('patience', patience, 0, Infinity)
  return trainInThreads(word, workers, given, { signal, patience: () => patience })
}

/** How a training in threads ends before its time. */
export interface Endings {
  readonly signal: StopSignal | undefined
  readonly patience: () => number
  /** Whether the signal ends only an iteration that no longer moves. */
  readonly gentle?: boolean
}

/** The same with a patience that may change. */
export function trainInThreads(
  word: string, size: number, given: Partial<TrainOptions> & AsyncRunOptions, endings: Endings,
): AsyncGenerator<Iteration, Policy, void> {
  const { signal } = endings
  const { options } = resolveSettings({ ...given, ...signal === undefined ? {} : { signal } })
  const { clock, backend, policy, value, ...plain } = given
  if (backend !== undefined && typeof backend !== 'string') {
    throw argumentError('backend', 'the name of one, with workers', backend)
  }
  for (const name of ['observer', 'communicator'] as const) {
    if (given[name] !== undefined) throw argumentError(name, 'none with workers', given[name])
  }
  if (options.envCount % size !== 0) {
    throw new RangeError(`workers: expected a divisor of envCount, ${options.envCount}, got ${show(size)}`)
  }
  const plan: Plan = {
    size, word, options: { ...plain, ...backend === undefined ? {} : { backend } },
    isTimed: clock !== undefined,
    policy: policy === undefined ? null : encodePolicy(policy),
    value: value === undefined ? null : encodeValue(value),
  }
  return records(plan, endings)
}

async function* records(
  plan: Plan, { signal, patience, gentle = false }: Endings,
): AsyncGenerator<Iteration, Policy, void> {
  if (signal?.aborted) throw signal.reason
  const crew = startCrew(plan, patience)
  const listener = (): void => crew.abort(signal!.reason)
  if (!gentle) signal?.addEventListener('abort', listener)
  // The record after which no further iteration has begun.
  let current: PlainRecord | null = null
  try {
    let policy: Policy | undefined
    for (;;) {
      current = null
      const report = await crew.turn().catch((error: unknown) => {
        // It did not move any more.
        throw signal?.aborted ? signal.reason : error
      })
      // At least one iteration is made.
      if (report === null) return policy!
      policy = decodePolicy(report.policy)
      const { record } = report
      current = record
      const snapshot = (): Snapshot => {
        if (current === record) return crew.snapshot()
        throw new RangeError('snapshot: expected a call before the next iteration begins, got one after that')
      }
      yield { ...record, policy, value: decodeValue(report.value), snapshot }
    }
  } finally {
    signal?.removeEventListener('abort', listener)
    current = null
    await crew.stop()
  }
}
