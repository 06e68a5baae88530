/** Starts a program, collects its output, and stops all its processes when it ends or takes too long. */
import { spawn } from 'node:child_process'
import process, { kill } from 'node:process'
import { clearTimeout, setTimeout } from 'node:timers'

export interface Ended {
  /** Exit code, name of a signal, or a few words if there is neither. */
  readonly code: number | string
  /** stdout and stderr, as they arrive. */
  readonly output: string
}

/** Environment variables in addition to those of this process. */
export type Variables = Readonly<Record<string, string>>

export interface Running {
  readonly ended: Promise<Ended>
  stop(): void
}

const open = new Set<() => void>()

/** To call on a signal: the programs have process groups of their own, so Ctrl-C does not reach them. */
export function stopAll(): void {
  for (const stop of open) stop()
}

/** A program that takes longer is stopped, and has failed. */
const LIMIT_SECONDS = 150

/** `limit`: seconds after which the program is stopped. */
export function start(
  command: string, args: readonly string[], env: Variables = {}, limit: number = LIMIT_SECONDS,
): Running {
  // Its own process group: a browser is many processes, and all must be stopped.
  const child = spawn(command, args, { cwd: '.', env: { ...process.env, ...env }, detached: true })
  let output = ''
  const stop = (): void => {
    try {
      if (child.pid !== undefined) kill(-child.pid, 'SIGKILL')
    } catch {
      // The group has already ended.
    }
    // A process that left the group may keep the streams open forever.
    for (const stream of [child.stdout, child.stderr]) stream.destroy()
  }
  const timer = setTimeout(() => {
    output += `still running after ${limit} s\n`
    stop()
  }, 1000 * limit)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text) => { output += text })
  }
  open.add(stop)
  const ended = new Promise<Ended>((resolve) => {
    const end = (code: number | string, text: string): void => {
      clearTimeout(timer)
      stop()
      open.delete(stop)
      resolve({ code, output: text })
    }
    child.on('error', (error) => end('not started', error.message))
    child.on('close', (code, signal) => end(code ?? signal ?? 'no code', output))
  })
  return { ended, stop }
}
