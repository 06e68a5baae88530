/**
 * Numbers and text for people: the same in every locale, `-` for a number that is missing, lines of a given
 * width.
 */

/** `x` with `digits` decimals; as a power of ten if that takes more than `width` characters. */
export function decimal(x: number | null, digits: number, width: number): string {
  if (x === null || !Number.isFinite(x)) return '-'
  const fixed = x.toFixed(digits)
  // −0.00 is shown as 0.00.
  if (fixed.length <= width) return Number(fixed) === 0 ? (0).toFixed(digits) : fixed
  return scientific(x, Math.max(0, width - 7))
}

/** 3.1e-4 */
export function scientific(x: number | null, digits: number): string {
  return x === null || !Number.isFinite(x) ? '-' : x.toExponential(digits)
}

/** 100,352 */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 1 step, 2,048 steps */
export function plural(n: number, thing: string): string {
  return `${grouped(n)} ${thing}${n === 1 ? '' : 's'}`
}

/** 950, 18.2k, 1.3M: a rate to about three digits. */
export function short(x: number | null): string {
  if (x === null || !Number.isFinite(x)) return '-'
  if (x < 999.5) return x.toFixed(0)
  return x < 999_950 ? `${(x / 1e3).toFixed(1)}k` : `${(x / 1e6).toFixed(1)}M`
}

/** 0:07, 12:30, 1:02:03: time left. */
export function countdown(seconds: number | null): string {
  if (seconds === null || !(seconds >= 0 && seconds < 1e9)) return '-'
  const whole = Math.ceil(seconds)
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** 6.2 s, 2 min 5 s, 1 h 2 min: how long something took. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Of numbers in ascending order, or null; the mean of the middle two if their number is even. */
export function median(ascending: readonly number[]): number | null {
  const n = ascending.length
  if (n === 0) return null
  return (ascending[Math.floor((n - 1) / 2)] + ascending[Math.floor(n / 2)]) / 2
}

/**
 * `text` as lines of at most `width` characters, broken at spaces that match `space`; a piece that is longer
 * gets a line of its own.
 */
export function wrap(text: string, width: number, space: RegExp = / /): string[] {
  const lines: string[] = []
  for (const piece of text.split(space)) {
    const last = lines.length - 1
    if (last >= 0 && lines[last].length + 1 + piece.length <= width) lines[last] += ` ${piece}`
    else lines.push(piece)
  }
  return lines
}
