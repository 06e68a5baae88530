/**
 * What the page draws: the records of one training, which of them is shown, and what a person may do next.
 * The training runs in a worker, and `onChange` is called after every change of what is here.
 * But: no drawing.
 */
import { createAlarm } from './alarm.ts'
import { createGhosts, type Ghost } from './ghosts.ts'
import { phases } from './phases.ts'
import type { IterationRecord, Opened, Report, Setting, StartWorker, WorkerHandle } from './protocol.ts'
import { commandOf, FIRST, resolveSetting } from './setting.ts'

/**
 * - `opening`: the worker makes the world and judges it.
 * - `ready`: nothing is trained yet.
 * - `running`, `paused`; `finished`: options.totalSteps are done.
 * - `refused`: an invalid setting, or a world that failed; `message` says why. Records so far stay.
 */
export type State = 'opening' | 'ready' | 'running' | 'paused' | 'finished' | 'refused'

/** Milliseconds to wait after so many records, so that eyes can follow; without one there is no wait. */
export type Pace = (records: number) => number

export interface Session {
  readonly setting: Setting
  readonly state: State
  /** One sentence, if something was refused; else ''. */
  readonly message: string
  /** All problems, one line each: what `checkEnv` found in a world of one's own. */
  readonly problems: readonly string[]
  /** null until the world is open. */
  readonly opened: Opened | null
  readonly records: readonly IterationRecord[]
  /** Index of `record`, which is shown; −1: before the first one. */
  readonly shown: number
  readonly record: IterationRecord | null
  /** null, or the index in `phases` of the phase that is shown of `record`. */
  readonly phase: number | null
  readonly ghosts: readonly Ghost[]
  /** Whether the plain gradient is tried on the same data; from the next iteration on. */
  readonly plain: boolean
  /** The command that repeats the training up to the record shown, and prints its hash. */
  command(): string
  /** Start anew, and train until `iterations` are made; or show a problem in place of a training. */
  open(setting: Setting, iterations?: number): void
  refuse(problem: string): void
  play(pace?: Pace | null): void
  pause(): void
  update(): void
  /** The next phase of the iteration shown; after its last one, the first of the next iteration. */
  nextPhase(): void
  previousPhase(): void
  leavePhases(): void
  /** Another record; the training goes on. */
  show(index: number): void
  /** Trainings with other seeds, and with `options` in place of some of the setting's. */
  addGhosts(seeds: readonly number[], options?: Setting['options']): void
  clearGhosts(): void
  setPlain(on: boolean): void
  close(): void
}

/** A world of one's own that says nothing for so many milliseconds hangs. */
const SILENCE = 8000
/** Milliseconds that a plane may take: played, played at a pace, and of the first ones or a single one. */
const PLAYING = 40, PACED = 120, SINGLE = 400

