/**
 * Processes, so many at a time, in order; each writes lines to stdout that are passed on as they come.
 * A child has a group of its own, so that Ctrl-C reaches only this process, which passes it on once: a child
 * would take a second one for an order to end at once.
 * But: on Windows there are no such groups, and no signals: Ctrl-C reaches all there.
 */
import { type PipedChild, spawn } from 'node:child_process'
import process from 'node:process'
import type { Signal } from '../process/signalThread.ts'

/** How a child ended. */
export interface Ended {
  /** null if a signal, named beside it, ended it, or if it could not be started. */
  readonly code: number | null
  readonly signal: string | null
  /** The end of what it wrote to stderr. */
  readonly stderr: string
}

export interface Listener {
  /** Child `k` is started. */
  readonly started: (k: number) => void
  /** A line of stdout. */
  readonly line: (k: number, text: string) => void
  readonly ended: (k: number, how: Ended) => void
}

export interface Children {
  /** When all have ended, or all that were started if `stop` was called. */
  readonly done: Promise<void>
  /** Start no other child, and send this signal to those that run. */
  stop(signal: Signal | 'SIGKILL'): void
}

/** Characters of stderr that are kept. */
const KEPT = 4000
const HAS_GROUPS = process.platform !== 'win32'

/** Run `commands`, each the words of a process, `jobs` at a time. */
export function runChildren(
  commands: readonly (readonly string[])[], jobs: number, listener: Listener,
): Children {
  const running = new Set<PipedChild>()
  let next = 0, stopped = false
  let finish = (): void => {}
  const done = new Promise<void>((resolve) => { finish = resolve })
  const fill = (): void => {
    while (!stopped && next < commands.length && running.size < jobs) begin(next++)
    if (running.size === 0) finish()
  }
  const begin = (k: number): void => {
    const [program, ...words] = commands[k]
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'], detached: HAS_GROUPS, windowsHide: true,
    })
    running.add(child)
    let rest = '', stderr = '', over = false
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) listener.line(k, line)
    })
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text) => { stderr = (stderr + text).slice(-KEPT) })
    const end = (code: number | null, signal: string | null, more: string = ''): void => {
      if (over) return
      over = true
      running.delete(child)
      listener.ended(k, { code, signal, stderr: stderr + more })
      fill()
    }
    child.on('close', end)
    child.on('error', (error) => end(null, null, error.message))
    listener.started(k)
  }
  fill()
  return {
    done,
    stop(signal) {
      stopped = true
      if (HAS_GROUPS || signal === 'SIGKILL') for (const child of running) child.kill(signal)
      if (running.size === 0) finish()
    },
  }
}
