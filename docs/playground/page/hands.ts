/** Pictures that take a hand: the series, where a press shows the update there, and the two parameters. */
import type { Session } from '../session.ts'
import { element } from './kit/dom.ts'
import { sizeOf } from './kit/plot.ts'
import type { GaussianPanel } from './panels/gaussian.ts'
import { MU, SIGMA } from './panels/places.ts'

/** `show` the update under a press on this picture, whose axis of `total` updates begins at `left`. */
export function pressable(
  canvas: HTMLCanvasElement, left: number, session: Session, total: () => number,
  show: (index: number) => void,
): void {
  canvas.onpointerdown = canvas.onpointermove = (event) => {
    if (event.buttons === 0 || session.records.length === 0) return
    const share = (event.offsetX - left) / (sizeOf(canvas)[0] - 20 - left)
    show(Math.min(session.records.length - 1, Math.max(0, Math.floor(share * total()))))
  }
}

/** The point (μ, σ) on its picture, or by the two sliders behind it, which the keyboard reaches. */
export function draggable(canvas: HTMLCanvasElement, panel: GaussianPanel, changed: () => void): void {
  const mu = element<HTMLInputElement>('mu'), sigma = element<HTMLInputElement>('sigma')
  const refresh = (): void => {
    mu.value = String(panel.place().mu)
    sigma.value = String(panel.place().sigma)
    changed()
  }
  for (const [input, [low, high]] of [[mu, MU], [sigma, SIGMA]] as const) {
    input.min = String(low)
    input.max = String(high)
    input.oninput = () => {
      panel.move(Number(mu.value), Number(sigma.value))
      refresh()
    }
  }
  canvas.onpointerdown = canvas.onpointermove = (event) => {
    if (event.buttons === 0) return
    canvas.setPointerCapture(event.pointerId)
    const to = panel.under(canvas, event.offsetX, event.offsetY)
    panel.move(to.mu, to.sigma)
    refresh()
  }
  refresh()
}
