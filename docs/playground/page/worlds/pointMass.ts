/** PointMass drawn from above: the origin to reach, the point, its speed and the push. */
import { arrow, dot, line } from '../kit/plot.ts'
import { observeAll, type WorldView } from './view.ts'

export const pointMassView: WorldView = {
  rate: 12,
  axes: [
    { name: 'x', unit: '', low: -2, high: 2 },
    { name: 'y', unit: '', low: -2, high: 2 },
    { name: 'speed along x', unit: '', low: -2, high: 2 },
    { name: 'speed along y', unit: '', low: -2, high: 2 },
  ],
  first: [0, 1],
  rest: [0, 0, 0, 0],
  angles: [],
  actions: ['push', 'push'],
  hint: 'drag sideways to push the point',
  observe: observeAll,
  push(state, strength) {
    state[2] += 1.5 * strength
  },
  draw(picture, state, action) {
    const { width, height, palette } = picture, unit = Math.min(width, height) / 5.2
    const at = (x: number, y: number): [number, number] => [width / 2 + x * unit, height / 2 - y * unit]
    line(picture, [at(-2.4, 0), at(2.4, 0)], { color: palette.rule, width: 1 })
    line(picture, [at(0, -2.4), at(0, 2.4)], { color: palette.rule, width: 1 })
    dot(picture, at(0, 0), 6, palette.blue, true)
    const here = at(state[0], state[1]), long = 0.35
    const speed = at(state[0] + long * state[2], state[1] + long * state[3])
    line(picture, [here, speed], { color: palette.ink, width: 2, dash: [2, 4] })
    const [ax, ay = 0] = action
    arrow(picture, here, at(state[0] + ax, state[1] + ay), { color: palette.mute, width: 2 })
    dot(picture, here, 7, palette.ink)
  },
}
