/**
 * The iterations of `trpo train`: in this thread, or with --workers in several others. Both are the same
 * records, so nothing else of the command depends on it.
 */
import type { StopSignal } from '../../rl/play/late.ts'
import type { Policy } from '../../rl/policy.ts'
import { type Iteration, trainAsync } from '../../trpo/train.ts'
import { makerOf } from '../environments.ts'
import type { OpenRun } from '../runs/open.ts'
import { PATIENCE, trainInThreads } from './trainParallel.ts'

/** Milliseconds without a move after which an iteration is given up, once the signal is given. */
const IMPATIENCE = 2000

/** All iterations of the run, from its snapshot on; the signal ends one whose world does not answer. */
export function iterationsOf(
  { training, snapshot }: Pick<OpenRun, 'training' | 'snapshot'>, signal: StopSignal,
): AsyncGenerator<Iteration, Policy, void> {
  const { environment, options, word, given: { workers } } = training
  const { totalSteps, backend, clock } = options
  const settings = snapshot === null ? options : { resume: snapshot, totalSteps, backend, clock }
  if (workers === 1) return trainAsync(makerOf(environment), { ...settings, signal })
  return trainInThreads(word, workers, settings, {
    signal, gentle: true, patience: () => signal.aborted ? IMPATIENCE : PATIENCE,
  })
}
