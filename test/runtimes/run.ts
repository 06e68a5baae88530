/** Starts a program, waits for what it has to say, and leaves none of its processes behind. */
import { spawn } from 'node:child_process'
import process, { kill } from 'node:process'
import { clearTimeout, setTimeout } from 'node:timers'

export interface Ended {
  /** Exit code, or a signal's name. */
  readonly code: number | string
  /** Both streams. */
  readonly output: string
}

/** Variables on top of our own. */
export type Environment = Readonly<Record<string, string>>

export interface Running {
  readonly ended: Promise<Ended>
  stop(): void
}

const open = new Set<() => void>()

/** For when we are told to end: a group of its own hears of no Ctrl-C. */
export function stopAll(): void {
  for (const stop of open) stop()
}

/** Seconds after which a program hangs: it is stopped, and has failed. */
const LIMIT = 150

export function start(command: string, args: readonly string[], env: Environment = {}, limit: number = LIMIT): Running {
  // A group of its own: browsers are many processes, and all must go.
  const child = spawn(command, args, { cwd: '.', env: { ...process.env, ...env }, detached: true })
  let output = ''
  const stop = (): void => {
    try {
      if (child.pid !== undefined) kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
    // Who left the group may hold on to them for ever.
    for (const stream of [child.stdout, child.stderr]) stream.destroy()
  }
  const timer = setTimeout(() => {
    output += `no end after ${limit} s\n`
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
