/** A world that has just been opened: its drawing, its stage, and the two axes of the map of the policy. */
import type { Session } from '../session.ts'
import { element, make } from './kit/dom.ts'
import { playback, type Stage, stageOf } from './panels/world.ts'
import { anyView } from './worlds/anyWorld.ts'
import { views } from './worlds/index.ts'
import type { WorldView } from './worlds/view.ts'

export function viewOf({ setting, opened }: Session): WorldView | null {
  if (opened === null) return null
  return views[setting.world] ?? anyView(opened.observationSpace, opened.actionSpace)
}

/** A stage to play on; of a world of one's own, the episode of the record shown. */
export function stageFor({ setting, opened, record }: Session, view: WorldView): Stage | null {
  if (setting.source === null) return stageOf(setting.world, view, setting.seed)
  const path = record?.path ?? null
  return path === null || opened === null ? null : playback(view, opened.actionSpace, path)
}

/** The two choices of axes; `changed` is called with both. */
export function offerAxes(
  { axes }: WorldView, chosen: readonly [number, number], changed: (pair: readonly [number, number]) => void,
): void {
  const selects = ['map-x', 'map-y'].map((id) => element<HTMLSelectElement>(id))
  selects.forEach((select, k) => {
    select.replaceChildren(...axes.map(({ name, unit }, i) =>
      make('option', { value: String(i), textContent: unit === '' ? name : `${name}, ${unit}` })))
    select.value = String(chosen[k])
    select.onchange = () => changed([Number(selects[0].value), Number(selects[1].value)])
  })
}
