/**
 * `trpo train ENV`: run the training's generator, show each iteration, stop when asked to, save the policy,
 * sum up. Data goes to stdout (the records with --json, else the summary), everything else to stderr.
 * But: only the policy is saved, so a training cannot be continued from the file.
 */
import process from 'node:process'
import { encodePolicy } from '../io/policyFile.ts'
import { VERSION } from '../io/version.ts'
import type { Policy } from '../rl/policy.ts'
import { type Iteration, train } from '../trpo/train.ts'
import { parseTrainArguments, repeatCommand, resolveTraining, type Training } from './cli/trainArguments.ts'
import { clock } from './clock.ts'
import { bar, createDisplay, type Display, header, row } from './show/display.ts'
import type { Environments } from './environments.ts'
import { evaluateInChunks } from './evaluation.ts'
import { UsageError } from './cli/failure.ts'
import { expectWritable, writeWhole } from './files.ts'
import { countdown, decimal, grouped, plural } from './show/format.ts'
import { trainHelp } from './cli/help.ts'
import { exitCodes, type Interrupt, listenForInterrupt } from './interrupt.ts'
import { createSaver, type Saver } from './save.ts'
import { count, createTally, type Run, summary, type Tally } from './show/summary.ts'
import { silent, type Terminal, terminal } from './show/terminal.ts'

/** Rows after which a terminal shows the header again. */
const HEADER_INTERVAL = 30

/** Returns the exit code. */
export async function trainCommand(words: readonly string[], environments: Environments): Promise<number> {
  const given = parseTrainArguments(words)
  if (given.help) {
    process.stdout.write(trainHelp())
    return 0
  }
  const training = resolveTraining(given, clock, environments)
  // Before the training, not after it.
  if (given.save !== undefined) expectWritable(given.save)
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const output = given.json ? progress : terminal(process.stdout, process.env, given.color)
  const display = createDisplay(progress)
  const interrupt = listenForInterrupt()
  try {
    const run = await trainAndEvaluate({ training, progress, display, interrupt })
    display.clear()
    output.write(summary(run, output.columns(), output.paint))
    if (run.saveProblem !== null) throw new UsageError(run.saveProblem)
  } finally {
    display.clear()
    interrupt.close()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

interface Session {
  readonly training: Training
  readonly progress: Terminal
  readonly display: Display
  readonly interrupt: Interrupt
}

/** The state of a run. */
interface RunState {
  readonly tally: Tally
  /** undefined until the first iteration is over. */
  policy: Policy | undefined
  /** Of training, without the evaluation. */
  seconds: number
}

async function trainAndEvaluate(session: Session): Promise<Run> {
  const { training, progress, display, interrupt } = session
  const { environment, options: { seed }, given } = training
  const state: RunState = { tally: createTally(), policy: undefined, seconds: 0 }
  const saver = createSaver(() => savePolicy(training, state), () => clock() / 1000)
  const saveProblem = await trainAndSave(session, state, saver)
  // The policy is saved by now: a second signal may kill the evaluation.
  const { returns } = await evaluateInChunks({
    policy: state.policy!, environment, episodes: given.evalEpisodes, seed, deterministic: true,
  }, progress, display, interrupt)
  return {
    name: environment.name, solvedReturn: environment.solvedReturn,
    tally: state.tally, seconds: state.seconds, returns, saveProblem,
    plannedSteps: plannedStepsOf(training),
    signal: interrupt.signal,
    evalEpisodes: given.evalEpisodes,
    saved: given.save,
    showPhases: given.phases,
    command: repeatCommand(training, state.tally.steps),
    joinsLines: process.platform !== 'win32',
  }
}

/**
 * All iterations; then the policy is saved, however they end: complete, by a signal, by an environment's
 * error, or because the reader of stdout left, which exits the process from within. Returns why it could not
 * be saved, or null.
 */
async function trainAndSave(session: Session, state: RunState, saver: Saver): Promise<string | null> {
  const { training: { given }, display } = session
  process.on('exit', saver.save)
  try {
    await runIterations(session, state, saver)
  } catch (error) {
    const problem = saver.save()
    if (given.save !== undefined && state.policy !== undefined) {
      display.line(problem ?? `saved in ${given.save} as of step ${grouped(state.tally.steps)}`)
    }
    throw error
  } finally {
    process.off('exit', saver.save)
  }
  return saver.save()
}

/** All iterations, or those until a signal comes. */
async function runIterations(session: Session, state: RunState, saver: Saver): Promise<void> {
  const { training, progress: { paint }, display, interrupt } = session
  const { environment, options, given } = training
  for (const line of introduction(training)) display.line(paint.faint(line))
  const started = clock()
  for (const record of train(() => environment.make(), options)) {
    const seconds = (clock() - started) / 1000 - state.seconds
    const steps = record.steps - state.tally.steps
    state.seconds += seconds
    state.policy = record.policy
    count(state.tally, record, environment.solvedReturn)
    if (given.json) {
      // Both streams may be the same terminal, with the bar on its last line.
      display.clear()
      process.stdout.write(`${JSON.stringify(plainData(record, given.phases))}\n`)
    }
    const problem = saver.saveIfDue()
    if (problem !== null) display.line(paint.bad(problem))
    showIteration(session, state, record, seconds > 0 ? steps / seconds : null)
    await interrupt.poll()
    if (interrupt.signal !== null) return
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
function savePolicy(training: Training, { policy, tally: { steps } }: RunState): void {
  const { environment, given } = training
  if (given.save === undefined || policy === undefined) return
  const extra = {
    environment: environment.name, steps: String(steps), command: repeatCommand(training, steps),
  }
  writeWhole(given.save, encodePolicy(policy, extra))
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
function introduction(training: Training): readonly string[] {
  const { environment: { name, solvedReturn }, options } = training
  const { envCount, batchSteps, seed } = options
  const threshold = solvedReturn === null
    ? '' : `, solved at a mean return of ${decimal(solvedReturn, 0, 12)}`
  const extent = options.sampling === 'vine'
    ? `${plural(options.totalSteps, 'step')}, at most ${grouped(batchSteps)} per iteration,`
    : `${plural(iterationsOf(training), 'iteration')} of ${plural(batchSteps, 'step')}`
  return [
    `trpo ${VERSION}: ${name}${threshold}`,
    `${extent} in ${plural(envCount, 'environment')}, seed ${seed}`,
  ]
}
