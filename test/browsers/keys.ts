/** Keys by the names that `KeyboardEvent.key` has, and what the two protocols call them. */

interface Key {
  readonly key: string
  /** As `KeyboardEvent.code`. */
  readonly code: string
  /** Windows' virtual key, which Chromium asks for. */
  readonly virtual: number
  /** What it types; '' if nothing. */
  readonly text: string
  /** WebDriver's character. */
  readonly character: string
  readonly shift: boolean
}

const NAMED: Readonly<Record<string, readonly [virtual: number, character: string, text?: string]>> = {
  Tab: [9, '\uE004'], Enter: [13, '\uE006', '\r'], Escape: [27, '\uE00C'],
  PageUp: [33, '\uE00E'], PageDown: [34, '\uE00F'], End: [35, '\uE010'], Home: [36, '\uE011'],
  ArrowLeft: [37, '\uE012'], ArrowUp: [38, '\uE013'], ArrowRight: [39, '\uE014'], ArrowDown: [40, '\uE015'],
}

export const SHIFT = '\uE008'

/** A letter, a digit, a space or one of the names above, after 'Shift+' if wanted. */
export function keyOf(name: string): Key {
  const shift = name.startsWith('Shift+')
  const key = shift ? name.slice(6) : name
  if (Object.hasOwn(NAMED, key)) {
    const [virtual, character, text = ''] = NAMED[key]
    return { key, code: key, virtual, text, character, shift }
  }
  if (!/^[a-z0-9 .]$/.test(key)) throw new RangeError(`key: expected a letter, digit or name, got ${name}`)
  const upper = key.toUpperCase()
  const code = key === ' ' ? 'Space' : key === '.' ? 'Period' : /\d/.test(key) ? `Digit${key}` : `Key${upper}`
  const virtual = key === '.' ? 190 : upper.charCodeAt(0)
  return { key, code, virtual, text: key, character: key, shift }
}
