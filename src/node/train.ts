/**
 * `trpo train ENV`: drive the generator, show each iteration, stop when asked to, save the policy, sum up.
 * Data on stdout (the records under --json, else the summary), everything else on stderr.
 * But: only the policy is saved, so no training goes on from there.
 */
import process from 'node:process'
import { encodePolicy } from '../io/policyFile.ts'
import type { Policy } from '../rl/policy.ts'
import { type Iteration, train } from '../trpo/train.ts'
import { parseArguments } from './cli/trainArguments.ts'
import { clock } from './clock.ts'
import { bar, createDisplay, type Display, header, row } from './show/display.ts'
import type { Worlds } from './environments.ts'
import { evaluateInChunks } from './evaluation.ts'
import { UsageError } from './cli/failure.ts'
import { expectWritable, writeWhole } from './files.ts'
import { countdown, decimal, grouped, plural } from './show/format.ts'
import { trainHelp } from './cli/help.ts'
import { exitCodes, type Interrupt, listenForInterrupt } from './interrupt.ts'
import { commandOf, type Order, orderOf } from './cli/command.ts'
import { createSaver, type Saver } from './save.ts'
import { count, createTally, type Run, summary, type Tally } from './show/summary.ts'
import { silent, type Terminal, terminal } from './show/terminal.ts'
import { version } from './version.ts'

/** Rows after which a terminal sees the header again. */
const HEADER_EVERY = 30

/** Returns the exit code. */
export async function trainCommand(words: readonly string[], worlds: Worlds): Promise<number> {
  const given = parseArguments(words)
  if (given.help) {
    process.stdout.write(trainHelp())
    return 0
  }
  const order = orderOf(given, clock, worlds)
  // Better known now than after the training.
  if (given.save !== undefined) expectWritable(given.save)
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const result = given.json ? progress : terminal(process.stdout, process.env, given.color)
  const display = createDisplay(progress)
  const interrupt = listenForInterrupt()
  try {
    const run = await carryOut({ order, progress, display, interrupt })
    display.clear()
    result.write(summary(run, result.paint))
    if (run.unsaved !== null) throw new UsageError(run.unsaved)
  } finally {
    display.clear()
    interrupt.close()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

interface Session {
  readonly order: Order
  readonly progress: Terminal
  readonly display: Display
  readonly interrupt: Interrupt
}

/** What there is of a run so far. */
interface Learned {
  readonly tally: Tally
  /** undefined before the first iteration is over. */
  policy: Policy | undefined
  /** Of training, evaluation aside. */
  seconds: number
}

async function carryOut(session: Session): Promise<Run> {
  const { order, progress, display, interrupt } = session
  const { environment, options, given } = order
  const learned: Learned = { tally: createTally(), policy: undefined, seconds: 0 }
  const saver = createSaver(() => save(order, learned), () => clock() / 1000)
  const unsaved = await learn(session, learned, saver)
  // Saved already: the evaluation may be cut off by a second signal.
  const trial = { policy: learned.policy!, environment, episodes: given.evalEpisodes, seed: options.seed, deterministic: true }
  const { returns } = await evaluateInChunks(trial, progress, display, interrupt)
  return {
    name: environment.name, solvedReturn: environment.solvedReturn,
    tally: learned.tally, seconds: learned.seconds, returns, unsaved,
    plannedSteps: iterationsOf(order) * options.batchSteps,
    signal: interrupt.signal,
    evalEpisodes: given.evalEpisodes,
    saved: given.save,
    showPhases: given.phases,
    command: commandOf(order, learned.tally.steps),
  }
}

/**
 * Iterations, and the policy saved when they are over: all done, stopped by a signal, an environment at fault, or a
 * reader of stdout gone, which ends the process from within. Returns why it could not be saved, null where it was.
 */
async function learn(session: Session, learned: Learned, saver: Saver): Promise<string | null> {
  const { order: { given }, display } = session
  process.on('exit', saver.now)
  try {
    await iterate(session, learned, saver)
  } catch (error) {
    const unsaved = saver.now()
    if (given.save !== undefined && learned.policy !== undefined) {
      display.line(unsaved ?? `saved in ${given.save} as of step ${grouped(learned.tally.steps)}`)
    }
    throw error
  } finally {
    process.off('exit', saver.now)
  }
  return saver.now()
}

/** All iterations, or as many as there are until a signal comes. */
async function iterate(session: Session, learned: Learned, saver: Saver): Promise<void> {
  const { order, progress, display, interrupt } = session
  const { environment, options, given } = order
  const { maxKl } = options
  const { solvedReturn } = environment
  const { paint } = progress
  const { tally } = learned
  const plannedSteps = iterationsOf(order) * options.batchSteps

  display.line(paint.faint(introduction(order)))
  const started = clock()
  for (const record of train(() => environment.make(), options)) {
    const lap = (clock() - started) / 1000 - learned.seconds
    learned.seconds += lap
    learned.policy = record.policy
    const steps = record.steps - tally.steps
    count(tally, record, solvedReturn)
    if (given.json) {
      // Both streams may be the same terminal, with the bar on its last line.
      display.clear()
      process.stdout.write(`${JSON.stringify(plainData(record, given.phases))}\n`)
    }

    const columns = progress.columns()
    const { iteration, meanReturn } = record
    if (iteration === 1 || (progress.live && iteration % HEADER_EVERY === 1)) {
      display.line(header(columns, paint))
    }
    // Of steps, not iterations: those of a vine are not all of one size.
    const share = Math.min(1, record.steps / plannedSteps)
    const secondsLeft = learned.seconds / share * (1 - share)
    const solved = tally.solved !== null && meanReturn !== null && meanReturn >= solvedReturn!
    const stepsPerSecond = lap > 0 ? steps / lap : null
    display.line(row(record, { maxKl, solved, stepsPerSecond, secondsLeft }, columns, paint))
    const unsaved = saver.sometimes()
    if (unsaved !== null) display.line(paint.bad(unsaved))
    const label = `${decimal(100 * share, 0, 3)} %  ${countdown(secondsLeft)} left`
    display.bar(bar(share, label, columns, paint))
    await interrupt.breathe()
    if (interrupt.signal !== null) return
  }
}

/** The policy as it stands to its file, where one was asked for; with the name of its environment, for `trpo eval`. */
function save(order: Order, { policy, tally: { steps } }: Learned): void {
  const { environment, given } = order
  if (given.save === undefined || policy === undefined) return
  const extra = { environment: environment.name, steps: String(steps), command: commandOf(order, steps) }
  writeWhole(given.save, encodePolicy(policy, extra))
}

function iterationsOf({ options: { totalSteps, batchSteps } }: Order): number {
  return Math.ceil(totalSteps / batchSteps)
}

/** The record without what is not data, and without times where none were taken. */
function plainData({ policy: _policy, value: _value, phases, ...data }: Iteration, timed: boolean): object {
  return timed ? { ...data, phases } : data
}

function introduction(order: Order): string {
  const { environment: { name, solvedReturn }, options } = order
  const { envCount, batchSteps, seed } = options
  const goal = solvedReturn === null ? '' : `, solved at ${decimal(solvedReturn, 0, 12)}`
  const extent = options.sampling === 'vine'
    ? `${plural(options.totalSteps, 'step')}, at most ${grouped(batchSteps)} an iteration,`
    : `${plural(iterationsOf(order), 'iteration')} of ${plural(batchSteps, 'step')}`
  const worlds = plural(envCount, 'environment')
  return `trpo ${version()}: ${name}${goal}. ${extent} in ${worlds}, seed ${seed}.`
}
