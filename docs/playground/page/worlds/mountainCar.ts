/** MountainCar and its continuous sister drawn: the valley sin 3x, the car on it, the flag. */
import { dot, line, type Point } from '../kit/plot.ts'
import { force, observeAll, type WorldView } from './view.ts'

const LOW = -1.2, HIGH = 0.6

function valley(goal: number, actions: readonly [string, string]): WorldView {
  return {
    rate: 40,
    axes: [
      { name: 'position', unit: '', low: LOW, high: HIGH },
      { name: 'speed', unit: 'per step', low: -0.07, high: 0.07 },
    ],
    first: [0, 1],
    rest: [-Math.PI / 6, 0],
    angles: [],
    actions,
    hint: 'drag sideways to push the car',
    observe: observeAll,
    push(state, strength) {
      state[1] = Math.max(-0.07, Math.min(0.07, state[1] + 0.02 * strength))
    },
    draw(picture, state, [action]) {
      const { ctx, width, height, palette } = picture
      const unit = (width - 32) / (HIGH - LOW)
      const on = (x: number, lift = 0): Point => [
        16 + (x - LOW) * unit - lift * Math.cos(3 * x) * 1.2 / Math.hypot(1, 1.2 * Math.cos(3 * x)),
        height - 44 - (height - 104) * (Math.sin(3 * x) + 1) / 2 - lift,
      ]
      const hill = Array.from({ length: 61 }, (_, i) => on(LOW + (HIGH - LOW) * i / 60))
      line(picture, hill, { color: palette.mute, width: 1.5 })
      const [fx, fy] = on(goal)
      line(picture, [[fx, fy], [fx, fy - 30]], { color: palette.blue, width: 2 })
      ctx.fillStyle = palette.blue
      ctx.fill(new Path2D(`M${fx} ${fy - 30} l14 5 l-14 5 z`))
      const [x, y] = on(state[0], 9), [bx, by] = on(state[0] - 0.02), [ax, ay] = on(state[0] + 0.02)
      const slope = Math.atan2(ay - by, ax - bx)
      ctx.save()
      ctx.translate(x, y)
      ctx.rotate(slope)
      ctx.fillStyle = palette.ink
      ctx.beginPath()
      ctx.roundRect(-15, -8, 30, 11, 4)
      ctx.fill()
      ctx.restore()
      for (const side of [-8, 8]) {
        dot(picture, [x + side * Math.cos(slope) - 4 * Math.sin(slope), y + side * Math.sin(slope) + 4], 4.5,
          palette.ink)
      }
      force(picture, x + Math.sign(action) * 20, y - 6, action, 24)
    },
  }
}

export const mountainCarView: WorldView = valley(0.5, ['push left', 'push right'])
export const mountainCarContinuousView: WorldView = valley(0.45, ['full left', 'full right'])
