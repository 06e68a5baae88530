/**
 * What a run keeps on disk while it goes on, besides its records: the policy, the checkpoint, and the file of
 * --save; with the state of the run that they are made of.
 */
import { join } from 'node:path'
import { encodePolicy } from '../../io/policyFile.ts'
import { encodeTraining } from '../../io/trainingFile.ts'
import { EnvError } from '../../rl/play/envError.ts'
import type { Policy } from '../../rl/policy.ts'
import { zeroPhases } from '../../trpo/phases.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'
import type { Iteration } from '../../trpo/train.ts'
import { UsageError } from '../cli/failure.ts'
import { repeatCommand } from '../cli/trainArguments.ts'
import { clock } from '../clock.ts'
import { discard, writeWhole } from '../files.ts'
import { createSaver, type Saver, together } from '../save.ts'
import { count, createTally, type Tally } from '../show/summary.ts'
import { saveCheckpoint } from './checkpoint.ts'
import { bestOf, type Evaluated } from './evaluations.ts'
import { POLICY } from './folder.ts'
import type { History } from './history.ts'
import type { OpenRun } from './open.ts'
import type { Recording } from './recording.ts'

export interface Session extends Evaluated {
  /** What a user types to run this program. */
  readonly program: string
}

/** The state of a run. */
export interface RunState {
  readonly tally: Tally
  /** undefined until the first iteration is over. */
  policy: Policy | undefined
  /** The last iteration, while no other one is under way: only then there is a snapshot. */
  current: Pick<Iteration, 'iteration' | 'steps' | 'snapshot'> | null
  /** Of training, without evaluations. */
  seconds: number
  /** Steps before this process took part, and when it began, in milliseconds. */
  before: number
  readonly began: number
  /** The highest mean of an evaluation. */
  best: number | null
  /** Whether no further iteration is wanted: what an environment then does wrong takes nothing away. */
  complete: boolean
  /** Whether the policy's file had to be written in its place when it was last saved. */
  overwritten: boolean
  /** Whether a signal came while the world did not answer. */
  unanswered: boolean
}

export function createState(): RunState {
  return {
    tally: createTally(), policy: undefined, current: null, seconds: 0, before: 0, began: clock(),
    best: null, complete: false, overwritten: false,
    unanswered: false,
  }
}

/** Put a new state where the run was that is continued. */
export function resumedState(
  state: RunState, history: History, { iteration, steps }: Snapshot, solvedReturn: number | null,
): void {
  const { tally } = state
  for (const { iteration: record } of history.rows) {
    count(tally, { ...record, phases: record.phases ?? zeroPhases() }, solvedReturn)
  }
  // Also if records are missing.
  tally.iterations = iteration
  tally.steps = state.before = steps
  state.seconds = history.rows.at(-1)?.iteration.seconds ?? 0
  state.best = bestOf(history)
}

/** What stands in the files besides the policy: for `trpo eval`, and for the next process. */
export function extraOf(
  { training, program }: Session, { iteration, steps }: Pick<Iteration, 'iteration' | 'steps'>,
): Readonly<Record<string, string>> {
  return {
    environment: training.environment.name, iteration: String(iteration), steps: String(steps),
    command: repeatCommand(training, { iteration, steps }, program),
  }
}

/** Saves what the run keeps: the file of --save, and what is in the folder. */
export function saverFor(session: Session, open: OpenRun, state: RunState, recording: Recording): Saver {
  const { folder, training: { given: { save, saveEvery } } } = session
  const seconds = (): number => clock() / 1000
  const savers: Saver[] = []
  if (save !== undefined) {
    savers.push(createSaver(() => { state.overwritten = savePolicy(session, state, save) }, seconds, discard,
      saveEvery))
  }
  if (folder !== null) {
    let saved = open.snapshot?.iteration ?? 0
    const saver = createSaver(() => {
      open.expectOurs()
      recording.settle()
      const { current } = state
      if (current !== null && current.iteration !== saved) {
        saveCheckpoint(folder, encodeTraining(snapshotOf(current), extraOf(session, current)))
        saved = current.iteration
      }
      savePolicy(session, state, join(folder, POLICY))
    }, seconds, discard, saveEvery)
    // At once after the first iteration: a run without a checkpoint cannot be continued.
    savers.push({ save: saver.save, saveIfDue: () => saved === 0 ? saver.save() : saver.saveIfDue() })
  }
  return together(savers)
}

/** The same iterations; what they leave behind is kept in the state before their environments are closed. */
export async function* watched(
  iterations: AsyncGenerator<Iteration, Policy, void>, state: RunState,
): AsyncGenerator<Iteration, void, void> {
  try {
    for (;;) {
      if (state.complete) hold(state)
      else state.current = null
      const next = await iterations.next()
      if (next.done === true) {
        state.policy = next.value
        return
      }
      yield next.value
    }
  } finally {
    hold(state)
    await iterations.return(undefined as never)
  }
}

/** Take the snapshot now, to be saved later: closed environments cannot say what state they are in. */
function hold(state: RunState): void {
  if (state.current === null) return
  const { iteration, steps } = state.current
  let snapshot: () => Snapshot
  try {
    const taken = state.current.snapshot()
    snapshot = () => taken
  } catch (error) {
    snapshot = () => { throw error }
  }
  state.current = { iteration, steps, snapshot }
}

/** Throws a UsageError if an environment cannot say in which state it is, which ends no training. */
function snapshotOf(iteration: Pick<Iteration, 'snapshot'>): Snapshot {
  try {
    return iteration.snapshot()
  } catch (error) {
    if (error instanceof EnvError) throw new UsageError(`no checkpoint: ${error.message}`)
    throw error
  }
}

/** Write the present policy, if there is one. Returns whether the file had to be overwritten. */
function savePolicy(session: Session, { policy, tally }: RunState, path: string): boolean {
  if (policy === undefined) return false
  const { iterations: iteration, steps } = tally
  return writeWhole(path, encodePolicy(policy, extraOf(session, { iteration, steps }))) === 'overwritten'
}
