/**
 * `trpo train ENV`: run the training's generator, show each iteration, record and save it, stop when asked
 * to, sum up. Data goes to stdout (the records with --json, else the summary), everything else to stderr.
 */
import process from 'node:process'
import { messageOf } from '../errors/kinds.ts'
import { hashWeights } from '../nn/hash.ts'
import { EnvError } from '../rl/play/envError.ts'
import type { StopSignal } from '../rl/play/late.ts'
import { UsageError } from './cli/failure.ts'
import { trainHelp } from './cli/help.ts'
import { shellWord } from './cli/program.ts'
import { parseTrainArguments, repeatCommand } from './cli/trainArguments.ts'
import { clock } from './clock.ts'
import { evaluateNoticing, type EvaluationResult } from './evaluation.ts'
import { type Host, readerOf } from './cli/host.ts'
import { exitCodes, listenForInterrupt } from './interrupt.ts'
import { ReaderLeft } from './process/streams.ts'
import { iterationsOf } from './parallel/iterations.ts'
import { evaluateIfDue, keepBest, mendedHistory } from './runs/evaluations.ts'
import {
  createState, extraOf, resumedState, type RunState, saverFor, type Session, watched,
} from './runs/keep.ts'
import { type OpenRun, openRun } from './runs/open.ts'
import { IMPATIENT, patience } from './runs/patience.ts'
import { introduction, plannedStepsOf, showEvaluation, showIteration } from './runs/progress.ts'
import { createRecording, type Recording } from './runs/recording.ts'
import { type EvaluationRecord, evaluationRecord, iterationRecord, now } from './runs/records.ts'
import type { Saver } from './save.ts'
import { createDisplay } from './show/display.ts'
import { grouped, wrap } from './show/format.ts'
import { count, type Run, summary } from './show/summary.ts'
import { silent, terminal } from './show/terminal.ts'
import { shown, shownLines, shownPath } from './show/text.ts'
import { sweepCommand } from './sweep/sweep.ts'
import { withModule } from './worlds/load.ts'

