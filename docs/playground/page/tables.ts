/** The numbers of each picture as a table, under “data”: made when it is opened, renewed while it is open. */
import { element, make } from './kit/dom.ts'
import type { Panel, View } from './panels/panel.ts'

export interface Tables {
  /** Renew the tables that are open. */
  refresh(): void
}

export function createTables(panels: readonly Panel[], view: () => View): Tables {
  const open = new Map<Panel, HTMLElement>()
  const fill = (panel: Panel, target: HTMLElement): void => {
    const { head, rows } = panel.table(view())
    const row = (cells: readonly (string | number)[], tag: 'th' | 'td'): HTMLElement =>
      make('tr', {}, ...cells.map((cell) => make(tag, { textContent: String(cell) })))
    target.replaceChildren(rows.length === 0 ? 'No numbers yet.'
      : make('table', {}, make('thead', {}, row(head, 'th')),
        make('tbody', {}, ...rows.map((each) => row(each, 'td')))))
  }
  for (const panel of panels) {
    const place = make('div'), summary = make('summary', { textContent: 'data' })
    const name = element(panel.id).querySelector('h2')!.firstChild!.textContent!.trim()
    summary.setAttribute('aria-label', `data of ${name}`)
    const details = make('details', { className: 'data' }, summary, place)
    details.ontoggle = () => {
      if (details.open) open.set(panel, place)
      else open.delete(panel)
      if (details.open) fill(panel, place)
    }
    details.onkeydown = (event) => { if (event.key === 'Escape') details.open = false }
    element(panel.id).querySelector('figcaption')!.append(details)
  }
  let waiting = false
  return {
    // The last change of a stream is shown, too.
    refresh() {
      if (open.size === 0 || waiting) return
      waiting = true
      setTimeout(() => {
        waiting = false
        for (const [panel, place] of open) fill(panel, place)
      }, 300)
    },
  }
}
