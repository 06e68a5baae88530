/**
 * What a stream can show: only lines, or also a line that is redrawn; colour or none.
 * Colour is for terminals, or for every stream with FORCE_COLOR; NO_COLOR and --no-color turn it off.
 * But: UTF-8 is assumed.
 */

/** A stream that text is written to, such as process.stdout and process.stderr. */
export interface Sink {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface Terminal {
  /** Whether a line can be redrawn. */
  readonly live: boolean
  readonly paint: Paint
  /** Characters per line, read on every call because windows are resized; Infinity if this is no terminal. */
  columns(): number
  write(text: string): void
}

/** Text is painted by its role, not by a colour. */
export type Role = 'faint' | 'strong' | 'good' | 'doubtful' | 'bad'
export type Paint = Readonly<Record<Role, (text: string) => string>>

const same = (text: string): string => text
export const plain: Paint = { faint: same, strong: same, good: same, doubtful: same, bad: same }

/** Shows nothing. */
export const silent: Terminal = { live: false, paint: plain, columns: () => Infinity, write: () => {} }

const sgr = (on: number, off: number) => (text: string): string => `\x1b[${on}m${text}\x1b[${off}m`
export const colored: Paint = {
  faint: sgr(2, 22), strong: sgr(1, 22), good: sgr(32, 39), doubtful: sgr(33, 39), bad: sgr(31, 39),
}

/** `allowed` is false with --no-color. */
export function terminal(
  sink: Sink, env: Readonly<Record<string, string | undefined>>, allowed: boolean = true,
): Terminal {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM = '' } = env
  const live = sink.isTTY === true && TERM !== 'dumb'
  const forced = FORCE_COLOR !== '' && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  const color = allowed && NO_COLOR === '' && (forced || (live && FORCE_COLOR === ''))
  return {
    live,
    paint: color ? colored : plain,
    columns: () => !live ? Infinity : sink.columns !== undefined && sink.columns > 0 ? sink.columns : 80,
    write: (text) => { sink.write(text) },
  }
}
