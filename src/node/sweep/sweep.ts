/**
 * `trpo train ENV --seeds 0..9 --max-kl 0.01,0.02`: several trainings, one process each, so many at a time.
 * A line per run that ends, and a bar, on stderr; a table at the end on stdout, or with --json one record per
 * run and one per configuration. A run that fails does not end the others.
 */
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { UsageError } from '../cli/failure.ts'
import type { Host } from '../cli/host.ts'
import { shellWord } from '../cli/program.ts'
import { resolveTraining, type TrainArguments } from '../cli/trainArguments.ts'
import { clock } from '../clock.ts'
import { withUsageErrors } from '../disk/disk.ts'
import { exitCodes } from '../interrupt.ts'
import { newFolder } from '../runs/folder.ts'
import { createDisplay } from '../show/display.ts'
import { plural, wrap } from '../show/format.ts'
import { shellLines } from '../show/summary.ts'
import { silent, terminal } from '../show/terminal.ts'
import { shown } from '../show/text.ts'
import { runChildren } from './children.ts'
import { addRecord, createOutcome, end } from './outcome.ts'
import { folderNames, type Plan, planOf, wordsOf } from './plan.ts'
import { rowsOf } from './table.ts'
import { barText, type Common, rowData, runData, runLine, sweepSummary } from './text.ts'
import { listenTwice } from './twice.ts'

/** Milliseconds between two bars. */
const TICK = 200

/**
 * Returns the exit code: 0 if all runs are complete, else that of a signal, or of the first that failed.
 * `words` are those after `train`.
 */
export async function sweepCommand(
  words: readonly string[], given: TrainArguments, host: Host,
): Promise<number> {
  const plan = planOf(given)
  const common = commonOf(plan, given, host)
  const { restart } = host
  if (restart === null) {
    throw new UsageError('sweep: expected a program that can be started again for each run')
  }
  const jobs = Math.min(given.jobs ?? availableParallelism(), plan.runs.length)
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const display = createDisplay(progress)
  const say = (text: string): void => {
    for (const line of wrap(text, progress.columns() - 1)) display.line(progress.paint.faint(line))
  }
  say(`${shown(common.name)}: ${plural(plan.runs.length, 'run')}, `
    + `${plural(plan.configurations.length, 'configuration')}, ${plural(jobs, 'run')} at a time`)

  const folder = openFolder(common.name, given, say)
  const names = folderNames(plan)
  const commands = plan.runs.map((run, k) =>
    [...restart, ...wordsOf(run, given, folder === null ? null : join(folder, names[k]))])

  const outcomes = plan.runs.map(createOutcome)
  const begun = clock(), starts = new Float64Array(outcomes.length)
  let stopped = false
  const children = runChildren(commands, jobs, {
    started(k) {
      starts[k] = clock()
      outcomes[k].state = 'running'
    },
    line(k, text) {
      addRecord(outcomes[k], text, common.solvedReturn)
    },
    ended(k, how) {
      const outcome = outcomes[k]
      outcome.seconds = (clock() - starts[k]) / 1000
      end(outcome, how, stopped)
      runLine(outcome, outcomes, common, progress.columns(), progress.paint).forEach(display.line)
      if (!given.json) return
      display.clear()
      process.stdout.write(`${JSON.stringify(runData(outcome, common))}\n`)
    },
  })
  const stop = (signal: Parameters<typeof children.stop>[0]): void => {
    stopped = true
    children.stop(signal)
  }
  const listening = listenTwice((signal) => {
    say(`${signal}: the runs end after their iterations; another signal ends them at once`)
    stop(signal)
  }, () => stop('SIGKILL'))
  const onExit = (): void => stop('SIGTERM')
  process.on('exit', onExit)
  let problem: unknown = null
  try {
    for (let over = false; !over;) {
      const seconds = (clock() - begun) / 1000
      display.bar(barText(outcomes, common, seconds, progress.columns(), progress.paint))
      const tick = setTimeout(TICK, undefined, { ref: false }).then(() => false)
      over = await Promise.race([children.done.then(() => true), tick])
      try {
        host.streams.check()
      } catch (error) {
        // Nobody reads the results any more.
        problem ??= error
        stop('SIGTERM')
      }
    }
  } finally {
    process.off('exit', onExit)
    listening.close()
    display.clear()
  }
  if (problem !== null) throw problem

  const rows = rowsOf(outcomes, plan.configurations, common.solvedReturn)
  if (given.json) for (const row of rows) process.stdout.write(`${JSON.stringify(rowData(row))}\n`)
  const output = given.json ? progress : terminal(process.stdout, process.env, given.color)
  const command = [host.program, 'train', ...words.map((word) => shellWord(word))].join(' ')
  const seconds = (clock() - begun) / 1000
  const columns = output.columns()
  const ending = { command: shellLines(command, columns, process.platform !== 'win32'), folder }
  output.write(sweepSummary(common, outcomes, rows, seconds, ending, columns, output.paint))
  if (listening.signal !== null) return exitCodes[listening.signal]
  return outcomes.find(({ state }) => state === 'failed')?.code ?? 0
}

/** The folder for those of all runs, or null. Throws a UsageError if one that was given cannot be made. */
function openFolder(
  name: string, { runDir }: TrainArguments, say: (text: string) => void,
): string | null {
  if (runDir === null) return null
  if (runDir !== undefined) {
    withUsageErrors(runDir, 'a folder that can be written', () => mkdirSync(runDir, { recursive: true }))
    return runDir
  }
  try {
    return newFolder(name, 'sweep', new Date())
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(`no run folders: ${error.message}`)
    return null
  }
}

/** Checks every configuration before any runs. Throws one UsageError with all problems. */
function commonOf({ configurations, runs }: Plan, given: TrainArguments, host: Host): Common {
  const problems = new Set<string>()
  if (given.resume !== undefined) {
    problems.add('--resume: expected none in a sweep; continue its runs one by one')
  }
  if (given.save !== undefined) {
    problems.add('--save: expected none in a sweep, whose runs would share the file')
  }
  let common: Omit<Common, 'plannedSteps'> = { name: '', solvedReturn: null }
  let steps = 0
  for (const { options } of configurations) {
    try {
      const asked = { ...given, options: { ...given.options, ...options } }
      const { environment, options: { totalSteps, batchSteps } } =
        resolveTraining(asked, clock, host.environments)
      common = { name: environment.name, solvedReturn: environment.solvedReturn }
      steps += Math.ceil(totalSteps / batchSteps) * batchSteps
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      error.message.split('\n').forEach((line) => problems.add(line))
    }
  }
  if (problems.size > 0) throw new UsageError([...problems].join('\n'))
  return { ...common, plannedSteps: steps * runs.length / configurations.length }
}
