/**
 * The result of a run: counted while it goes on, printed when it is over. Pure.
 */
import { moments } from '../../math/moments.ts'
import { type Phase, type Phases, zeroPhases } from '../../trpo/phases.ts'
import type { StepStatus } from '../../trpo/certificate.ts'
import { RECENT } from '../../trpo/trainer.ts'
import type { Shown } from './display.ts'
import { decimal, duration, grouped, plural, wrap } from './format.ts'
import type { Paint } from './terminal.ts'

/** A mean return over `over` episodes, when `steps` had been taken. */
export interface Milestone { readonly steps: number; readonly meanReturn: number; readonly over: number }

/** Counts of a run so far. */
export interface Tally {
  iterations: number
  steps: number
  episodes: number
  /** The first iteration whose mean return over 100 episodes reached the threshold. */
  solved: Milestone | null
  /** The best mean return over 100 episodes; over fewer only while there are fewer. */
  best: Milestone | null
  readonly statuses: Map<StepStatus, number>
  readonly phases: Phases
}

export function createTally(): Tally {
  const phases = zeroPhases()
  return { iterations: 0, steps: 0, episodes: 0, solved: null, best: null, statuses: new Map(), phases }
}

/** Add an iteration to the tally. */
export function count(tally: Tally, record: Shown, solvedReturn: number | null): void {
  const { steps, episodes, meanReturn, certificate } = record
  const before = tally.episodes
  tally.iterations = record.iteration
  tally.steps = steps
  tally.episodes += episodes.length
  tally.statuses.set(certificate.status, (tally.statuses.get(certificate.status) ?? 0) + 1)
  for (const phase of Object.keys(tally.phases) as Phase[]) tally.phases[phase] += record.phases[phase]
  if (meanReturn === null) return
  const enough = tally.episodes >= RECENT
  if (tally.best === null || (enough && before < RECENT) || meanReturn > tally.best.meanReturn) {
    tally.best = { steps, meanReturn, over: Math.min(tally.episodes, RECENT) }
  }
  if (enough && tally.solved === null && solvedReturn !== null && meanReturn >= solvedReturn) {
    tally.solved = { steps, meanReturn, over: RECENT }
  }
}

/** What a summary is made of. */
export interface Run {
  readonly name: string
  readonly solvedReturn: number | null
  readonly tally: Tally
  /** Of training, without the evaluation. */
  readonly seconds: number
  /** Steps that an uninterrupted run takes. */
  readonly plannedSteps: number
  readonly signal: string | null
  /** Returns of the final evaluation, and how many were requested. */
  readonly returns: Float64Array
  readonly evalEpisodes: number
  /** Episodes among them that were stopped before their end. */
  readonly stopped: number
  /** The file for the policy, undefined for none; and the reason why it could not be written, or null. */
  readonly saved: string | undefined
  /** Whether the file could not be replaced as a whole, and was overwritten. */
  readonly overwritten: boolean
  readonly saveProblem: string | null
  /** Hash of the last policy's θ. */
  readonly weights: string
  /** The folder of the run, undefined for none; and the command that continues it, if it was stopped. */
  readonly folder: string | undefined
  readonly resume: string | undefined
  readonly showPhases: boolean
  /** The command that repeats the run; and whether the shell joins lines that end in a backslash. */
  readonly command: string
  readonly joinsLines: boolean
}

/** Lines of at most `columns` − 1 characters, if every path, status and number is shorter than that. */
export function summary(run: Run, columns: number, paint: Paint): string {
  const { tally, seconds } = run
  const fields: Field[] = []
  const rate = seconds > 0 ? `, ${grouped(Math.round(tally.steps / seconds))} steps/s` : ''
  fields.push(['trained', `${plural(tally.steps, 'step')}, ${plural(tally.iterations, 'iteration')}, `
    + `${plural(tally.episodes, 'episode')} in ${duration(seconds)}${rate}`])
  if (run.signal !== null) {
    const reached = `${grouped(tally.steps)} of ${grouped(run.plannedSteps)} steps`
    fields.push(['stopped', `by ${run.signal}, after ${reached}`])
  }
  fields.push(['updates', [...tally.statuses].map(([status, n]) => `${grouped(n)} ${status}`).join(', ')])
  if (tally.best !== null) {
    const { meanReturn, over, steps } = tally.best
    const best = `${decimal(meanReturn, 1, 12)} over ${plural(over, 'episode')}`
    fields.push(['best mean', `${best}, at step ${grouped(steps)}`])
  }
  if (run.evalEpisodes > 0) fields.push(['evaluation', evaluation(run)])
  fields.push(['weights', `hash ${run.weights}`])
  if (run.saveProblem !== null) fields.push(['not saved', run.saveProblem, paint.bad])
  else if (run.saved !== undefined) {
    const how = run.overwritten ? ', overwritten: it cannot be replaced as a whole' : ''
    fields.push(['saved', run.saved + how])
  }
  if (run.folder !== undefined) fields.push(['run folder', run.folder])
  if (run.showPhases) fields.push(['phases', percentages(tally.phases)])
  const lines = (command: string): readonly string[] => shellLines(command, columns, run.joinsLines)
  if (run.resume !== undefined) fields.push(['continue', lines(run.resume)])
  fields.push(['repeat', lines(run.command)])
  return `\n${headline(run, columns, paint)}\n${fieldList(fields, columns, paint)}`
}

