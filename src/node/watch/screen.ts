/**
 * A terminal on which frames take the place of each other, and its keys.
 * Between two frames keys are read one by one (raw mode), also q and Ctrl-C; while a world computes they are
 * not, so that Ctrl-C is a signal, which ends the program even if the world does not return.
 * But: after such an end the cursor stays hidden.
 */
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'

export interface Screen {
  /** The last of these keys that was pressed. */
  readonly key: 'q' | 'Ctrl-C' | null
  /** Room for a frame: its lines must be shorter. */
  readonly columns: number
  readonly rows: number
  /** Show these lines in place of those before. */
  show(lines: readonly string[]): void
  /** Read keys for so many milliseconds. */
  wait(milliseconds: number): Promise<void>
  /** Give back the cursor and the keys; the last frame stays. */
  close(): void
}

const HIDE = '\x1b[?25l', SHOW = '\x1b[?25h', ERASE_LINE = '\x1b[K', ERASE_BELOW = '\x1b[J'

export function openScreen(): Screen {
  const { stdin, stdout } = process
  const hasKeys = stdin.isTTY === true
  let key: Screen['key'] = null
  const onData = (bytes: Uint8Array): void => {
    // Ctrl-C is byte 3, in raw mode.
    if (bytes.includes(3)) key = 'Ctrl-C'
    else if (bytes.includes(113) || bytes.includes(81)) key ??= 'q'
  }
  let lines = 0, width = stdout.columns
  let open = true
  const close = (): void => {
    if (!open) return
    open = false
    process.off('exit', close)
    if (hasKeys) {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
    }
    stdout.write(SHOW)
  }
  process.on('exit', close)
  if (hasKeys) {
    stdin.on('data', onData)
    stdin.resume()
  }
  stdout.write(HIDE)
  return {
    get key() { return key },
    get columns() { return stdout.columns ?? 80 },
    get rows() { return stdout.rows ?? 24 },
    show(frame) {
      // If the window has another width, lines may have been wrapped: begin anew.
      const back = width !== stdout.columns ? '\x1b[2J\x1b[H' : lines > 0 ? `\x1b[${lines}A\r` : ''
      width = stdout.columns
      lines = frame.length
      stdout.write(back + frame.map((line) => `${line}${ERASE_LINE}\n`).join('') + ERASE_BELOW)
    },
    async wait(milliseconds) {
      if (hasKeys) stdin.setRawMode(true)
      try {
        await setTimeout(milliseconds)
      } finally {
        if (hasKeys && open) stdin.setRawMode(false)
      }
    },
    close,
  }
}
