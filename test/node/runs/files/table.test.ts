/**
 * metrics.csv against a parser written here after RFC 4180, and the numbers in it against the records that
 * they come from. No tolerance: text that JavaScript reads back as the same double.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { columns, type Row, scalars, valueOf } from '../../../../src/node/runs/columns.ts'
import { tableLine, tableNames, tableText, widened } from '../../../../src/node/runs/files/table.ts'
import { evaluation, iteration } from '../../../support/runRecords.ts'

/** RFC 4180: quotes are doubled within quotes. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = '', quoted = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]
    if (quoted && letter === '"' && text[i + 1] === '"') cell += text[++i]
    else if (letter === '"') quoted = !quoted
    else if (!quoted && (letter === ',' || letter === '\n')) {
      rows[rows.length - 1].push(cell)
      cell = ''
      if (letter === '\n') rows.push([])
    } else cell += letter
  }
  assert.equal([cell, quoted, rows.pop()], ['', false, []])
  return rows
}

const row = (k: number, info: Record<string, number> = {}, evaluated: boolean = false): Row =>
  ({ iteration: iteration(k, { info }), evaluation: evaluated ? evaluation(k) : null })

test('a row has the numbers of its record, with all digits, and empty cells for what is missing', () => {
  const rows = [row(1), row(2, {}, true)]
  const [names, ...lines] = parse(tableText(rows, tableNames(rows)))
  assert.equal(names, columns.map(({ name }) => name))
  const cell = (k: number, name: string): string => lines[k][names.indexOf(name)]
  const { certificate, episodes, valueFit } = rows[1].iteration
  assert.is(Number(cell(1, 'kl')), certificate.kl)
  assert.is(Number(cell(1, 'klShare')), certificate.kl / certificate.maxKl)
  assert.is(Number(cell(1, 'valueLoss')), valueFit.lossAfter)
  assert.is(cell(1, 'status'), certificate.status)
  // By hand: episodes of returns 3 and 5, lengths 10 and 30.
  assert.equal(episodes.map((each) => [each.return, each.length]), [[3, 10], [5, 30]])
  assert.equal(['stdReturnNow', 'minReturnNow', 'maxReturnNow', 'meanLengthNow', 'episodesNow']
    .map((name) => Number(cell(1, name))), [1, 3, 5, 20, 2])
  assert.equal(['evaluationReturn', 'evaluationStd'].map((name) => cell(0, name)), ['', ''])
  assert.equal(['evaluationReturn', 'evaluationStd', 'evaluationLength']
    .map((name) => Number(cell(1, name))), [7, 2, 70])
  assert.is(cell(0, 'actionStd'), '')
  assert.not.match(tableText(rows, names), /NaN|undefined|null|Infinity/)
})

test('a later name of info is a column at the right, and the file is that of all rows at once', () => {
  const rows = [row(1, { a: 1 }), row(2, { a: 2, 'b,"c"': 0.1 }), row(3, { z: -0.5 })]
  let names = tableNames(rows.slice(0, 1))
  let text = tableText([], names)
  for (const each of rows) {
    const wider = tableNames([each], names)
    text = widened(text, names, wider) + tableLine(each, wider)
    names = wider
  }
  assert.is(text, tableText(rows, tableNames(rows)))
  const [head, first, second, third] = parse(text)
  assert.equal(head.slice(columns.length), ['info.a', 'info.b,"c"', 'info.z'])
  assert.equal([first, second, third].map((line) => line.slice(columns.length)),
    [['1', '', ''], ['2', '0.1', ''], ['', '', '-0.5']])
})

test('tags of the same number are those of Stable-Baselines3; what is missing has no scalar', () => {
  const tags = Object.fromEntries(scalars(row(2, { x: 4 }, true)))
  for (const tag of [
    'rollout/ep_rew_mean', 'rollout/ep_len_mean', 'time/fps', 'train/policy_objective', 'train/value_loss',
    'train/kl_divergence_loss', 'train/explained_variance', 'train/is_line_search_success',
    'eval/mean_reward', 'eval/mean_ep_length', 'info/x',
  ]) assert.type(tags[tag], 'number', tag)
  assert.is(tags['time/fps'], 200 / 4)
  assert.is(tags['train/std'], undefined)
  assert.is(new Map(scalars(row(1))).has('eval/mean_reward'), false)
})

test('no two columns have one name or one tag, and the guide explains each', () => {
  const unique = (words: readonly (string | null)[]): boolean =>
    new Set(words).size === words.length
  assert.ok(unique(columns.map(({ name }) => name)))
  assert.ok(unique(columns.flatMap(({ tag }) => tag === null ? [] : [tag])))
  const rows = columns.map(({ name, meaning, tag }) =>
    `|\`${name}\`|${meaning}|${tag === null ? '' : `\`${tag}\``}|\n`)
  const guide = readFileSync('docs/guides/runs.md', 'utf8')
  const [, table] = /\|column\|what\|tag\|\n\|---\|---\|---\|\n((?:\|.*\n)*)/.exec(guide)!
  assert.is(table, rows.join(''))
})

test('valueOf knows no inherited names', () => {
  assert.is(valueOf(row(1), 'toString'), null)
  assert.is(valueOf(row(1), 'info.constructor'), null)
})

test.run()
