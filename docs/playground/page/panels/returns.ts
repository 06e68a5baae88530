/**
 * What it is all for: the mean return of the last episodes, with the noise of exploring; the return of the
 * same policy without noise; and other seeds, as ghosts.
 */
import type { Box } from '../kit/labels.ts'
import { axes, dot, frameOf, label, line, linear, pictureOn, type Point } from '../kit/plot.ts'
import { roundStep, short } from '../kit/ticks.ts'
import type { IterationRecord } from '../../protocol.ts'
import type { Panel } from './panel.ts'
import { iterationsOf, iterationTicks } from './updates.ts'

export const returnsPanel: Panel = {
  id: 'returns',
  draw(canvas, view) {
    const { session: { records, shown, ghosts, opened }, palette } = view
    const picture = pictureOn(canvas, palette)
    if (records.length === 0) return
    const frame = frameOf(picture, 20), [left, top, right, bottom] = frame
    const total = iterationsOf(view), solved = opened?.solvedReturn ?? null
    const values = [...records, ...ghosts.flatMap((ghost) => ghost.records)]
      .flatMap(({ meanReturn, deterministicReturn }) => [meanReturn, deterministicReturn])
      .filter((x): x is number => x !== null && Number.isFinite(x))
    if (solved !== null) values.push(solved)
    if (values.length === 0) return
    const step = roundStep((Math.max(...values) - Math.min(...values) || 1) / 4)
    const low = Math.floor(Math.min(...values) / step) * step
    const high = Math.max(low + step, Math.ceil(Math.max(...values) / step) * step)
    const X = linear(0.5, total + 0.5, left, right), Y = linear(low, high, bottom, top)
    axes(picture, frame, { scale: X, title: 'update', ticks: iterationTicks(total, right - left) },
      { scale: Y, title: 'mean return per episode' })
    const path = (of: readonly IterationRecord[], field: 'meanReturn' | 'deterministicReturn'): Point[] =>
      of.filter((record) => record[field] !== null).map((record): Point =>
        [X(record.iteration), Y(record[field]!)])
    for (const ghost of ghosts) {
      line(picture, path(ghost.records, 'meanReturn'), { color: palette.faint, width: 1.25, keep: true })
    }
    if (solved !== null) {
      line(picture, [[left, Y(solved)], [right, Y(solved)]],
        { color: palette.mute, width: 1, dash: [1, 4], keep: true })
    }
    const quiet = path(records, 'deterministicReturn'), noisy = path(records, 'meanReturn')
    line(picture, quiet, { color: palette.mute, width: 1.25, dash: [4, 3], keep: true })
    line(picture, noisy, { color: palette.blue, width: 2.25, keep: true })
    const here = records[shown]
    if (here !== undefined) {
      if (shown < records.length - 1) {
        line(picture, [[X(here.iteration), top], [X(here.iteration), bottom]],
          { color: palette.ink, width: 1 })
      }
      const series = [['deterministicReturn', palette.mute], ['meanReturn', palette.blue]] as const
      for (const [field, color] of series) {
        if (here[field] !== null) dot(picture, [X(here.iteration), Y(here[field]!)], 3.5, color)
      }
    }
    const inside: Box = [left + 2, top, picture.width - 2, bottom]
    const name = (text: string, points: readonly Point[], color: string): void => {
      for (const share of [1, 0.8, 0.6, 0.4, 0.2]) {
        const point = points[Math.ceil((points.length - 1) * share)]
        if (point === undefined) return
        const sides = point[0] > (left + right) / 2
          ? ['left', 'below-left', 'above-left', 'below', 'above'] as const
          : ['right', 'below-right', 'above-right', 'above', 'below'] as const
        if (label(picture, text, point, sides, { color, halo: true }, 8, inside)) return
      }
    }
    name('in training', noisy, palette.blue)
    name('without noise', quiet, palette.mute)
    if (solved !== null) {
      const sides = ['below-left', 'above-left'] as const
      label(picture, `solved: ${short(solved)}`, [right, Y(solved)], sides, {}, 4, inside)
    }
    const ghost = ghosts.find((each) => each.records.length > 2)
    if (ghost !== undefined) name('other seeds', path(ghost.records, 'meanReturn'), palette.mute)
  },
  sentence({ session: { record, ghosts } }) {
    if (record === null) return 'Mean return of the episodes: none yet.'
    const { meanReturn, deterministicReturn } = record
    return `Mean return after update ${record.iteration}: ${
      meanReturn === null ? 'no episode has ended' : `${short(meanReturn)} in training`}${
      deterministicReturn === null ? '' : `, ${short(deterministicReturn)} without noise`}.${
      ghosts.length === 0 ? '' : ` Beside it ${ghosts.length} other seed${ghosts.length === 1 ? '' : 's'}.`}`
  },
  table({ session: { records } }) {
    return {
      head: ['update', 'steps', 'mean return', 'without noise', 'mean length'],
      rows: records.map(({ iteration, steps, meanReturn, deterministicReturn, meanLength }) =>
        [iteration, steps,
          ...[meanReturn, deterministicReturn, meanLength].map((x) => x === null ? '–' : short(x, 4))]),
    }
  },
}
