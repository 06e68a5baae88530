/** Acrobot drawn: two links, the joint with the motor, and the height that the tip must reach. */
import { dot, line } from '../kit/plot.ts'
import { torque, type WorldView } from './view.ts'

export const acrobotView: WorldView = {
  rate: 10,
  axes: [
    { name: 'first angle', unit: 'rad', low: -Math.PI, high: Math.PI },
    { name: 'second angle', unit: 'rad', low: -Math.PI, high: Math.PI },
    { name: 'first speed', unit: 'rad/s', low: -6, high: 6 },
    { name: 'second speed', unit: 'rad/s', low: -9, high: 9 },
  ],
  first: [0, 2],
  rest: [0, 0, 0, 0],
  angles: [0, 1],
  actions: ['torque −1', 'torque +1'],
  hint: 'drag sideways to push the first link',
  observe(out, at, state) {
    for (let i = 0; i < 2; i++) {
      out[at + 2 * i] = Math.cos(state[i])
      out[at + 2 * i + 1] = Math.sin(state[i])
      out[at + 4 + i] = state[2 + i]
    }
  },
  push(state, strength) {
    state[2] = Math.max(-12, Math.min(12, state[2] + 2 * strength))
  },
  draw(picture, state, [action]) {
    const { width, height, palette } = picture, x = width / 2, y = height / 2
    const unit = Math.min(width, height) / 4 - 5
    line(picture, [[14, y - unit], [width - 14, y - unit]], { color: palette.blue, width: 1.5, dash: [5, 4] })
    const joint: [number, number] = [x + unit * Math.sin(state[0]), y + unit * Math.cos(state[0])]
    const both = state[0] + state[1]
    const tip: [number, number] = [joint[0] + unit * Math.sin(both), joint[1] + unit * Math.cos(both)]
    line(picture, [[x, y], joint], { color: palette.ink, width: 7 })
    line(picture, [joint, tip], { color: palette.ink, width: 5 })
    dot(picture, [x, y], 5, palette.mute)
    dot(picture, joint, 5, palette.mute)
    torque(picture, joint[0], joint[1], action, 18)
  },
}
