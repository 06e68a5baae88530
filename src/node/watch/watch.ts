/**
 * `trpo watch FILE [ENV]`: draw the episodes of a saved policy in the terminal, one frame per step. If stdout
 * is no terminal, one frame per fifty steps, and the last of every episode, without waiting.
 */
import process from 'node:process'
import type { Action } from '../../rl/world/env.ts'
import { watchHelp } from '../cli/help.ts'
import { type Host, readerOf } from '../cli/host.ts'
import { parseWatchArguments } from '../cli/watchArguments.ts'
import { reference } from '../../math/reference.ts'
import { clock } from '../clock.ts'
import { spacesOf } from '../environments.ts'
import { resolveEvaluation } from '../eval.ts'
import { exitCodes, listenForInterrupt } from '../interrupt.ts'
import { decimal, grouped, plural } from '../show/format.ts'
import { spread } from '../show/summary.ts'
import { terminal } from '../show/terminal.ts'
import { shown } from '../show/text.ts'
import { withModule } from '../worlds/load.ts'
import { drawingOf } from './drawing.ts'
import { type Moment, momentsOf } from './player.ts'
import { openScreen } from './screen.ts'

/** Without a terminal: one frame per so many steps, so many characters wide and high. */
const INTERVAL = 50, WIDTH = 80, HEIGHT = 20
/** A larger picture has no more to show. */
const MAX_COLUMNS = 100, MAX_ROWS = 30
/** Lines below the picture, and the one that the cursor is on. */
const BELOW = 3
/** Milliseconds after which keys and signals are looked at. */
const TURN = 50

/** Returns the exit code. */
export async function watchCommand(words: readonly string[], host: Host): Promise<number> {
  const given = parseWatchArguments(words)
  if (given.help) {
    process.stdout.write(watchHelp(readerOf(host)))
    return 0
  }
  const environments = await withModule({ ...given, quiet: false }, host.environments)
  // Every episode takes memory, which only this backend gives back.
  const { request } = await resolveEvaluation(given, environments, () => reference)
  const { environment, episodes } = request
  const output = terminal(process.stdout, process.env, given.color)
  const drawing = drawingOf(environment.name, await spacesOf(environment))
  const frame = (moment: Moment, columns: number, rows: number): string[] => {
    const picture = drawing(moment.observation, columns, rows)
    return [...picture, output.paint.faint(statusLine(environment.name, episodes, moment).slice(0, columns)),
      ...output.live ? [output.paint.faint('q or Ctrl-C ends'.slice(0, columns))] : []]
  }
  const interrupt = listenForInterrupt()
  const returns: number[] = []
  let screen: ReturnType<typeof openScreen> | null = null
  try {
    await interrupt.poll()
    screen = output.live ? openScreen() : null
    let due = clock()
    for await (const moment of momentsOf(request)) {
      if (moment.isLast) returns.push(moment.reward)
      if (screen !== null) {
        const columns = Math.min(MAX_COLUMNS, screen.columns - 1)
        screen.show(frame(moment, columns, Math.max(1, Math.min(MAX_ROWS, screen.rows - BELOW))))
        // A moment that took too long is not made up for.
        due = Math.max(due, clock() - 1000 / given.fps) + 1000 / given.fps
        do {
          await screen.wait(Math.min(TURN, Math.max(0, due - clock())))
          await interrupt.poll()
        } while (clock() < due && screen.key === null && interrupt.signal === null)
      } else if (moment.isLast || moment.step % INTERVAL === 0) {
        output.write(`${frame(moment, WIDTH, HEIGHT).join('\n')}\n\n`)
        await interrupt.poll()
      }
      host.streams.check()
      if (interrupt.signal !== null || (screen?.key ?? null) !== null) break
    }
  } finally {
    screen?.close()
    await interrupt.close()
  }
  if (returns.length > 0) {
    const all = `${plural(returns.length, 'episode')}, return ${spread(Float64Array.from(returns))}`
    output.write(`${shown(environment.name)}: ${all}\n`)
  }
  const signal = screen?.key === 'Ctrl-C' ? 'SIGINT' : interrupt.signal
  return signal === null ? 0 : exitCodes[signal]
}

function statusLine(name: string, episodes: number, { episode, step, reward, action }: Moment): string {
  return `${shown(name)}  episode ${grouped(episode + 1)} of ${grouped(episodes)}  step ${grouped(step)}  `
    + `return ${decimal(reward, 1, 12)}${action === null ? '' : `  action ${actionText(action)}`}`
}

/** Numbers of an action that are shown. */
const FEW = 6

function actionText(action: Action): string {
  if (typeof action === 'number') return String(action)
  const few = action.subarray(0, FEW)
  const numbers = Array.from(few, (x) => Number.isInteger(x) ? String(x) : decimal(x, 2, 8))
  return numbers.join(' ') + (action.length > FEW ? ' …' : '')
}
