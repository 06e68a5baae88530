/**
 * Ghosts: trainings with another seed, or with some options changed, beside the one that is shown; one after
 * another in a worker of their own, so that the main training goes on.
 */
import type { IterationRecord, Looking, Report, Setting, StartWorker, WorkerHandle } from './protocol.ts'

export interface Ghost {
  readonly setting: Setting
  /** Without curve, plane and plain gradient. */
  readonly records: readonly IterationRecord[]
  readonly isComplete: boolean
}

export interface Ghosts {
  readonly all: readonly Ghost[]
  add(settings: readonly Setting[]): void
  /** Ends the worker, too. */
  clear(): void
}

const LOOKING: Looking = { whole: false, plain: false, plane: 0 }

export function createGhosts(startWorker: StartWorker, onChange: () => void): Ghosts {
  let all: { setting: Setting; records: IterationRecord[]; isComplete: boolean }[] = []
  let worker: WorkerHandle | null = null
  /** The index of the one that is trained, and its run. */
  let at = -1, run = 0

  function next(): void {
    if (at >= 0 && !all[at].isComplete) return
    at = all.findIndex(({ isComplete }) => !isComplete)
    if (at < 0) return
    run++
    worker ??= startWorker(hear)
    worker.post({ kind: 'open', run, setting: all[at].setting, looking: LOOKING })
    worker.post({ kind: 'allow', run, until: Infinity })
  }

  function hear(report: Report): void {
    if (report.run !== run || at < 0) return
    if (report.kind === 'record') all[at].records.push(report.record)
    if (report.kind === 'finished' || report.kind === 'refused') {
      all[at].isComplete = true
      next()
    }
    onChange()
  }

  return {
    get all() { return all },
    add(settings) {
      all = [...all, ...settings.map((setting) => ({ setting, records: [], isComplete: false }))]
      next()
    },
    clear() {
      all = []
      at = -1
      run++
      worker?.end()
      worker = null
    },
  }
}
