/**
 * Documentation against the code it speaks of: the page of options against their rows, hover texts against defaults, the
 * tour against the list of files. No tolerance: text is equal or not.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { optionNames } from '../../src/trpo/options/resolve.ts'
import { rules, texts } from '../../src/trpo/options/rules.ts'
import { optionsPage } from '../support/optionsPage.ts'

test('docs/options.md is what the rows say', () => {
  assert.is(readFileSync('docs/options.md', 'utf8'), optionsPage())
})

/** Docstrings of the fields of interfaces in `path`, by name. */
function docstrings(path: string): Map<string, string> {
  const text = readFileSync(path, 'utf8')
  const fields = text.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\n  readonly (\w+):/g)
  return new Map([...fields].map(([, doc, name]) => [name, doc.replace(/\s*\n\s*\*\s*/g, ' ').trim()]))
}

test('the hover text of every option has the default that holds, and there is one for each', () => {
  const docs = new Map([...docstrings('src/trpo/options/options.ts'), ...docstrings('src/rl/policy.ts')])
  const written = (value: TrainOptions[keyof TrainOptions]): string => value === undefined ? 'none'
    : Array.isArray(value) ? `[${value.join(', ')}]` : typeof value === 'string' ? `'${value}'` : String(value)
  for (const name of optionNames) {
    assert.is(/ Default: (.*)\.$/.exec(docs.get(name) ?? '')?.[1], written(rules[name].default), name)
  }
})

test('at most 50 options, each with a meaning of half a line', () => {
  assert.ok(optionNames.length <= 50, `${optionNames.length}`)
  assert.equal(Object.keys(texts), [...optionNames])
  for (const [meaning] of Object.values(texts)) assert.ok(meaning.length > 0 && meaning.length <= 48, meaning)
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
