/**
 * What a stream can show: lines alone, or lines that are redrawn; colour or none.
 * Colour is for terminals alone, unless FORCE_COLOR asks for it; NO_COLOR and --no-color take it away.
 * But: UTF-8 is taken for granted.
 */

/** Where text goes; process.stdout and process.stderr are such. */
export interface Sink {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface Terminal {
  /** Whether a line may be drawn again. */
  readonly live: boolean
  readonly paint: Paint
  /** Characters a line, asked anew every time since windows change; Infinity where lines are not drawn. */
  columns(): number
  write(text: string): void
}

/** Text in a role, never in a colour by name. */
export type Role = 'faint' | 'strong' | 'good' | 'doubtful' | 'bad'
export type Paint = Readonly<Record<Role, (text: string) => string>>

const same = (text: string): string => text
export const plain: Paint = { faint: same, strong: same, good: same, doubtful: same, bad: same }

/** Nothing is shown. */
export const silent: Terminal = { live: false, paint: plain, columns: () => Infinity, write: () => {} }

const sgr = (on: number, off: number) => (text: string): string => `\x1b[${on}m${text}\x1b[${off}m`
export const colored: Paint = {
  faint: sgr(2, 22), strong: sgr(1, 22), good: sgr(32, 39), doubtful: sgr(33, 39), bad: sgr(31, 39),
}

/** `allowed` is false under --no-color. */
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
