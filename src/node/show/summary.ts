/**
 * What a run came to: counted as it goes, told when it is over. Pure.
 */
import { moments } from '../../math/moments.ts'
import type { Phase, Phases } from '../../trpo/phases.ts'
import type { StepStatus } from '../../trpo/certificate.ts'
import type { Shown } from './display.ts'
import { decimal, duration, grouped, plural } from './format.ts'
import type { Paint } from './terminal.ts'

/** Finished episodes that a mean return needs before it can count as solved; train averages as many. */
const RECENT = 100

/** A mean return, over how many episodes, and when. */
export interface Milestone { readonly steps: number; readonly meanReturn: number; readonly over: number }

export interface Tally {
  iterations: number
  steps: number
  episodes: number
  /** The first iteration whose mean return, over 100 episodes, reached the threshold. */
  solved: Milestone | null
  /** The best mean return over 100 episodes; over fewer only until there have been 100. */
  best: Milestone | null
  readonly statuses: Map<StepStatus, number>
  readonly phases: Phases
}

export function createTally(): Tally {
  const phases = { rollout: 0, advantage: 0, gradient: 0, fisher: 0, lineSearch: 0, valueFit: 0 }
  return { iterations: 0, steps: 0, episodes: 0, solved: null, best: null, statuses: new Map(), phases }
}

export function count(tally: Tally, record: Shown, solvedReturn: number | null): void {
  const { steps, episodes, meanReturn, certificate } = record
  const had = tally.episodes
  tally.iterations = record.iteration
  tally.steps = steps
  tally.episodes += episodes.length
  tally.statuses.set(certificate.status, (tally.statuses.get(certificate.status) ?? 0) + 1)
  for (const phase of Object.keys(tally.phases) as Phase[]) tally.phases[phase] += record.phases[phase]
  if (meanReturn === null) return
  const whole = tally.episodes >= RECENT
  if (tally.best === null || (whole && had < RECENT) || meanReturn > tally.best.meanReturn) {
    tally.best = { steps, meanReturn, over: Math.min(tally.episodes, RECENT) }
  }
  if (whole && tally.solved === null && solvedReturn !== null && meanReturn >= solvedReturn) {
    tally.solved = { steps, meanReturn, over: RECENT }
  }
}

export interface Run {
  readonly name: string
  readonly solvedReturn: number | null
  readonly tally: Tally
  /** Of training, evaluation aside. */
  readonly seconds: number
  /** Steps that would have been taken, had the run not been interrupted. */
  readonly plannedSteps: number
  readonly signal: string | null
  /** Returns of the closing evaluation, and how many there should have been. */
  readonly returns: Float64Array
  readonly evalEpisodes: number
  /** Where the policy was to be saved, undefined for nowhere; and why it could not be, null where it was. */
  readonly saved: string | undefined
  readonly unsaved: string | null
  readonly showPhases: boolean
  /** The command that does the same again. */
  readonly command: string
}

export function summary(run: Run, paint: Paint): string {
  const { tally, seconds } = run
  const lines: [string, string][] = []
  const rate = seconds > 0 ? `, ${grouped(Math.round(tally.steps / seconds))} steps/s` : ''
  lines.push(['trained', `${plural(tally.steps, 'step')}, ${plural(tally.iterations, 'iteration')}, `
    + `${plural(tally.episodes, 'episode')} in ${duration(seconds)}${rate}`])
  if (run.signal !== null) {
    const reached = `${grouped(tally.steps)} of ${grouped(run.plannedSteps)} steps`
    lines.push(['stopped', `by ${run.signal}, after ${reached}`])
  }
  lines.push(['updates', [...tally.statuses].map(([status, n]) => `${grouped(n)} ${status}`).join(', ')])
  if (tally.best !== null) {
    const { meanReturn, over, steps } = tally.best
    const best = `${decimal(meanReturn, 1, 12)} over ${plural(over, 'episode')}`
    lines.push(['best mean', `${best}, at step ${grouped(steps)}`])
  }
  if (run.evalEpisodes > 0) lines.push(['evaluation', evaluation(run)])
  if (run.saved !== undefined) lines.push(run.unsaved === null ? ['saved', run.saved] : ['not saved', paint.bad(run.unsaved)])
  if (run.showPhases) lines.push(['phases', shares(tally.phases)])
  lines.push(['repeat', run.command])
  const list = lines.map(([name, text]) => `  ${paint.faint(name.padEnd(12))}${text}\n`)
  return `\n${headline(run, paint)}\n${list.join('')}`
}

/** Solved in training or, where exploration hid it until the end, by the last policy in the closing evaluation. */
function headline({ name, solvedReturn, tally: { solved }, returns }: Run, paint: Paint): string {
  if (solvedReturn === null) return paint.strong(`${name}: trained; what counts as solved is not agreed on.`)
  const threshold = decimal(solvedReturn, 0, 12)
  const last = returns.length >= RECENT ? moments(returns).mean : -Infinity
  if (solved === null && last >= solvedReturn) {
    return paint.good(`${name}: solved by the last policy, mean return ${decimal(last, 1, 12)} of ${threshold} asked for.`)
  }
  if (solved === null) {
    const aim = `a mean return of ${threshold} over ${RECENT} episodes`
    return paint.strong(`${name}: not solved, which takes ${aim}.`)
  }
  const reached = `mean return ${decimal(solved.meanReturn, 1, 12)} of ${threshold} asked for`
  return paint.good(`${name}: solved at step ${grouped(solved.steps)}, ${reached}.`)
}

function evaluation({ returns, evalEpisodes }: Run): string {
  const n = returns.length
  return `${spread(returns)}, ${n < evalEpisodes ? `only ${n} of ` : ''}${plural(evalEpisodes, 'fresh episode')}, deterministic`
}

/** Mean ± deviation (least to most) of at least one number. */
export function spread(numbers: Float64Array): string {
  const { mean, variance } = moments(numbers)
  const x = (value: number): string => decimal(value, 1, 12)
  const least = numbers.reduce((a, b) => Math.min(a, b)), most = numbers.reduce((a, b) => Math.max(a, b))
  return `${x(mean)} ± ${x(Math.sqrt(variance))} (${x(least)} to ${x(most)})`
}

function shares(phases: Phases): string {
  const entries = Object.entries(phases).sort(([, a], [, b]) => b - a)
  const total = entries.reduce((sum, [, milliseconds]) => sum + milliseconds, 0)
  const share = (milliseconds: number): string => `${decimal(100 * milliseconds / total, 0, 3)} %`
  return entries.map(([phase, milliseconds]) => `${phase} ${share(milliseconds)}`).join(', ')
}
