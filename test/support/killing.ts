/**
 * A program that is killed without warning, started again, and killed, until it comes to its end by itself:
 * at moments drawn at random, or the moment that a temporary file appears beside the one that it writes.
 */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { clearTimeout, setTimeout } from 'node:timers'
import type { Random } from '../../src/math/random.ts'
import { env } from './commandLine.ts'

export interface Lives {
  readonly kills: number
  /** Kills as a temporary file appeared. */
  readonly whileWriting: number
  /** Milliseconds from the start of the last life to its end. */
  readonly last: number
  readonly stderr: string
}

/** Milliseconds after which a life is a failure. */
const TOO_LONG = 60_000

/**
 * `words` are Node's, by the number of the life; the program writes into `folder`. A life is killed after
 * `earliest` to `latest` milliseconds, unless it is over by then; never, if `latest` is 0. Rejects if a life
 * ends with an error.
 */
export async function killUntilDone(
  words: (life: number) => readonly string[], folder: string, random: Random,
  earliest: number, latest: number,
): Promise<Lives> {
  let kills = 0, whileWriting = 0
  for (let life = 0; ; life++) {
    const started = Date.now()
    const child = spawn('node', words(life), { env, timeout: TOO_LONG })
    let stderr = ''
    child.stderr.on('data', (text) => { stderr += text })
    // Somebody must read it.
    child.stdout.on('data', () => {})
    const kill = (): boolean => latest > 0 && child.kill('SIGKILL')
    let seen = false, watcher: { close(): void } | null = null
    // Of every three lives one dies while it writes.
    const watchAndKill = (): void => {
      watcher = watch(folder, (_, name) => {
        if (!seen && name?.endsWith('.tmp') === true) seen = kill()
      })
    }
    const delay = earliest + random.uniform() * (latest - earliest)
    const timer = setTimeout(life % 3 === 0 ? watchAndKill : kill, delay)
    const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
    clearTimeout(timer)
    // The compiler does not see that the timer sets it.
    ;(watcher as { close(): void } | null)?.close()
    if (code === 0) return { kills, whileWriting, last: Date.now() - started, stderr }
    if (signal !== 'SIGKILL' || latest === 0) throw new Error(`life ${life}: ${code ?? signal}\n${stderr}`)
    kills++
    if (seen) whileWriting++
  }
}
