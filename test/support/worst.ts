/** Collects, by quantity, the worst error seen and the tolerance it must keep. */

export interface Entry { worst: number; tolerance: number; compared: number }
export type Report = Record<string, Entry>

export class Worst {
  readonly #entries = new Map<string, Entry>()

  /** Errors relative to the largest wanted entry. */
  relative(name: string, actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
    let scale = 0
    for (let i = 0; i < wanted.length; i++) scale = Math.max(scale, Math.abs(wanted[i]))
    this.scaled(name, actual, wanted, scale, tolerance)
  }

  /** Errors relative to `scale`; if that is 0, as they are. */
  scaled(
    name: string, actual: ArrayLike<number>, wanted: ArrayLike<number>, scale: number, tolerance: number,
  ): void {
    this.#compare(name, actual, wanted, tolerance, () => scale || 1)
  }

  /** Errors relative to 1 + |wanted|, entry by entry. */
  absolute(name: string, actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
    this.#compare(name, actual, wanted, tolerance, (x) => 1 + Math.abs(x))
  }

  exact(name: string, actual: unknown, wanted: unknown): void {
    this.#add(name, Object.is(actual, wanted) ? 0 : Infinity, 0)
  }

  report(): Report {
    return Object.fromEntries(this.#entries)
  }

  #compare(
    name: string, actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number,
    scale: (x: number) => number,
  ): void {
    if (actual.length !== wanted.length) {
      this.#add(name, Infinity, tolerance)
      return
    }
    for (let i = 0; i < wanted.length; i++) {
      const error = Math.abs(actual[i] - wanted[i]) / scale(wanted[i])
      // A NaN, or an infinity that was not wanted, is an infinite error.
      const counted = Number.isFinite(error) ? error : Infinity
      this.#add(name, Object.is(actual[i], wanted[i]) ? 0 : counted, tolerance)
    }
  }

  #add(name: string, error: number, tolerance: number): void {
    const entry = this.#entries.get(name) ?? { worst: 0, tolerance, compared: 0 }
    entry.worst = Math.max(entry.worst, error)
    entry.tolerance = Math.max(entry.tolerance, tolerance)
    entry.compared++
    this.#entries.set(name, entry)
  }
}

/** Quantities beyond their tolerance; nothing compared at all is a failure too. */
export function failures(report: Report): string[] {
  const entries = Object.entries(report)
  if (entries.length === 0) return ['nothing was compared']
  return entries.filter(([, { worst, tolerance }]) => !(worst <= tolerance))
    .map(([name, { worst, tolerance }]) => `${name}: ${worst} > ${tolerance}`)
}
