/** A program that runs beside the test: what it has printed so far, and how it ended. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { env } from './package.ts'

/** How a program ended, and all that it printed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Child {
  readonly pid: number
  /** Resolves once stdout has a match, rejects if the program ends before. */
  prints(pattern: RegExp): Promise<string>
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void
  readonly ended: Promise<Ended>
}

/** Run `words` in `cwd` by this Node, for 100 seconds at most. */
export function start(cwd: string, ...words: string[]): Child {
  return startProgram(cwd, process.execPath, words)
}

/** Run another program, with `variables` beside those of a user's shell. */
export function startProgram(
  cwd: string, program: string, words: readonly string[], variables: Record<string, string> = {},
): Child {
  const child = spawn(program, words, { cwd, env: { ...env, ...variables }, timeout: 100_000 })
  let stdout = '', stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8')
  child.stdout.on('data', (text) => {
    stdout += text
    for (const look of waiting) look()
  })
  child.stderr.on('data', (text) => { stderr += text })
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, stdout, stderr })))
  return {
    pid: child.pid,
    prints: (pattern) => new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(stdout)
        if (found === null) return
        waiting.delete(look)
        resolve(found[0])
      }
      waiting.add(look)
      look()
      ended.then(() => reject(new Error(`${words.join(' ')} ended without ${pattern}\n${stdout}${stderr}`)))
    }),
    kill: (signal) => { child.kill(signal) },
    ended,
  }
}

/** The answer to a request. */
export interface Answer<T> { readonly status: number; readonly answer: T }

/** GET `url`, or POST `body` to it; answers are JSON. */
export async function ask<T>(url: string, body?: string): Promise<Answer<T>> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body })
  return { status: response.status, answer: JSON.parse(await response.text()) }
}
