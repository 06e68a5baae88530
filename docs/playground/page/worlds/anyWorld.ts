/**
 * A world that the page has no drawing for: its observation as a row of bars, each between its bounds, or
 * between ±3 if it has none.
 */
import { line, write } from '../kit/plot.ts'
import type { Space } from '../../../../src/rl/world/space.ts'
import { observeAll, type WorldView } from './view.ts'

export function anyView(space: Space, actionSpace: Space): WorldView {
  const size = space.kind === 'box' ? space.low.length : 1
  const bound = (x: number, usual: number): number => Math.abs(x) < 1e6 ? x : usual
  const axes = Array.from({ length: size }, (_, i) => ({
    name: `observation ${i}`, unit: '',
    low: space.kind === 'box' ? bound(space.low[i], -3) : 0,
    high: space.kind === 'box' ? bound(space.high[i], 3) : space.kind === 'discrete' ? space.n - 1 : 1,
  }))
  const discrete = actionSpace.kind === 'discrete'
  return {
    rate: 15,
    axes,
    first: [0, Math.min(1, size - 1)],
    rest: axes.map(({ low, high }) => (low + high) / 2),
    angles: [],
    actions: discrete
      ? [`action ${actionSpace.start}`, `action ${actionSpace.start + actionSpace.n - 1}`]
      : ['lowest action', 'highest action'],
    hint: '',
    observe: observeAll,
    push() {},
    draw(picture, state, action) {
      const { width, height, palette, ctx } = picture
      const rows = Math.min(size, 8), gap = Math.min(34, (height - 44) / rows)
      const y0 = (height - 30 - rows * gap) / 2 + gap / 2, left = 104, right = width - 18
      for (let i = 0; i < rows; i++) {
        const { low, high, name } = axes[i], y = y0 + i * gap
        const at = (x: number): number => left
          + (Math.min(high, Math.max(low, x)) - low) / (high - low) * (right - left)
        write(picture, name, [8, y])
        line(picture, [[left, y], [right, y]], { color: palette.rule, width: 1 })
        const zero = at(0)
        line(picture, [[zero, y - 7], [zero, y + 7]], { color: palette.mute, width: 1 })
        ctx.fillStyle = palette.ink
        ctx.fillRect(Math.min(zero, at(state[i])), y - 4, Math.abs(at(state[i]) - zero), 8)
        ctx.fillRect(at(state[i]) - 1.5, y - 7, 3, 14)
      }
      const y = height - 16, middle = (left + right) / 2
      write(picture, 'action', [8, y])
      line(picture, [[left, y], [right, y]], { color: palette.rule, width: 1 })
      line(picture, [[middle, y], [middle + (action[0] ?? 0) * (right - left) / 2, y]],
        { color: palette.mute, width: 4 })
    },
  }
}
