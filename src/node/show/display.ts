/**
 * A run while it goes on: one row per iteration, and below the rows a bar. Rows and bar are pure; the display
 * writes. Made for 80 characters; a narrower terminal shows the columns that fit.
 */
import type { Iteration } from '../../trpo/train.ts'
import { countdown, decimal, scientific, short } from './format.ts'
import type { Paint, Terminal } from './terminal.ts'

/** What is shown of an iteration. */
export type Shown = Omit<Iteration, 'policy' | 'value' | 'snapshot'>

/** What a row shows besides the iteration's record. */
export interface RowContext {
  /** Whether the mean return reaches the environment's threshold. */
  readonly solved: boolean
  /** null if no time has passed yet. */
  readonly stepsPerSecond: number | null
  readonly secondsLeft: number | null
}

interface Column {
  readonly title: string
  /** Including the space before it. */
  readonly width: number
  readonly text: (record: Shown, context: RowContext) => string
}

const COLUMNS: readonly Column[] = [
  { title: 'iter', width: 5, text: ({ iteration }) => String(iteration) },
  { title: 'steps', width: 8, text: ({ steps }) => String(steps) },
  { title: 'return', width: 8, text: ({ meanReturn }) => decimal(meanReturn, 1, 7) },
  {
    title: 'KL/δ', width: 14,
    text: ({ certificate: { kl, maxKl } }) => `${nats(kl, maxKl)}/${nats(maxKl, maxKl)}`,
  },
  { title: 'back', width: 5, text: ({ certificate }) => String(certificate.backtracks) },
  {
    title: 'CG', width: 4,
    text: ({ certificate: { cgStatus, cgIterations } }) =>
      cgStatus === 'not-run' ? '-' : String(cgIterations),
  },
  {
    title: 'resid', width: 7,
    text: ({ certificate: { cgStatus, cgResidual } }) =>
      cgStatus === 'not-run' ? '-' : scientific(cgResidual, 0),
  },
  { title: 'entropy', width: 8, text: ({ certificate }) => decimal(certificate.entropy, 3, 7) },
  {
    title: 'EV', width: 6,
    text: ({ valueFit: { status, explainedVariance } }) =>
      status === 'fitted' ? varianceText(explainedVariance) : status,
  },
  { title: 'steps/s', width: 8, text: (_, { stepsPerSecond }) => short(stepsPerSecond) },
  { title: 'ETA', width: 6, text: (_, { secondsLeft }) => countdown(secondsLeft) },
]
const RETURN = 2, KL = 3, BACKTRACKS = 4, VALUE = 8

export function header(columns: number, paint: Paint): string {
  return paint.faint(fitting(columns).map(({ title, width }) => cell(title, width)).join(''))
}

/** One iteration. A status other than 'accepted' takes the place of columns that then have no meaning. */
export function row(record: Shown, context: RowContext, columns: number, paint: Paint): string {
  const { status } = record.certificate
  const shown = fitting(columns)
  const words = status === 'accepted' ? '' : status
  // A step that moved θ has a KL to show; the others have not changed θ.
  const from = status === 'unconditional' || status === 'accepted-above-max-kl' ? BACKTRACKS : KL
  let text = ''
  for (let c = 0; c < shown.length; c++) {
    if (words !== '' && c === from) {
      let width = shown[c].width
      while (width <= words.length && c + 1 < shown.length) width += shown[++c].width
      text += (status === 'not-finite' ? paint.bad : paint.doubtful)(cell(words.slice(0, width - 1), width))
    } else {
      text += emphasis(c, record, context, paint)(cell(shown[c].text(record, context), shown[c].width))
    }
  }
  return text
}

type Emphasis = (text: string) => string

function emphasis(c: number, { valueFit }: Shown, { solved }: RowContext, paint: Paint): Emphasis {
  if (c === RETURN) return solved ? paint.good : paint.strong
  if (c === VALUE && valueFit.status === 'undone') return paint.bad
  if (c === KL) return (text) => text.replace(/\/.*/, (limit) => paint.faint(limit))
  return (text) => text
}

/** Room for what a terminal shows of Ctrl-C, ^C, twice: a line that wrapped could not be erased. */
const ECHO = 4

/**
 * A bar filled to `fraction`, 0 to 1, then `label`; shorter than the line, so that it does not wrap.
 */
export function bar(fraction: number, label: string, columns: number, paint: Paint): string {
  const width = Math.min(columns, 80) - 1 - ECHO
  const length = width - label.length - 3
  if (length < 8) return label.slice(0, Math.max(0, width))
  const done = Math.round(length * Math.min(1, Math.max(0, fraction)))
  return ` ${'━'.repeat(done)}${paint.faint('─'.repeat(length - done))}  ${label}`
}

export interface Display {
  /** Write a line that stays. */
  line(text: string): void
  /** Redraw the last line of a terminal, until the next call; on other streams nothing. */
  bar(text: string): void
  /** Remove the bar. */
  clear(): void
}

const ERASE = '\r\x1b[2K'

export function createDisplay(terminal: Terminal): Display {
  let drawn = false
  const erase = (): string => drawn ? ERASE : ''
  return {
    line(text: string): void {
      terminal.write(`${erase()}${text}\n`)
      drawn = false
    },
    bar(text: string): void {
      if (!terminal.live) return
      terminal.write(`${ERASE}${text}`)
      drawn = true
    },
    clear(): void {
      if (drawn) terminal.write(ERASE)
      drawn = false
    },
  }
}

/** The columns, from the left, that fit in a line of that length. */
function fitting(columns: number): readonly Column[] {
  let width = 0
  return COLUMNS.filter((column) => (width += column.width) <= columns)
}

function cell(text: string, width: number): string {
  return ` ${text.padStart(width - 1)}`
}

/** Below −1 how far is of no interest: V is worse than no V at all, as it may be at first. */
function varianceText(explained: number | null): string {
  const isLow = explained !== null && explained < -1 && Number.isFinite(explained)
  return isLow ? '< -1' : decimal(explained, 2, 5)
}

/** A KL in six characters, with decimals or powers of ten, depending on its limit. */
function nats(kl: number, maxKl: number): string {
  return maxKl >= 1e-3 ? decimal(kl, 4, 6) : scientific(kl, 1)
}
