/**
 * A browser as a child process that leaves nothing behind: a shell starts it, waits for the end of its own
 * standard input, and then kills the whole process group. That end comes also if this process is killed.
 * But: POSIX only, as are the tests that use it.
 */
import { type DrivenChild, spawn } from 'node:child_process'
import { env, remove, scratch } from '../support/package.ts'
import type { Profile } from './profiles.ts'

const GUARD = `
  exec 9<&0
  { cat <&9 > /dev/null; kill -KILL 0; } 3<&- 4>&- &
  "$@" 9<&- < /dev/null
  kill -KILL 0`

export interface Child {
  readonly stdio: DrivenChild['stdio']
  /** What it has written to its standard error. */
  errors(): string
  /** Settles when the browser is gone, for whatever reason. */
  readonly ended: Promise<void>
  /** Kills it, its processes, and its profile. */
  stop(): Promise<void>
}

/** Start a browser with a new profile. It has `words` in addition to those of the profile. */
export function startChild(program: string, profile: Profile, words: readonly string[]): Child {
  const directory = scratch()
  const child = spawn('sh', ['-c', GUARD, 'sh', program, ...words, ...profile(directory), 'about:blank'], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'], detached: true,
    env: { ...env, HOME: directory, TMPDIR: directory },
  })
  let errors = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text) => { errors += text })
  // Writing to a browser that has ended is no error of its own: a call sees `ended`.
  child.stdio[3].on('error', () => {})
  const ended = new Promise<void>((done) => {
    child.on('error', () => done())
    child.on('close', done)
  })
  return {
    stdio: child.stdio, errors: () => errors, ended,
    stop: async () => {
      child.stdio[0].destroy()
      await ended
      remove(directory)
    },
  }
}
