/** Elements of index.html by their id, and small things that several parts need. */
import { colourNames, type Palette } from './colours.ts'

/** The element with this id; a missing one is a mistake of the page. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`#${id}: expected an element, got none`)
  return found as T
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, parts: Partial<HTMLElementTagNameMap[K]> = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), parts)
  made.append(...children)
  return made
}

/** The text of an element, written only if it changes. */
export function say(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

/** Text to the clipboard; the button says for a moment whether it went there. */
export async function copy(button: HTMLElement, text: string): Promise<void> {
  const before = button.textContent
  let done = true
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Pages from a file may lack the clipboard: the old way, by a selection.
    const area = make('textarea', { value: text, className: 'sr' })
    document.body.append(area)
    area.select()
    done = document.execCommand('copy')
    area.remove()
    button.focus()
  }
  button.textContent = done ? 'Copied' : 'Not copied'
  setTimeout(() => { button.textContent = before }, 1400)
}

/** The palette that holds for `element` now. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  return Object.fromEntries(
    colourNames.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as unknown as Palette
}