/** Returns the exit code. */
export async function trainCommand(words: readonly string[], host: Host): Promise<number> {
  const given = parseTrainArguments(words)
  if (given.help) {
    process.stdout.write(trainHelp(given.topic, readerOf(host)))
    return 0
  }
  const environments = await withModule(given, host.environments)
  if (Object.keys(given.sweep).length > 0) return sweepCommand(words, given, { ...host, environments })
  // Before the training, not after it.
  const open = openRun(given, { ...host, environments })
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const output = given.json ? progress : terminal(process.stdout, process.env, given.color)
  const display = createDisplay(progress)
  let hasBegun = true
  const interrupt = listenForInterrupt()
  try {
    await interrupt.poll()
    if (open.isOver) {
      const { options: { totalSteps }, given: { iterations } } = open.training
      const what = iterations === undefined ? 'total-steps' : 'iterations'
      const cure = `a higher --${what} than ${iterations ?? totalSteps} continues it`
      output.write(`${shownPath(open.folder!)}: complete; ${cure}\n`)
      return 0
    }
    const { program, streams } = host
    const session: Session = { ...open, program, progress, display, interrupt, streams }
    const state = createState()
    hasBegun = open.snapshot !== null
    const { run, failure } = await trainAndEvaluate(session, open, state)
      .finally(() => { hasBegun ||= state.policy !== undefined })
    display.clear()
    output.write(summary(run, output.columns(), output.paint))
    if (failure !== null) throw failure
    if (run.saveProblem !== null) throw new UsageError(run.saveProblem)
  } finally {
    display.clear()
    open.close(hasBegun)
    await interrupt.close()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

async function trainAndEvaluate(
  session: Session, open: OpenRun, state: RunState,
): Promise<{ readonly run: Run; readonly failure: EnvError | null }> {
  const { training, folder, progress, display } = session
  const { environment, options: { seed }, given } = training
  for (const line of open.notices) display.line(progress.paint.doubtful(line))
  for (const line of introduction(session, open)) display.line(progress.paint.faint(line))
  const { snapshot } = open
  const history = snapshot === null || folder === null ? null
    : await mendedHistory(session, folder, snapshot, extraOf(session, snapshot))
  if (history !== null) resumedState(state, history, snapshot!, environment.solvedReturn)
  const recording = createRecording({
    folder, history, run: { name: environment.name, seed, solvedReturn: environment.solvedReturn },
    print: given.json ? (line) => {
      // Both streams may be the same terminal, with the bar on its last line.
      display.clear()
      process.stdout.write(line)
    } : null,
    report: (problem) => display.line(progress.paint.bad(problem)),
  })
  try {
    recording.start(open.start)
    return await recorded(session, open, state, recording)
  } catch (error) {
    // Throws if the folder is another process's now.
    open.expectOurs()
    const reason = error instanceof ReaderLeft ? 'reader-left' : 'error'
    finish(session, state, recording, reason, error instanceof ReaderLeft ? null : messageOf(error))
    throw error
  } finally {
    recording.close()
  }
}

/** The training, its closing evaluation, and their end. */
async function recorded(
  session: Session, open: OpenRun, state: RunState, recording: Recording,
): Promise<{ readonly run: Run; readonly failure: EnvError | null }> {
  const { training, folder, program, interrupt } = session
  const { environment, options: { seed }, given } = training
  const saver = saverFor(session, open, state, recording)
  const { problem, failure } = await trainAndSave(session, open, state, { recording, saver })
  // Everything is saved by now: a second signal may kill the evaluation.
  const evalEpisodes = state.unanswered ? 0 : given.evalEpisodes
  const evaluation = await evaluateNoticing({
    policy: state.policy!, environment, episodes: evalEpisodes, seed, deterministic: true,
  }, session)
  if (evaluation.returns.length > 0) recording.closing(closingRecord(state, evaluation, seed))
  const over = failure ?? evaluation.failure
  finish(session, state, recording, over === null ? interrupt.signal ?? 'complete' : 'error',
    over === null ? null : over.message)
  const { tally } = state
  const run: Run = {
    name: shown(environment.name), solvedReturn: environment.solvedReturn,
    tally, seconds: state.seconds, saveProblem: problem,
    returns: evaluation.returns, stopped: evaluation.stopped,
    plannedSteps: plannedStepsOf(training),
    signal: interrupt.signal,
    evalEpisodes,
    weights: hashWeights(state.policy!),
    saved: given.save === undefined ? undefined : shownPath(given.save),
    overwritten: state.overwritten,
    folder: folder === null ? undefined : shownPath(folder),
    resume: folder === null || interrupt.signal === null ? undefined
      : `${program} train --resume ${shellWord(folder)}`,
    showPhases: given.phases,
    command: repeatCommand(training, { iteration: tally.iterations, steps: tally.steps }, program),
    joinsLines: process.platform !== 'win32',
  }
  return { run, failure: over }
}

function closingRecord(
  { tally: { iterations: iteration, steps } }: RunState, result: EvaluationResult, seed: number,
): EvaluationRecord {
  return evaluationRecord({ iteration, steps }, result, { closing: true, best: false, seed })
}

/** Record the end, whatever it is. */
function finish(
  { display }: Session, { tally, seconds }: RunState, recording: Recording, reason: string,
  message: string | null,
): void {
  display.clear()
  const { iterations: iteration, steps } = tally
  recording.end({ type: 'end', date: now(), iteration, steps, seconds, reason, message })
  recording.settle()
}

interface Keeping { readonly recording: Recording; readonly saver: Saver }

/**
 * All iterations; then everything is saved, however they end: complete, by a signal, by an environment's
 * error, or because stdout is of no more use. Returns why it could not be saved, and what an environment did
 * wrong in being closed.
 */
async function trainAndSave(
  session: Session, open: OpenRun, state: RunState, keeping: Keeping,
): Promise<{ readonly problem: string | null; readonly failure: EnvError | null }> {
  const { training: { given, environment: { name } }, folder, display } = session
  const { saver } = keeping
  // Also if code of the environment ends the process.
  process.on('exit', saver.save)
  let failure: EnvError | null = null
  const waiting = patience(session.interrupt)
  try {
    await runIterations(session, open, state, keeping, waiting.signal)
  } catch (error) {
    if (error === IMPATIENT) {
      state.unanswered = state.policy !== undefined
      if (!state.unanswered) throw new UsageError(`${shown(name)}: no answer in its first iteration`)
      return { problem: saver.save(), failure }
    }
    if (!(state.complete && error instanceof EnvError)) {
      const problem = saver.save()
      const place = given.save ?? folder
      if (place !== null && state.policy !== undefined) {
        display.line(problem ?? `saved in ${shownPath(place)} as of step ${grouped(state.tally.steps)}`)
      }
      throw error
    }
    failure = error
  } finally {
    waiting.close()
    process.off('exit', saver.save)
  }
  return { problem: saver.save(), failure }
}

/** All iterations, or those until a signal comes. */
async function runIterations(
  session: Session, open: OpenRun, state: RunState, { recording, saver }: Keeping, signal: StopSignal,
): Promise<void> {
  const { training, folder, progress, display, interrupt, streams } = session
  const { environment, options: { totalSteps }, given } = training
  const { paint } = progress
  let before = clock()
  for await (const record of watched(iterationsOf(open, signal), state)) {
    const seconds = (clock() - before) / 1000
    const stepsPerSecond = seconds > 0 ? (record.steps - state.tally.steps) / seconds : null
    state.seconds += seconds
    state.policy = record.policy
    state.current = record
    state.complete = record.steps >= totalSteps || record.iteration === given.iterations
    count(state.tally, record, environment.solvedReturn)
    for (const remark of record.remarks) {
      for (const line of wrap(shownLines(remark), progress.columns() - 1)) display.line(paint.doubtful(line))
    }
    showIteration(session, state, record, stepsPerSecond)
    const problems: (string | null)[] = []
    const evaluation = await evaluateIfDue(session, record.policy, record, state.best)
    const time = { seconds: state.seconds, stepsPerSecond }
    recording.iteration({ iteration: iterationRecord(record, time, given.phases), evaluation })
    if (evaluation !== null) showEvaluation(session, evaluation)
    if (evaluation?.best === true) {
      state.best = evaluation.mean
      problems.push(folder === null ? null : keepBest(folder, record.policy, extraOf(session, record)))
    }
    open.expectOurs()
    problems.push(saver.saveIfDue())
    for (const problem of problems) if (problem !== null) display.line(paint.bad(problem))
    await interrupt.poll()
    if (interrupt.signal !== null || record.iteration === given.iterations) {
      state.complete = true
      return
    }
    streams.check()
    before = clock()
  }
}
