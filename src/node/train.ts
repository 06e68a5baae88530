/**
 * `trpo train ENV`: run the training's generator, show each iteration, stop when asked to, save the policy,
 * sum up. Data goes to stdout (the records with --json, else the summary), everything else to stderr.
 * But: only the policy is saved, so a training cannot be continued from the file.
 */
import process from 'node:process'
import { encodePolicy } from '../io/policyFile.ts'
import { VERSION } from '../io/version.ts'
import { EnvError } from '../rl/guard.ts'
import type { Policy } from '../rl/policy.ts'
import { type Iteration, train } from '../trpo/train.ts'
import { UsageError } from './cli/failure.ts'
import { trainHelp } from './cli/help.ts'
import { inWordsOf } from './cli/program.ts'
import { parseTrainArguments, repeatCommand, resolveTraining, type Training } from './cli/trainArguments.ts'
import { clock } from './clock.ts'
import { makerOf } from './environments.ts'
import { evaluateNoticing, type Surroundings } from './evaluation.ts'
import { discard, expectWritable, writeWhole } from './files.ts'
import type { Host } from './cli/host.ts'
import { exitCodes, listenForInterrupt } from './interrupt.ts'
import { createSaver, type Saver } from './save.ts'
import { bar, createDisplay, header, row } from './show/display.ts'
import { countdown, decimal, grouped, plural, wrap } from './show/format.ts'
import { count, createTally, type Run, summary, type Tally } from './show/summary.ts'
import { silent, terminal } from './show/terminal.ts'
import { shown, shownLines, shownPath } from './show/text.ts'

/** Rows after which a terminal shows the header again. */
const HEADER_INTERVAL = 30

