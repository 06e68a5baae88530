/**
 * A run as it goes: one row an iteration, under the rows a bar. Rows and bar are pure; the display writes.
 * Made for 80 characters; a narrower terminal shows the columns that fit.
 */
import type { Iteration } from '../../trpo/train.ts'
import { countdown, decimal, scientific, short } from './format.ts'
import type { Paint, Terminal } from './terminal.ts'

export type Shown = Omit<Iteration, 'policy' | 'value'>

/** What a row tells beside the iteration's own record. */
export interface Surroundings {
  /** δ. */
  readonly maxKl: number
  /** Whether the mean return counts as solved. */
  readonly solved: boolean
  /** null where no time has passed yet. */
  readonly stepsPerSecond: number | null
  readonly secondsLeft: number | null
}

interface Column {
  readonly title: string
  /** The space before it included. */
  readonly width: number
  readonly text: (record: Shown, around: Surroundings) => string
}

const COLUMNS: readonly Column[] = [
  { title: 'iter', width: 5, text: ({ iteration }) => String(iteration) },
  { title: 'steps', width: 8, text: ({ steps }) => String(steps) },
  { title: 'return', width: 8, text: ({ meanReturn }) => decimal(meanReturn, 1, 7) },
  {
    title: 'KL/δ', width: 14,
    text: ({ certificate: { kl } }, { maxKl }) => `${nats(kl, maxKl)}/${nats(maxKl, maxKl)}`,
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
      status === 'fitted' ? decimal(explainedVariance, 2, 5) : status,
  },
  { title: 'steps/s', width: 8, text: (_, { stepsPerSecond }) => short(stepsPerSecond) },
  { title: 'ETA', width: 6, text: (_, { secondsLeft }) => countdown(secondsLeft) },
]
const RETURN = 2, KL = 3, BACKTRACKS = 4, VALUE = 8

export function header(columns: number, paint: Paint): string {
  return paint.faint(fitting(columns).map(({ title, width }) => cell(title, width)).join(''))
}

/** One iteration. The status of a step not simply accepted stands over columns that it makes idle. */
export function row(record: Shown, around: Surroundings, columns: number, paint: Paint): string {
  const { status } = record.certificate
  const shown = fitting(columns)
  const words = status === 'accepted' ? '' : status
  // A step that moved θ has a KL worth seeing; the others left it where it was.
  const from = status === 'unconditional' || status === 'accepted-above-max-kl' ? BACKTRACKS : KL
  let text = ''
  for (let c = 0; c < shown.length; c++) {
    if (words !== '' && c === from) {
      let width = shown[c].width
      while (width <= words.length && c + 1 < shown.length) width += shown[++c].width
      text += (status === 'not-finite' ? paint.bad : paint.doubtful)(cell(words.slice(0, width - 1), width))
    } else {
      text += emphasis(c, record, around, paint)(cell(shown[c].text(record, around), shown[c].width))
    }
  }
  return text
}

type Emphasis = (text: string) => string

function emphasis(c: number, { valueFit }: Shown, { solved }: Surroundings, paint: Paint): Emphasis {
  if (c === RETURN) return solved ? paint.good : paint.strong
  if (c === VALUE && valueFit.status === 'undone') return paint.bad
  if (c === KL) return (text) => text.replace(/\/.*/, (limit) => paint.faint(limit))
  return (text) => text
}

/** `fraction` from 0 to 1 of the way, then `label`; a character short of the line, so that it never wraps. */
export function bar(fraction: number, label: string, columns: number, paint: Paint): string {
  const length = Math.min(columns, 80) - 1 - label.length - 3
  if (length < 8) return label.slice(0, Math.max(0, columns - 1))
  const done = Math.round(length * Math.min(1, Math.max(0, fraction)))
  return ` ${'━'.repeat(done)}${paint.faint('─'.repeat(length - done))}  ${label}`
}

export interface Display {
  /** A line that stays. */
  line(text: string): void
  /** The last line of a terminal, until the next call; nothing elsewhere. */
  bar(text: string): void
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

/** As many columns, from the left, as a line of that length takes. */
function fitting(columns: number): readonly Column[] {
  let width = 0
  return COLUMNS.filter((column) => (width += column.width) <= columns)
}

function cell(text: string, width: number): string {
  return ` ${text.padStart(width - 1)}`
}

/** A KL in six characters, to the precision that its limit asks for. */
function nats(kl: number, maxKl: number): string {
  return maxKl >= 1e-3 ? decimal(kl, 4, 6) : scientific(kl, 1)
}
