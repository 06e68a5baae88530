/**
 * The address: what a link asks for when the page starts, and what it says while the page is used, so that to
 * copy it is to share the picture. Since bits are the same everywhere, it shows everyone the same.
 */
import { FIRST_VIEW, readAddress, type View, writeAddress } from '../address.ts'
import { FIRST } from '../setting.ts'
import type { Setting } from '../protocol.ts'
import { element } from './kit/dom.ts'

/** What the address asks for; `problem` is '' if all of it is valid. */
export interface Asked {
  readonly setting: Setting
  readonly view: View
  readonly problem: string
}

export function askedFor(hash: string): Asked {
  try {
    return { ...readAddress(hash), problem: '' }
  } catch (error) {
    return { setting: FIRST, view: FIRST_VIEW, problem: (error as Error).message }
  }
}

/** What of a view concerns the page as a whole. */
export function dress({ hide, theme }: View): void {
  for (const figure of document.querySelectorAll<HTMLElement>('.panel')) {
    figure.hidden = hide.includes(figure.id)
  }
  element('own').hidden = hide.includes('own')
  if (theme === null) delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

let written = ''

/** Write the address; a setting that is invalid leaves the one before. */
export function keepAddress(setting: Setting, view: View): void {
  try {
    written = writeAddress(setting, view)
  } catch {
    return
  }
  if (location.hash !== written) history.replaceState(null, '', written === '' ? '#' : written)
}

/** `changed` is called if somebody else changes the address, such as a link on the page. */
export function onAddress(changed: (asked: Asked) => void): void {
  addEventListener('hashchange', () => {
    if (location.hash !== written) changed(askedFor(location.hash))
  })
}
