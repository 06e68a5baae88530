/**
 * The threads of a training, led in step: each order goes to all, and the next one waits for all reports.
 * However it ends, no thread is left: one that fails, ends or does not move any more lets the exchanges of
 * all others fail, so that they close their environments; what has not ended some seconds later is ended.
 * But: the environments of a thread that is ended, since it hangs, are not closed: nothing else can.
 */
import { availableParallelism } from 'node:os'
import { clearInterval, setInterval } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import { URL } from 'node:url'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { fail, openGroup, threadMemory } from '../../parallel/memory.ts'
import { EnvError } from '../../rl/play/envError.ts'
import { textOf } from '../../rl/play/guard.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'
import { UsageError } from '../cli/failure.ts'
import {
  answersIn, createPlaces, IN_ENV, movesIn, type Order, placeOf, type PlainError, type Report, STARTS,
  type Task, WAITS,
} from './orders.ts'

/** What all ranks have in common. */
export type Plan = Omit<Task, 'rank' | 'memory' | 'places' | 'port' | 'spin'>

export interface Crew {
  /** One iteration more; the record of rank 0, or null if the training is over. */
  turn(): Promise<Extract<Report, { kind: 'record' }> | null>
  /** Between two turns. Blocks until all ranks have answered. */
  snapshot(): Snapshot
  /** End all threads at once: the promise of a turn that is under way is rejected with `reason`. */
  abort(reason: unknown): void
  /** End all threads in order: every environment is closed. Throws what one did wrong in that. */
  stop(): Promise<void>
}

interface Member {
  readonly rank: number
  readonly worker: Worker
  readonly port: MessagePort
  /** To the last order. */
  report: Report | null
  /** It has reported its end. */
  isOver: boolean
  /** It ended without that, or hangs: nothing is expected of it. */
  isLost: boolean
  hasExited: boolean
}

const hasEnded = ({ isOver, isLost }: Member): boolean => isOver || isLost

/** Milliseconds for threads to end: after a failure, and once they have reported their end. */
const ENDING = 5000, LINGER = 1000
/** Milliseconds between two looks whether the threads still move. */
const LOOK = 250

/**
 * How long `size` threads look before they sleep, as `ThreadOptions.spin`: some 0.2 ms if each has a core to
 * itself. *Measured*: a step on 1,024 states 1.51 × one rank instead of 1.34.
 */
export function spinFor(size: number): number {
  return size <= availableParallelism() ? 20_000 : 200
}

