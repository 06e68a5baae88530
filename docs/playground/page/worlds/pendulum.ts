/** Pendulum drawn: the rod, the place to reach, and the torque. The angle is from upright. */
import { dot, line } from '../kit/plot.ts'
import { torque, type WorldView } from './view.ts'

export const pendulumView: WorldView = {
  rate: 20,
  axes: [
    { name: 'angle from upright', unit: 'rad', low: -Math.PI, high: Math.PI },
    { name: 'speed', unit: 'rad/s', low: -8, high: 8 },
  ],
  first: [0, 1],
  rest: [0, 0],
  angles: [],
  actions: ['torque −2', 'torque +2'],
  hint: 'drag sideways to push the rod',
  observe(out, at, state) {
    out[at] = Math.cos(state[0])
    out[at + 1] = Math.sin(state[0])
    out[at + 2] = state[1]
  },
  push(state, strength) {
    state[1] = Math.max(-8, Math.min(8, state[1] - 3 * strength))
  },
  draw(picture, state, [action]) {
    const { ctx, width, height, palette } = picture, x = width / 2, y = height / 2
    const long = Math.min(width, height) / 2 - 20
    ctx.beginPath()
    ctx.arc(x, y, long, 0, 2 * Math.PI)
    ctx.strokeStyle = palette.rule
    ctx.lineWidth = 1
    ctx.stroke()
    line(picture, [[x, y - long - 7], [x, y - long + 7]], { color: palette.blue, width: 2 })
    // θ grows anticlockwise, as Gymnasium draws it.
    const tip: [number, number] = [x - long * Math.sin(state[0]), y - long * Math.cos(state[0])]
    line(picture, [[x, y], tip], { color: palette.ink, width: 7 })
    dot(picture, [x, y], 5, palette.mute)
    torque(picture, x, y, action, Math.min(24, long * 0.4))
  },
}