/** Returns the exit code. */
export async function trainCommand(words: readonly string[], host: Host): Promise<number> {
  const given = parseTrainArguments(words)
  if (given.help) {
    process.stdout.write(inWordsOf(host.program, trainHelp()))
    return 0
  }
  const training = resolveTraining(given, clock, host.environments)
  // Before the training, not after it.
  if (given.save !== undefined) expectWritable(given.save)
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const output = given.json ? progress : terminal(process.stdout, process.env, given.color)
  const display = createDisplay(progress)
  const interrupt = listenForInterrupt()
  try {
    await interrupt.poll()
    const { program, streams } = host
    const session: Session = { training, program, progress, display, interrupt, streams }
    const { run, failure } = await trainAndEvaluate(session, output !== silent)
    display.clear()
    output.write(summary(run, output.columns(), output.paint))
    if (failure !== null) throw failure
    if (run.saveProblem !== null) throw new UsageError(run.saveProblem)
  } finally {
    display.clear()
    await interrupt.close()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

interface Session extends Surroundings {
  readonly training: Training
  readonly program: string
}

/** The state of a run. */
interface RunState {
  readonly tally: Tally
  /** undefined until the first iteration is over. */
  policy: Policy | undefined
  /** Of training, without the evaluation. */
  seconds: number
  /** Whether no further iteration is wanted: what an environment then does wrong takes nothing away. */
  complete: boolean
  /** Whether the policy's file had to be written in its place when it was last saved. */
  overwritten: boolean
}

/** Without an evaluation if its result would not be shown. */
async function trainAndEvaluate(
  session: Session, isShown: boolean,
): Promise<{ readonly run: Run; readonly failure: EnvError | null }> {
  const { training, interrupt } = session
  const { environment, options: { seed }, given } = training
  const state: RunState = {
    tally: createTally(), policy: undefined, seconds: 0, complete: false, overwritten: false,
  }
  const saver = createSaver(() => savePolicy(session, state), () => clock() / 1000, discard)
  const { problem, failure } = await trainAndSave(session, state, saver)
  // The policy is saved by now: a second signal may kill the evaluation.
  const evalEpisodes = isShown ? given.evalEpisodes : 0
  const evaluation = await evaluateNoticing({
    policy: state.policy!, environment, episodes: evalEpisodes, seed, deterministic: true,
  }, session)
  const run: Run = {
    name: shown(environment.name), solvedReturn: environment.solvedReturn,
    tally: state.tally, seconds: state.seconds, saveProblem: problem,
    returns: evaluation.returns, stopped: evaluation.stopped,
    plannedSteps: plannedStepsOf(training),
    signal: interrupt.signal,
    evalEpisodes,
    saved: given.save === undefined ? undefined : shownPath(given.save),
    overwritten: state.overwritten,
    showPhases: given.phases,
    command: repeatCommand(training, state.tally.steps, session.program),
    joinsLines: process.platform !== 'win32',
  }
  return { run, failure: failure ?? evaluation.failure }
}

/**
 * All iterations; then the policy is saved, however they end: complete, by a signal, by an environment's
 * error, or because stdout is of no more use. Returns why it could not be saved, and what an environment did
 * wrong in being closed.
 */
async function trainAndSave(
  session: Session, state: RunState, saver: Saver,
): Promise<{ readonly problem: string | null; readonly failure: EnvError | null }> {
  const { training: { given }, display } = session
  // Also if code of the environment ends the process.
  process.on('exit', saver.save)
  let failure: EnvError | null = null
  try {
    await runIterations(session, state, saver)
  } catch (error) {
    if (!(state.complete && error instanceof EnvError)) {
      const problem = saver.save()
      if (given.save !== undefined && state.policy !== undefined) {
        const file = shownPath(given.save)
        display.line(problem ?? `saved in ${file} as of step ${grouped(state.tally.steps)}`)
      }
      throw error
    }
    failure = error
  } finally {
    process.off('exit', saver.save)
  }
  return { problem: saver.save(), failure }
}

/** All iterations, or those until a signal comes. */
async function runIterations(session: Session, state: RunState, saver: Saver): Promise<void> {
  const { training, progress, display, interrupt, streams } = session
  const { environment, options, given } = training
  const { paint } = progress
  for (const line of introduction(training, progress.columns())) display.line(paint.faint(line))
  const started = clock()
  for (const record of train(makerOf(environment), options)) {
    const seconds = (clock() - started) / 1000 - state.seconds
    const steps = record.steps - state.tally.steps
    state.seconds += seconds
    state.policy = record.policy
    state.complete = record.steps >= options.totalSteps
    count(state.tally, record, environment.solvedReturn)
    if (given.json) {
      // Both streams may be the same terminal, with the bar on its last line.
      display.clear()
      process.stdout.write(`${JSON.stringify(plainData(record, given.phases))}\n`)
    }
    for (const remark of record.remarks) {
      for (const line of wrap(shownLines(remark), progress.columns() - 1)) display.line(paint.doubtful(line))
    }
    const problem = saver.saveIfDue()
    if (problem !== null) display.line(paint.bad(problem))
    showIteration(session, state, record, seconds > 0 ? steps / seconds : null)
    await interrupt.poll()
    if (interrupt.signal !== null) {
      state.complete = true
      return
    }
    streams.check()
  }
}

/** The iteration's row, and the bar below it. */
function showIteration(
  session: Session, state: RunState, record: Iteration, stepsPerSecond: number | null,
): void {
  const { training, progress, display } = session
  const { solvedReturn } = training.environment
  const { iteration, meanReturn } = record
  const { paint } = progress
  const columns = progress.columns()
  if (iteration === 1 || (progress.live && iteration % HEADER_INTERVAL === 1)) {
    display.line(header(columns, paint))
  }
  // By steps, not iterations: the iterations of a vine differ in size.
  const fraction = Math.min(1, record.steps / plannedStepsOf(training))
  const secondsLeft = state.seconds / fraction * (1 - fraction)
  const solved = state.tally.solved !== null && meanReturn !== null && meanReturn >= solvedReturn!
  display.line(row(record, { solved, stepsPerSecond, secondsLeft }, columns, paint))
  const label = `${decimal(100 * fraction, 0, 3)} %  ${countdown(secondsLeft)} left`
  display.bar(bar(fraction, label, columns, paint))
}

/** Write the present policy to its file, if there is one, with the environment's name for `trpo eval`. */
function savePolicy({ training, program }: Session, state: RunState): void {
  const { environment, given } = training
  const { policy, tally: { steps } } = state
  if (given.save === undefined || policy === undefined) return
  const extra = {
    environment: environment.name, steps: String(steps), command: repeatCommand(training, steps, program),
  }
  state.overwritten = writeWhole(given.save, encodePolicy(policy, extra)) === 'overwritten'
}

function iterationsOf({ options: { totalSteps, batchSteps } }: Training): number {
  return Math.ceil(totalSteps / batchSteps)
}

/** The last iteration is whole. */
function plannedStepsOf(training: Training): number {
  return iterationsOf(training) * training.options.batchSteps
}

/** The record without networks, and without times if none were taken. */
function plainData({ policy: _policy, value: _value, phases, ...data }: Iteration, timed: boolean): object {
  return timed ? { ...data, phases } : data
}

/** Lines to begin with: what is trained, and how long. */
function introduction(training: Training, columns: number): readonly string[] {
  const { environment: { name, solvedReturn }, options } = training
  const { envCount, batchSteps, seed } = options
  const threshold = solvedReturn === null ? '' : `, solved at a mean return of ${solvedReturn}`
  const extent = options.sampling === 'vine'
    ? `${plural(options.totalSteps, 'step')}, at most ${grouped(batchSteps)} per iteration,`
    : `${plural(iterationsOf(training), 'iteration')} of ${plural(batchSteps, 'step')}`
  return [
    `trpo ${VERSION}: ${shown(name)}${threshold}`,
    `${extent} in ${plural(envCount, 'environment')}, seed ${seed}`,
  ].flatMap((line) => wrap(line, columns - 1))
}
