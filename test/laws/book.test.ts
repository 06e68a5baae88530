/**
 * Documentation against the code it speaks of: the page of options against their rows, hover texts against defaults, the
 * tour against the list of files. No tolerance: text is equal or not.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

const tour = readFileSync('docs/tour.md', 'utf8')
/** The text between two headings of the tour. */
const part = (from: string, to: string): string => tour.slice(tour.indexOf(`\n## ${from}`), tour.indexOf(`\n## ${to}`))
/** Files of src that a text links to, in its order. */
const filesIn = (text: string): string[] => [...text.matchAll(/\]\(\.\.\/src\/([^)#]+)\)/g)].map(([, path]) => path)
/** Numbered entries, each with the lines that continue it. */
const entriesIn = (text: string): string[] => text.split(/^(?=\d+\. )/m).slice(1).map((entry) => entry.split(/\n(?! )/)[0])

const heart = part('TRPO in ', 'One iteration')
const entries = [...entriesIn(heart), ...entriesIn(tour.slice(tour.indexOf('\n## Appendix')))]

test('every file of src has a place in the tour; places are numbered from 1, and no file has a third', () => {
  assert.equal(entries.map((entry) => Number(/^\d+/.exec(entry)![0])), entries.map((_, k) => k + 1))
  const placed = entries.map((entry) => filesIn(entry.split(': ')[0])).flat().sort()
  assert.equal(placed, [...new Set(placed)])
  const all = readdirSync('src', { recursive: true }).map((path) => path.replaceAll('\\', '/')).filter((path) => path.endsWith('.ts'))
  assert.equal(placed, all.sort())
})

test('TRPO in so many files: the heading counts them, and each imports files above it or those that are left out', () => {
  const read = entriesIn(heart).map((entry) => filesIn(entry)[0])
  assert.is(Number(/TRPO in (\d+) files/.exec(heart)![1]), read.length)
  const leftOut = new Set(filesIn(heart.slice(heart.indexOf('Left out'))))
  const used = new Set<string>(['rl/rollout.ts'])
  for (const [k, path] of read.entries()) {
    const text = readFileSync(`src/${path}`, 'utf8')
    for (const [, from] of text.matchAll(/^(?:import|export) [^']*from '(\.[^']+)'/gm)) {
      const target = join(dirname(path), from).replaceAll('\\', '/')
      assert.ok(read.indexOf(target) >= 0 ? read.indexOf(target) < k : leftOut.has(target), `${path} imports ${target}`)
      used.add(target)
    }
  }
  for (const path of leftOut) assert.ok(used.has(path), `${path} is left out, but nothing needs it`)
})

test.run()