/** A name, its text or lines, and how they are painted. */
export type Field = readonly [
  name: string, text: string | readonly string[], paint?: (line: string) => string,
]

const INDENT = 2, NAME_WIDTH = 12
/** Where the text of a field begins. */
export const TEXT_COLUMN: number = INDENT + NAME_WIDTH

/** One field per line; a longer text is wrapped at commas, colons and arrows, below its first word. */
export function fieldList(fields: readonly Field[], columns: number, paint: Paint): string {
  const margin = ' '.repeat(TEXT_COLUMN)
  return fields.map(([name, text, paintLine = (line) => line]) => {
    const lines = typeof text === 'string' ? wrap(text, textWidth(columns), /(?<=[,:]) | (?=→)/) : text
    const head = ' '.repeat(INDENT) + paint.faint(name.padEnd(NAME_WIDTH))
    return `${head}${lines.map(paintLine).join(`\n${margin}`)}\n`
  }).join('')
}

/** Characters for a field's text. A full last column would make some terminals add an empty line. */
function textWidth(columns: number): number {
  return columns - 1 - TEXT_COLUMN
}

/** A long command on several lines, with whole flags, as a POSIX shell reads it; on one if `joins` is not. */
export function shellLines(command: string, columns: number, joins: boolean): readonly string[] {
  // Within quotes a backslash is part of the word.
  if (!joins || /['"]/.test(command)) return [command]
  const lines = wrap(command, textWidth(columns) - ' \\'.length, / (?=--)/)
  return lines.map((line, i) => i + 1 < lines.length ? `${line} \\` : line)
}

/** Solved in training or, if exploration hid it there, by the last policy in the final evaluation. */
function headline(run: Run, columns: number, paint: Paint): string {
  const { name, solvedReturn, tally: { solved }, returns } = run
  const show = (text: string): string => wrap(`${name}: ${text}`, columns - 1).join('\n  ')
  if (solvedReturn === null) return paint.strong(show('trained; no solve threshold is defined.'))
  const reached = (mean: number): string =>
    `mean return ${meanBeside(solvedReturn, mean)} (threshold ${solvedReturn})`
  const last = returns.length >= RECENT ? moments(returns).mean : -Infinity
  if (solved !== null) {
    return paint.good(show(`solved at step ${grouped(solved.steps)}, ${reached(solved.meanReturn)}.`))
  }
  if (last >= solvedReturn) return paint.good(show(`solved in evaluation, ${reached(last)}.`))
  return paint.strong(show(`not solved (threshold ${solvedReturn} over ${RECENT} episodes).`))
}

/** A mean with as many decimals as the threshold, so that it is not shown on its other side. */
export function meanBeside(threshold: number | null, mean: number): string {
  const decimals = /\.(\d+)$/.exec(String(threshold))?.[1].length ?? 0
  return decimal(mean, Math.max(1, decimals), 24)
}

function evaluation({ returns, evalEpisodes, stopped }: Run): string {
  if (returns.length === 0) return `none of ${plural(evalEpisodes, 'fresh episode')} was complete`
  const missing = returns.length < evalEpisodes ? `only ${returns.length} of ` : ''
  const episodes = `${missing}${plural(evalEpisodes, 'fresh episode')}, deterministic`
  return `${spread(returns)}, ${episodes}${stoppedEpisodes(stopped)}`
}

/** What to add about episodes that were stopped. */
export function stoppedEpisodes(stopped: number): string {
  return stopped > 0 ? `, ${grouped(stopped)} stopped before their end` : ''
}

/** Mean ± standard deviation (minimum to maximum) of at least one number. */
export function spread(numbers: Float64Array): string {
  const { mean, variance } = moments(numbers)
  const x = (value: number): string => decimal(value, 1, 12)
  const min = numbers.reduce((a, b) => Math.min(a, b)), max = numbers.reduce((a, b) => Math.max(a, b))
  return `${x(mean)} ± ${x(Math.sqrt(variance))} (${x(min)} to ${x(max)})`
}

function percentages(phases: Phases): string {
  const entries = Object.entries(phases).sort(([, a], [, b]) => b - a)
  const total = entries.reduce((sum, [, milliseconds]) => sum + milliseconds, 0)
  const percent = (milliseconds: number): string => `${decimal(100 * milliseconds / total, 0, 3)} %`
  return entries.map(([phase, milliseconds]) => `${phase} ${percent(milliseconds)}`).join(', ')
}
