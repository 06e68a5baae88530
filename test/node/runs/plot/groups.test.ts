/**
 * Groups of runs and their curves, against medians and ranges computed by hand; and the picture against the
 * coordinates that a ruler gives. Tolerance: 0.05 pixels, the rounding of coordinates.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Config } from '../../../../src/node/runs/config.ts'
import { groupsOf, type PlottedRun, spreadOf } from '../../../../src/node/runs/plot/groups.ts'
import { plotPicture } from '../../../../src/node/runs/plot/plot.ts'
import { evaluation, iteration } from '../../../support/runRecords.ts'

function run(
  seed: number, options: Record<string, unknown>, returns: readonly number[], environment: string = 'A',
): PlottedRun {
  const all = { seed, backend: `b${seed}`, ...options }
  const config = { environment, seed, solvedReturn: 10, options: all } as unknown as Config
  const rows = returns.map((meanReturn, k) =>
    ({ iteration: iteration(k + 1, { meanReturn }), evaluation: null }))
  return { config, history: { start: null, rows, closing: null, end: null } }
}

test('runs that differ in seed and backend alone are one group, named by what others have not', () => {
  const runs = [
    run(0, { maxKl: 0.01, damping: 0.1 }, [1]), run(1, { maxKl: 0.02, damping: 0.1 }, [2]),
    run(2, { damping: 0.1, maxKl: 0.01 }, [3]), run(0, { maxKl: 0.01, damping: 0.1 }, [4], 'B'),
  ]
  const groups = groupsOf(runs, 'meanReturn')
  assert.equal(groups.map(({ label, runs: count }) => [label, count]),
    [['A, maxKl 0.01', 2], ['A, maxKl 0.02', 1], ['B, maxKl 0.01', 1]])
  assert.equal(groupsOf(runs.slice(0, 1), 'meanReturn').map(({ label }) => label), ['A'])
  assert.equal(groups[0].median, [[100, 2]])
})

test('median and range are over the runs that got so far', () => {
  const [{ median, low, high }] = groupsOf([
    run(0, {}, [1, 5, 9]), run(1, {}, [3, 4]), run(2, {}, [2, 7, -1, 8]),
  ], 'meanReturn')
  assert.equal(median, [[100, 2], [200, 5], [300, 4], [400, 8]])
  assert.equal(low, [[100, 1], [200, 4], [300, -1], [400, 8]])
  assert.equal(high, [[100, 3], [200, 7], [300, 9], [400, 8]])
})

test('between two points of a run lies a straight line, beyond its ends nothing', () => {
  const { median } = spreadOf([[[0, 0], [10, 10]], [[5, 100], [10, 0]]])
  assert.equal(median, [[0, 0], [5, 52.5], [10, 5]])
  const long = Array.from({ length: 5000 }, (_, i) => [i, 2 * i] as const)
  const drawn = spreadOf([long]).median
  assert.ok(drawn.length <= 401)
  for (const [x, y] of drawn) assert.is(y, 2 * x)
  assert.equal(drawn.at(-1), [4999, 9998])
})

test('the closing evaluation is the last point of an evaluation metric', () => {
  const plotted = run(0, {}, [1, 2])
  const closing = evaluation(2, { closing: true })
  const withClosing = { ...plotted, history: { ...plotted.history, closing } }
  assert.equal(groupsOf([withClosing], 'evaluationReturn')[0].median, [[200, 7]])
  assert.equal(groupsOf([withClosing], 'status')[0].curves, [], 'words have no curve')
})

test('the picture has a line through the right pixels, and text that breaks no markup', () => {
  const groups = groupsOf([run(0, {}, [0, 10], '<A & B>'), run(1, {}, [0, 10], '<A & B>')], 'meanReturn')
  const svg = plotPicture(groups, 'meanReturn', 10)
  // Plot from x 60 (0 steps) to 704 (200 steps), from y 62 (return 10) to 362 (return 0).
  assert.match(svg, /<polyline points="382\.0,362\.0 704\.0,62\.0" /)
  assert.match(svg, /<path d="M60 62\.0H704" stroke="#c43c3c" stroke-dasharray/)
  assert.ok(svg.includes('&lt;A &amp; B&gt; (2 runs)'))
  const tags = /<\/?(svg|title|style|rect|path|text|polyline|polygon|circle)\b[^<>]*>/g
  assert.not.match(svg.replace(tags, ''), /[<>]/)
})

test.run()