/** Start a thread per rank. `patience`: milliseconds without any move after which the run has failed. */
export function startCrew(plan: Plan, patience: () => number): Crew {
  const { size } = plan
  const memory = threadMemory(size), places = createPlaces(size)
  const failures: { readonly rank: number; readonly error: unknown; readonly own: boolean }[] = []
  let aborted: { readonly reason: unknown } | null = null
  let look = (): void => {}
  const { url } = import.meta as unknown as { readonly url: string }

  const members = Array.from({ length: size }, (_, rank): Member => {
    const { port1, port2 } = new MessageChannel()
    const task: Task = { ...plan, rank, memory, places, port: port2, spin: spinFor(size) }
    // Beside this file, under the same ending: .js in the package, .ts where the sources run themselves.
    const program = new URL(url.replace(/[^/]*(\.[jt]s)$/, 'worker$1'), url)
    const worker = new Worker(program, { workerData: task, transferList: [port2] })
    return { rank, worker, port: port1, report: null, isOver: false, isLost: false, hasExited: false }
  })
  for (const member of members) {
    member.port.on('message', (message) => take(member, message as Report))
    member.worker.once('error', (error) => lose(member, `its thread ended with the error ${textOf(error)}`))
    member.worker.once('exit', (code) => {
      for (let last = receiveMessageOnPort(member.port); last !== undefined;) {
        take(member, last.message as Report)
        last = receiveMessageOnPort(member.port)
      }
      member.hasExited = true
      lose(member, `its thread ended with exit code ${code}`)
      member.port.close()
      look()
    })
  }

  /** A report has come. */
  function take(member: Member, report: Report): void {
    member.report = report
    if (report.kind === 'error' || report.kind === 'over') member.isOver = true
    if (report.kind === 'error') {
      const { error, own } = report
      failures.push({ rank: member.rank, error: rebuilt(error, size > 1 ? member.rank : null), own })
    }
    look()
  }

  /** A rank that can no longer say itself what happened. */
  function lose(member: Member, problem: string): void {
    const { rank, isOver, isLost } = member
    if (isOver || isLost) return
    member.isLost = true
    failures.push({ rank, error: lost(places, rank, problem), own: true })
    look()
  }

  const order = (what: Order): void => {
    for (const { port, hasExited } of members) if (!hasExited) port.postMessage(what)
  }

  /** Wait until `done`, which is asked after each event; at most so many milliseconds. */
  async function until(done: () => boolean, limit: number = Infinity): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      look = () => { if (done()) resolve() }
      look()
    })
    if (limit === Infinity) await reached
    else await Promise.race([reached, setTimeout(limit, undefined, { ref: false })])
    look = () => {}
  }

  const hasFailed = (): boolean => aborted !== null || failures.some(({ own }) => own)
    || failures.length > 0 && members.every(hasEnded)

  /** Every thread has ended when this returns. Throws the failure, if there is one. */
  async function end(): Promise<void> {
    if (hasFailed()) {
      const first = failures.find(({ own }) => own) ?? failures[0]
      const reason = first === undefined ? 'stopped' : textOf(first.error).replace(/^rank \d+: /, '')
      fail(openGroup(memory, size), first?.rank ?? 0, reason)
      order('abort')
    }
    await until(() => members.every(hasEnded), ENDING)
    await until(() => members.every(({ hasExited }) => hasExited), LINGER)
    for (const member of members) {
      member.isLost = true
      if (!member.hasExited) await member.worker.terminate()
    }
    if (aborted !== null) throw aborted.reason
    const owned = failures.filter(({ own }) => own).sort((a, b) => a.rank - b.rank)
    const [worst] = [...owned, ...failures]
    if (worst !== undefined) throw worst.error
  }

  /** Look from time to time whether any rank still moves. */
  function watch(): () => void {
    let moves = movesIn(places), quiet = 0
    const timer = setInterval(() => {
      const now = movesIn(places), limit = patience()
      quiet = now === moves ? quiet + LOOK : 0
      moves = now
      if (quiet < limit) return
      for (const member of members) {
        if (placeOf(places, member.rank).does === WAITS || member.report !== null) continue
        lose(member, `expected a step or an exchange within ${limit} ms, got none`)
        break
      }
    }, LOOK)
    return () => clearInterval(timer)
  }

  return {
    async turn() {
      if (aborted !== null) return end().then(() => null)
      for (const member of members) member.report = null
      const stopWatching = watch()
      order('go')
      try {
        await until(() => hasFailed() || members.every(({ report }) => report !== null))
      } finally {
        stopWatching()
      }
      const [{ report }] = members
      if (!hasFailed() && report?.kind === 'record') return report
      await end()
      return null
    },
    snapshot() {
      const [{ port }] = members, at = answersIn(places), before = Atomics.load(places, at)
      const limit = ENDING + patience()
      // All others wait for the one that does not answer.
      const silent = (): Error => {
        const lost = members.find(({ rank }) => placeOf(places, rank).does !== WAITS)?.rank ?? 0
        return new Error(`rank ${lost}: expected an answer to snapshot within ${limit} ms, got none`)
      }
      order('snapshot')
      while (Atomics.load(places, at) === before) {
        if (Atomics.wait(places, at, before, limit) === 'timed-out') throw silent()
      }
      const answer = receiveMessageOnPort(port)?.message as Report | undefined
      if (answer?.kind === 'snapshot') return answer.snapshot
      if (answer?.kind === 'no snapshot') throw rebuilt(answer.error, null)
      throw silent()
    },
    abort(reason) {
      aborted ??= { reason }
      look()
    },
    async stop() {
      order('stop')
      await until(() => hasFailed() || members.every(hasEnded), ENDING)
      await end()
    },
  }
}

/** The error of another thread as one of this thread. */
function rebuilt({ name, message, env, step }: PlainError, rank: number | null): Error {
  const text = rank === null || /^rank \d+: /.test(message) ? message : `rank ${rank}: ${message}`
  if (name === 'EnvError') return Object.assign(new EnvError(env, null, text), { step })
  // An invalid argument is the same in every rank.
  if (name === 'TypeError') return new TypeError(message)
  if (name === 'RangeError') return new RangeError(message)
  return name === 'UsageError' ? new UsageError(message) : new Error(text)
}

/** The error of a rank that ended or hangs, which says where it was. */
function lost(places: Int32Array, rank: number, problem: string): Error {
  const { does, env, step } = placeOf(places, rank)
  if (does === STARTS) return new EnvError(env, null, `rank ${rank}: before environment ${env}: ${problem}`)
  if (does !== IN_ENV) return new Error(`rank ${rank}: ${problem}`)
  return Object.assign(
    new EnvError(env, null, `rank ${rank}: environment ${env}, step ${step}: ${problem}`), { step })
}
