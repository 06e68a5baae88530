/**
 * An observation without a picture: one bar per number, from its low to its high. Pure.
 */
import type { Space } from '../../rl/world/space.ts'
import { decimal } from '../show/format.ts'

/** The range of every number: what the space says, or where it is unbounded, what has been seen. */
export interface Ranges { readonly low: Float64Array; readonly high: Float64Array }

/** The observation as numbers. */
export function numbersOf(observation: unknown): Float64Array {
  return typeof observation === 'number' ? Float64Array.of(observation)
    : Float64Array.from(observation as ArrayLike<number>)
}

/** Bounds of the space. */
export function rangesOf(space: Space): Ranges {
  switch (space.kind) {
    case 'box': return { low: Float64Array.from(space.low), high: Float64Array.from(space.high) }
    case 'discrete': {
      return { low: Float64Array.of(space.start), high: Float64Array.of(space.start + space.n - 1) }
    }
    case 'multiDiscrete': {
      return { low: new Float64Array(space.nvec.length), high: Float64Array.from(space.nvec, (n) => n - 1) }
    }
    case 'multiBinary': return { low: new Float64Array(space.n), high: new Float64Array(space.n).fill(1) }
  }
}

/** Room for an index and for a number. */
const INDEX = 5, NUMBER = 10

/** One line per number that fits; `seen` is the range so far, for numbers without bounds. */
export function bars(
  numbers: ArrayLike<number>, { low, high }: Ranges, seen: Ranges, columns: number, rows: number,
): string[] {
  const shownCount = numbers.length <= rows ? numbers.length : rows - 1
  const width = Math.max(8, columns - INDEX - NUMBER - 2)
  const lines = Array.from({ length: shownCount }, (_, i) => {
    const from = Number.isFinite(low[i]) ? low[i] : seen.low[i]
    const to = Number.isFinite(high[i]) ? high[i] : seen.high[i]
    // NaN fails the comparison.
    const share = (numbers[i] - from) / (to - from)
    return `${`[${i}]`.padStart(INDEX)}${decimal(numbers[i], 3, NUMBER).padStart(NUMBER)}  `
      + bar(share > 0 ? Math.min(1, share) : 0, width)
  })
  return shownCount < numbers.length ? [...lines, `${' '.repeat(INDEX)}… ${numbers.length} numbers`] : lines
}

/** Filled to a share of its width, in eighths of a character; the rest is a line of dots. */
function bar(share: number, width: number): string {
  const eighths = Math.round(8 * width * share)
  const whole = Math.floor(eighths / 8), rest = eighths % 8
  // U+2588 is a full block, U+2589 to U+258F are seven to one eighths of one.
  const part = rest === 0 ? '' : String.fromCharCode(0x2590 - rest)
  return '█'.repeat(whole) + part + '·'.repeat(width - whole - part.length)
}

/** Widen the range to what is seen now. */
export function widen({ low, high }: Ranges, numbers: ArrayLike<number>): void {
  for (let i = 0; i < numbers.length; i++) {
    low[i] = Math.min(low[i], numbers[i])
    high[i] = Math.max(high[i], numbers[i])
  }
}
