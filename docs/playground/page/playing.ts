/**
 * The world's panel: plays the policy shown, in the world's own time, and lets a hand push it. Held, it
 * stands still and a button makes single steps: the way it begins if less motion is wished for.
 */
import type { Policy } from '../../../src/rl/policy.ts'
import { element, say } from './kit/dom.ts'
import type { Palette } from './kit/colours.ts'
import { write, pictureOn } from './kit/plot.ts'
import { short } from './kit/ticks.ts'
import { type Stage, stateBetween } from './panels/world.ts'

/** Seconds that the end of an episode stays visible. */
const REST = 0.8

export interface Playing {
  stage: Stage | null
  readonly isHeld: boolean
  /** A frame: `seconds` since the last. Returns whether something moves. */
  animate(seconds: number, policy: Policy | null, palette: Palette): boolean
  sentence(): string
}

export function createPlaying(isHeld: boolean, changed: () => void): Playing {
  const figure = element('world'), canvas = figure.querySelector('canvas')!
  const hold = element('hold'), one = element('one-step'), score = element('score')
  let time = 0, resting = 0, held = isHeld, dragged: { x: number } | null = null, wants = true
  const showHeld = (): void => {
    hold.setAttribute('aria-pressed', String(held))
    one.hidden = !held
    wants = true
  }
  hold.onclick = () => {
    held = !held
    showHeld()
    changed()
  }
  one.onclick = () => {
    playing.stage?.step()
    time = 1
    wants = true
    changed()
  }
  const push = (strength: number): void => {
    playing.stage?.push(Math.max(-1, Math.min(1, strength)))
    wants = true
    changed()
  }
  element('push-left').onclick = () => push(-0.5)
  element('push-right').onclick = () => push(0.5)
  canvas.onpointerdown = (event) => {
    dragged = { x: event.clientX }
    canvas.setPointerCapture(event.pointerId)
  }
  canvas.onpointermove = (event) => {
    if (dragged === null) return
    const moved = event.clientX - dragged.x
    if (Math.abs(moved) < 6) return
    dragged.x = event.clientX
    push(moved / 40)
  }
  canvas.onpointerup = canvas.onpointercancel = () => { dragged = null }

  function draw(palette: Palette): void {
    const { stage } = playing, picture = pictureOn(canvas, palette)
    if (stage === null) return
    stage.view.draw(picture, stateBetween(stage, stage.isOver ? 1 : Math.min(1, time)), stage.action)
    if (stage.steps === 0) write(picture, stage.view.hint, [picture.width / 2, 9], { align: 'center' })
    say(score, `step ${stage.steps}, reward ${short(stage.total)}`)
  }

  const playing: Playing = {
    stage: null,
    get isHeld() { return held },
    animate(seconds, policy, palette) {
      const { stage } = playing
      if (stage === null || policy === null) return false
      stage.follow(policy)
      if (!held) {
        if (stage.isOver && (resting += seconds) < REST) time = 1
        else {
          time += seconds * stage.view.rate
          for (let k = 0; time >= 1 && k < 4; k++) {
            time -= 1
            stage.step()
            resting = 0
            if (stage.isOver) break
          }
          time = Math.min(1, time)
        }
      }
      if (!held || wants) draw(palette)
      wants = false
      return !held
    },
    sentence() {
      const { stage } = playing
      if (stage === null) return 'The world: not open yet.'
      return `The world at step ${stage.steps} of an episode, reward so far ${short(stage.total)}.`
        + (held ? ' It is held.' : '')
    },
  }
  showHeld()
  return playing
}
