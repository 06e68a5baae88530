/**
 * The chart kit's pure parts against closed forms: ticks are multiples of round steps within their axis,
 * contours of x² + y² lie on the circle, a quadratic is refined exactly, labels neither meet nor leave their
 * picture. Tolerances: 1e-9 for exact forms; a contour's chord deviates from its circle by at most 1/(8 r) of
 * a cell.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { channels, colourMap, indexOf, mix } from '../../../docs/playground/page/kit/colours.ts'
import { contours, refine } from '../../../docs/playground/page/kit/contour.ts'
import { type Box, boxesAlong, overlap, placeLabel } from '../../../docs/playground/page/kit/labels.ts'
import {
  powersBetween, powerText, roundStep, roundUp, short, signed, tickText, ticksBetween,
} from '../../../docs/playground/page/kit/ticks.ts'

test('ticks are multiples of 1, 2 or 5 times a power of ten, within the axis, and at least three', () => {
  for (const [low, high] of [[0, 1], [0, 0.0371], [-500, 0], [-1.2, 0.6], [3, 3.004], [0, 41_000], [-7, 8]]) {
    const ticks = ticksBetween(low, high), step = ticks[1] - ticks[0]
    assert.ok(ticks.length >= 3 && ticks.length <= 12, `${low} … ${high}: ${ticks}`)
    const digit = step / 10 ** Math.floor(Math.log10(step) + 1e-9)
    assert.ok([1, 2, 5].some((d) => Math.abs(digit - d) < 1e-6), `${digit}`)
    for (const [i, tick] of ticks.entries()) {
      assert.ok(tick >= low - 1e-9 * step && tick <= high + 1e-9 * step)
      assert.ok(Math.abs(tick - ticks[0] - i * step) < 1e-6 * step
        && Math.abs(tick / step - Math.round(tick / step)) < 1e-4)
    }
  }
})

test('an axis without width has one tick, and no loop without an end', () => {
  assert.is(ticksBetween(2, 2).length, 1)
  assert.is(ticksBetween(0, NaN).length, 1)
  assert.is(ticksBetween(0, Infinity).length, 1)
})

test('steps are rounded up, and ends of axes to multiples of them', () => {
  assert.equal([0.9, 1, 1.1, 2.1, 5.1, 0.03].map(roundStep), [1, 1, 2, 5, 10, 0.05])
  assert.is(roundStep(0), 0)
  for (const x of [0.013, 0.9, 7, 480]) assert.ok(roundUp(x) >= x && roundUp(x) < 1.5 * x, `${x}`)
  assert.equal(powersBetween(1e-3, 1), [0.001, 0.01, 0.1, 1].map((x) => 10 ** Math.round(Math.log10(x))))
})

test('numbers are written with the digits that their step or their size needs, and a true minus', () => {
  assert.is(tickText(0.02, 0.02), '0.02')
  assert.is(tickText(-500, 500), '−500')
  assert.is(tickText(1e-18, 0.1), '0')
  assert.is(tickText(20_000, 10_000), '20k')
  assert.equal([0.01234, 187.4, -3, 0, 1e-12, Infinity, NaN].map((x) => short(x)),
    ['0.0123', '187', '−3.00', '0', '1.0e−12', '∞', 'not a number'])
  assert.equal([0.021, -0.004].map((x) => signed(x)), ['+0.021', '−0.0040'])
  assert.equal([1, 10, 0.01, 1000].map(powerText), ['1', '10', '10⁻²', '10³'])
})

test('a contour of x² + y² is one closed path on the circle; one that leaves the grid is open', () => {
  const n = 21, values =
    Array.from({ length: n * n }, (_, k) => (k % n - 10) ** 2 + (Math.floor(k / n) - 10) ** 2)
  for (const r of [3.3, 6.2, 9.4]) {
    const paths = contours(values, n, r * r)
    assert.is(paths.length, 1)
    const [path] = paths, end = path.length
    assert.ok(Math.hypot(path[0] - path[end - 2], path[1] - path[end - 1]) < 1e-12, 'closed')
    for (let i = 0; i < end; i += 2) {
      assert.ok(Math.abs(Math.hypot(path[i] - 10, path[i + 1] - 10) - r) < 1 / (4 * r), `${r}`)
    }
  }
  const open = contours(values, n, 121)
  assert.is(open.length, 4)
  for (const path of open) assert.ok(path[0] !== path[path.length - 2] || path[1] !== path[path.length - 1])
  assert.equal(contours(values, n, -1), [])
})

test('a saddle gives two paths, whichever way its centre goes', () => {
  for (const low of [0, 0.9]) {
    const paths = contours([1, low, low, 1], 2, 0.5 + low / 2)
    assert.is(paths.length, 2)
    for (const path of paths) assert.is(path.length, 4)
  }
})

test('a finer grid has the quadratic of the coarse one exactly', () => {
  const f = (x: number, y: number): number => 2 * x * x - 3 * x * y + 0.5 * y * y + x - 4
  const n = 7, m = 31
  const fine = refine(Array.from({ length: n * n }, (_, k) => f(k % n, Math.floor(k / n))), n, m)
  for (let k = 0; k < m * m; k++) {
    const x = k % m * (n - 1) / (m - 1), y = Math.floor(k / m) * (n - 1) / (m - 1)
    assert.ok(Math.abs(fine[k] - f(x, y)) < 1e-9, `${x}, ${y}`)
  }
})

test('a colour map goes through its stops, and indices through its range', () => {
  const bytes = new Uint8Array(colourMap('#b5452e', '#ffffff', '#1f6f8b').buffer)
  assert.equal([...bytes.slice(0, 4)], [...channels('#b5452e'), 255])
  assert.equal([...bytes.slice(4 * 255)], [...channels('#1f6f8b'), 255])
  assert.ok([0, 1, 2].every((c) => bytes[4 * 128 + c] >= 253))
  assert.equal([-2, -1, 0, 1, 2, NaN].map((x) => indexOf(x, -1, 1)), [0, 0, 128, 255, 255, 128])
  assert.is(mix('#000000', '#ffffff', 0.5), '#808080')
})

test('labels stay inside their picture, off what is there and off each other', () => {
  const bounds: Box = [0, 0, 200, 120], taken: Box[] = boxesAlong([[0, 60], [200, 60]])
  for (let k = 0; k < 12; k++) {
    const box = placeLabel(taken, bounds, [30 + 12 * k, 60], [48, 14], 6)
    if (box === null) continue
    assert.ok(box[0] >= 0 && box[1] >= 0 && box[2] <= 200 && box[3] <= 120)
    assert.not.ok(taken.some((other) => overlap(box, other)))
    taken.push(box)
  }
  assert.ok(taken.length > 26, 'some found a place')
  assert.is(placeLabel([[0, 0, 200, 120]], bounds, [50, 50], [10, 10], 4), null)
})

test.run()
