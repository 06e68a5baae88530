/**
 * Text of unknown origin, made fit for an error message: short, on one line, without characters that a
 * terminal obeys or that reorder what is read. They appear as \u and four digits.
 */

/** Control characters (C0, DEL, C1), marks and overrides of writing direction, separators of lines. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** `text` with unsafe characters escaped; beyond `max` characters it ends in an ellipsis. */
export function visible(text: string, max: number): string {
  const short = text.length > max ? `${text.slice(0, max)}…` : text
  return short.replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `text` in quotes, escaped as in JSON; beyond `max` characters it ends in an ellipsis. */
export function quoted(text: string, max: number = 40): string {
  const safe = JSON.stringify(text.length > max ? `${text.slice(0, max)}…` : text)
  return visible(safe, safe.length)
}
