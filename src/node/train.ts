/**
 * `trpo train ENV`: drive the generator, show each iteration, stop when asked to, sum up.
 * Data on stdout (the records under --json, else the summary), everything else on stderr.
 * But: nothing is saved.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { evaluate } from '../rl/evaluate.ts'
import type { Policy } from '../rl/policy.ts'
import { type Iteration, train } from '../trpo/train.ts'
import { parseArguments } from './arguments.ts'
import { bar, createDisplay, type Display, header, row } from './display.ts'
import { countdown, decimal, grouped, plural } from './format.ts'
import { trainHelp } from './help.ts'
import { exitCodes, type Interrupt, listenForInterrupt } from './interrupt.ts'
import { commandOf, type Order, orderOf } from './order.ts'
import { count, createTally, type Run, summary } from './summary.ts'
import { plain, type Terminal, terminal } from './terminal.ts'
import { version } from './version.ts'

/** Rows after which a terminal sees the header again. */
const HEADER_EVERY = 30
/** Episodes between two looks at the signals, and those of an evaluation cut short. */
const CHUNK = 10

/** Returns the exit code. */
export async function trainCommand(words: readonly string[]): Promise<number> {
  const given = parseArguments(words)
  if (given.help) {
    process.stdout.write(trainHelp())
    return 0
  }
  const order = orderOf(given, () => performance.now())
  const silent: Terminal = { live: false, paint: plain, columns: () => Infinity, write: () => {} }
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const result = given.json ? progress : terminal(process.stdout, process.env, given.color)
  const display = createDisplay(progress)
  const interrupt = listenForInterrupt()
  try {
    const run = await carryOut(order, progress, display, interrupt)
    display.clear()
    result.write(summary(run, result.paint))
  } finally {
    display.clear()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

async function carryOut(
  order: Order, progress: Terminal, display: Display, interrupt: Interrupt,
): Promise<Run> {
  const { environment, options, given } = order
  const { name, solvedReturn } = environment
  const { batchSteps, maxKl } = options
  const { paint } = progress
  const iterations = Math.ceil(options.totalSteps / batchSteps)
  // Of steps, not iterations: those of a vine are not all of one size.
  const plannedSteps = iterations * batchSteps
  const tally = createTally()
  let policy: Policy | undefined
  let seconds = 0

  display.line(paint.faint(introduction(order, iterations)))
  const started = performance.now()
  for (const record of train(() => environment.make(), options)) {
    const lap = (performance.now() - started) / 1000 - seconds
    seconds += lap
    policy = record.policy
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
    const share = Math.min(1, record.steps / plannedSteps)
    const secondsLeft = seconds / share * (1 - share)
    const solved = tally.solved !== null && meanReturn !== null && meanReturn >= solvedReturn!
    const stepsPerSecond = lap > 0 ? steps / lap : null
    display.line(row(record, { maxKl, solved, stepsPerSecond, secondsLeft }, columns, paint))
    const label = `${decimal(100 * share, 0, 3)} %  ${countdown(secondsLeft)} left`
    display.bar(bar(share, label, columns, paint))
    await interrupt.breathe()
    if (interrupt.signal !== null) break
  }

  const returns = await evaluateInChunks(order, policy!, progress, display, interrupt)
  return {
    name, solvedReturn, tally, seconds, returns, plannedSteps,
    signal: interrupt.signal,
    evalEpisodes: given.evalEpisodes,
    showPhases: given.phases,
    command: commandOf(order, tally.steps),
  }
}

/** The record without what is not data, and without times where none were taken. */
function plainData({ policy: _policy, value: _value, phases, ...data }: Iteration, timed: boolean): object {
  return timed ? { ...data, phases } : data
}

/**
 * Returns of the closing evaluation, the same as of one call; in chunks, so that a signal is noticed.
 * One that came before leaves the first chunk, one that comes now the chunks there are.
 */
async function evaluateInChunks(
  { environment, options, given }: Order, policy: Policy,
  progress: Terminal, display: Display, interrupt: Interrupt,
): Promise<Float64Array> {
  const { evalEpisodes } = given
  const returns: number[] = []
  while (returns.length < evalEpisodes) {
    const label = `evaluating, ${returns.length} of ${evalEpisodes} episodes`
    display.bar(bar(returns.length / evalEpisodes, label, progress.columns(), progress.paint))
    const episodes = Math.min(CHUNK, evalEpisodes - returns.length)
    const request = { episodes, first: returns.length, seed: options.seed }
    returns.push(...evaluate(policy, () => environment.make(), request).returns)
    await interrupt.breathe()
    if (interrupt.signal !== null) break
  }
  return Float64Array.from(returns)
}

function introduction({ environment: { name, solvedReturn }, options }: Order, iterations: number): string {
  const { environments, batchSteps, seed } = options
  const goal = solvedReturn === null ? '' : `, solved at ${decimal(solvedReturn, 0, 12)}`
  const extent = options.sampling === 'vine'
    ? `${plural(options.totalSteps, 'step')}, at most ${grouped(batchSteps)} an iteration,`
    : `${plural(iterations, 'iteration')} of ${plural(batchSteps, 'step')}`
  const worlds = plural(environments, 'environment')
  return `trpo ${version()}: ${name}${goal}. ${extent} in ${worlds}, seed ${seed}.`
}
