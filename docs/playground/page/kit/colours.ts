/**
 * The page's colours as numbers, and maps from numbers to colours.
 * One meaning per hue: blue is true, accepted, raised; vermilion is the limit, refused, lowered.
 */

/** Names of the custom properties of style.css. */
export const colourNames = ['paper', 'panel', 'ink', 'mute', 'rule', 'blue', 'red', 'faint'] as const

/** Colours of the theme, as `#rrggbb`. */
export type Palette = Readonly<Record<(typeof colourNames)[number], string>>

/** Red, green, blue of `#rrggbb`, 0 … 255. */
export function channels(hex: string): [number, number, number] {
  const n = parseInt(hex.slice(1), 16)
  return [n >> 16, n >> 8 & 255, n & 255]
}

/** From `from` to `to`: t = 0 … 1. */
export function mix(from: string, to: string, t: number): string {
  const a = channels(from), b = channels(to)
  return '#' + a.map((x, i) => Math.round(x + (b[i] - x) * t).toString(16).padStart(2, '0')).join('')
}

/** 256 colours in memory's order of ImageData, as 32-bit words. */
export type ColourMap = Uint32Array

/** Through the given colours at equal distances. */
export function colourMap(...stops: readonly string[]): ColourMap {
  const map = new Uint32Array(256), bytes = new Uint8ClampedArray(map.buffer)
  const known = stops.map(channels)
  for (let i = 0; i < 256; i++) {
    const u = i / 255 * (known.length - 1), k = Math.min(known.length - 2, Math.floor(u))
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = known[k][c] + (u - k) * (known[k + 1][c] - known[k][c])
    bytes[4 * i + 3] = 255
  }
  return map
}

/** The index of x in a colour map that is `low` at 0 and `high` at 255. NaN is in the middle. */
export function indexOf(x: number, low: number, high: number): number {
  const u = (x - low) / (high - low)
  return u >= 0 ? Math.min(255, Math.round(255 * u)) : u < 0 ? 0 : 128
}
