import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rules, type TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'

const design = readFileSync('docs/design.md', 'utf8')

/** Cells of the table that begins with `first`, row by row, the head among them. */
function table(first: string): string[][] {
  const rows = design.slice(design.indexOf(first)).split('\n\n')[0].split('\n')
  return rows.filter((_, r) => r !== 1).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()))
}

/** As the tables write it, without marks and thousands separators. */
function written(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : value === undefined ? 'none' : String(value)
}

const bare = (cell: string): string => cell.replace(/[`']/g, '').replace(/(?<=\d),(?=\d{3})/g, '')

test('the table of defaults has every option once, in the order of the rules, with the default that holds', () => {
  const rows = table('| option | default |').slice(1)
  assert.equal(rows.map(([name, value]) => `${bare(name)} ${bare(value)}`),
    Object.entries(rules).map(([name, rule]) => `${name} ${written(rule.default)}`))
})

test('the table of presets says what each of them changes, but for what all do', () => {
  const [head, ...rows] = table('| preset |')
  const common: Partial<TrainOptions> = { valueHidden: [32, 32] }
  for (const [name, value] of Object.entries(common)) {
    assert.ok(design.includes(`\`${name}: ${written(value)}\``), name)
    for (const preset of Object.values(presets)) assert.ok(name in preset, name)
  }
  const told = rows.map(([preset, ...cells]) =>
    [preset, Object.fromEntries(cells.flatMap((cell, k) => cell === '' ? [] : [[bare(head[k + 1]), bare(cell)]]))])
  assert.equal(Object.fromEntries(told), Object.fromEntries(Object.entries(presets).map(([name, preset]) => [name,
    Object.fromEntries(Object.entries(preset)
      .filter(([option, value]) => written(value) !== written(common[option as keyof TrainOptions]))
      .map(([option, value]) => [option, written(value)]))])))
})

test('every file of src has its place in the tour, and places are numbered from 1', () => {
  const tour = readFileSync('docs/tour.md', 'utf8')
  for (const path of readdirSync('src', { recursive: true })) {
    if (path.endsWith('.ts')) assert.ok(tour.includes(`(../src/${path})`), path)
  }
  const list = tour.slice(tour.indexOf('## The files'), tour.indexOf('## Symbols'))
  const numbers = [...list.matchAll(/^(\d+)\. /gm)].map(([, n]) => Number(n))
  assert.equal(numbers, numbers.map((_, k) => k + 1))
})

test.run()