export function createSession(
  startWorker: StartWorker, onChange: (session: Session) => void, silence: number = SILENCE,
): Session {
  let setting = FIRST
  let state: State = 'opening', problems: readonly string[] = []
  let opened: Opened | null = null
  let records: IterationRecord[] = [], shown = -1
  /** Records beyond `until`: the worker was ahead when it was asked to pause. And whether it is done. */
  let ahead: IterationRecord[] = [], isDone = false
  /** And whether the next record begins with its first phase. */
  let phase: number | null = null, phaseComes = false
  let plain = false
  let run = 0
  /** The last iteration to be made; Infinity while it plays. */
  let until = 0
  let pace: Pace | null = null
  const beat = createAlarm(), silent = createAlarm()
  let worker: WorkerHandle | null = null
  const changed = (): void => onChange(session), ghosts = createGhosts(startWorker, changed)

  function look(): void {
    const isSlow = until <= records.length + 1 || (pace !== null && records.length <= 5)
    const plane = isSlow ? SINGLE : pace === null ? PLAYING : PACED
    worker?.post({ kind: 'look', run, looking: { whole: true, plain, plane } })
  }

  /** From now on a world that hangs is noticed. */
  function watch(): void {
    if (setting.source === null || (state !== 'opening' && state !== 'running')) return silent.clear()
    silent.set(silence, () => {
      stop()
      refuse([`the world did not answer within ${silence / 1000} seconds, so its worker was ended`])
    })
  }

  function stop(): void {
    silent.clear()
    beat.clear()
    worker?.end()
    worker = null
  }

  function refuse(lines: readonly string[]): void {
    state = 'refused'
    problems = lines
    phaseComes = false
    beat.clear()
    watch()
    changed()
  }

  function train(last: number): void {
    until = last
    if (state === 'opening' || state === 'finished' || state === 'refused') return
    state = until > records.length ? 'running' : records.length > 0 ? 'paused' : 'ready'
    beat.clear()
    look()
    // The last one waits for a look of its own: a link shows everyone the same plane.
    const soon = pace === null ? Math.max(until - 1, records.length + 1) : records.length + 1
    worker?.post({ kind: 'allow', run, until: Math.min(until, soon) })
    take()
    watch()
  }

  /** What is ahead, up to `until`: at a pace, one record per beat. */
  function take(): void {
    const paced = pace !== null && until === Infinity
    for (let count = 0; ahead.length > 0 && records.length < until && !(paced && count > 0); count++) {
      if (shown === records.length - 1) shown++
      records.push(ahead.shift()!)
      if (phaseComes) phase = 0
      phaseComes = false
      if (paced) beat.set(pace!(records.length), () => train(until))
    }
    if (isDone && ahead.length === 0) state = 'finished'
    else if (state === 'running' && records.length >= until) state = 'paused'
  }

  function hear(report: Report): void {
    if (report.run !== run || state === 'refused') return
    if (report.kind === 'refused') return refuse(report.problems)
    if (report.kind === 'record') ahead.push(report.record)
    else if (report.kind === 'finished') isDone = true
    else if (report.kind === 'opened') {
      opened = report.opened
      state = 'ready'
      train(until)
    }
    take()
    if (report.kind === 'record' && records.length === until - 1) train(until)
    watch()
    if (report.kind !== 'alive') changed()
  }

  function open(next: Setting, iterations: number = 0): void {
    run++
    setting = next
    state = 'opening'
    records = []
    ahead = []
    isDone = false
    shown = -1
    phase = opened = null
    phaseComes = false
    problems = []
    pace = null
    until = iterations
    ghosts.clear()
    beat.clear()
    try {
      resolveSetting(next)
    } catch (error) {
      stop()
      return refuse((error as Error).message.split('\n'))
    }
    worker ??= startWorker(hear)
    worker.post({ kind: 'open', run, setting, looking: { whole: true, plain, plane: SINGLE } })
    watch()
    changed()
  }

  const session: Session = {
    get setting() { return setting },
    get state() { return state },
    get message() { return problems[0] ?? '' },
    get problems() { return problems },
    get opened() { return opened },
    get records() { return records },
    get shown() { return shown },
    get record() { return records[shown] ?? null },
    get phase() { return phase },
    get ghosts() { return ghosts.all },
    get plain() { return plain },
    command: () => commandOf(setting, records[shown]?.iteration ?? null),
    open,
    refuse(problem) {
      stop()
      refuse([problem])
    },
    play(next = null) {
      pace = next
      move(null, Infinity)
    },
    pause: () => then(() => train(records.length)),
    update: () => move(null, records.length + 1),
    nextPhase() {
      if (phase !== null && phase + 1 < phases.length) return then(() => phase!++)
      if (phase === null && shown >= 0) return move(0, records.length, shown)
      if (shown + 1 < records.length) return move(0, records.length, shown + 1)
      phaseComes = true
      move(phase, records.length + 1)
    },
    previousPhase: () => then(() => { if (phase !== null && phase > 0) phase-- }),
    leavePhases: () => then(() => { phase = null }),
    show: (index) => then(() => { shown = Math.min(records.length - 1, Math.max(-1, Math.round(index))) }),
    addGhosts(seeds, options = {}) {
      const { options: own } = setting
      then(() => ghosts.add(seeds.map((seed) => ({ ...setting, seed, options: { ...own, ...options } }))))
    },
    clearGhosts: () => then(ghosts.clear),
    setPlain: (on) => then(() => {
      plain = on
      look()
    }),
    close() {
      ghosts.clear()
      stop()
    },
  }

  function then(act: () => void): void {
    act()
    changed()
  }

  /** Show a phase of a record, by default the last one, and train up to an iteration. */
  function move(to: number | null, last: number, index: number = records.length - 1): void {
    phase = to
    shown = index
    train(last)
    changed()
  }
  return session
}
