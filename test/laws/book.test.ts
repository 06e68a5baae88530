/**
 * Documentation against code: the page of options against their rows, hover texts against defaults, the tour
 * against the list of files, their imports and the names in them. No tolerance.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { optionNames } from '../../src/trpo/options/resolve.ts'
import { rules, texts } from '../../src/trpo/options/rules.ts'
import { optionsPage } from '../support/optionsPage.ts'

test('docs/options.md is generated from the rows', () => {
  assert.is(readFileSync('docs/options.md', 'utf8'), optionsPage())
})

/** Docstrings of the fields of interfaces in `path`, by name. */
function docstrings(path: string): Map<string, string> {
  const text = readFileSync(path, 'utf8')
  const fields = text.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\n  readonly (\w+):/g)
  return new Map([...fields].map(([, doc, name]) => [name, doc.replace(/\s*\n\s*\*\s*/g, ' ').trim()]))
}

/** A default as hover texts write it. */
function written(value: TrainOptions[keyof TrainOptions]): string {
  if (value === undefined) return 'none'
  if (Array.isArray(value)) return `[${value.join(', ')}]`
  return typeof value === 'string' ? `'${value}'` : String(value)
}

test('every option has a hover text, which ends with the default of its row', () => {
  const docs = new Map([...docstrings('src/trpo/options/options.ts'), ...docstrings('src/rl/policy.ts')])
  for (const name of optionNames) {
    assert.is(/ Default: (.*)\.$/.exec(docs.get(name) ?? '')?.[1], written(rules[name].default), name)
  }
})

test('there are at most 50 options, each with a meaning of at most 48 characters', () => {
  assert.ok(optionNames.length <= 50, `${optionNames.length}`)
  assert.equal(Object.keys(texts), [...optionNames])
  for (const [meaning] of Object.values(texts)) assert.ok(meaning.length > 0 && meaning.length <= 48, meaning)
})

const tour = readFileSync('docs/tour.md', 'utf8')
/** The text of the tour from one heading to another. */
function part(from: string, to: string): string {
  return tour.slice(tour.indexOf(`\n## ${from}`), tour.indexOf(`\n## ${to}`))
}

/** Files of src that a text links to, in its order. */
function filesIn(text: string): string[] {
  return [...text.matchAll(/\]\(\.\.\/src\/([^)#]+)\)/g)].map(([, path]) => path)
}

/** Numbered entries, each with the lines that continue it. */
function entriesIn(text: string): string[] {
  return text.split(/^(?=\d+\. )/m).slice(1).map((entry) => entry.split(/\n(?! )/)[0])
}

const heart = part('TRPO in ', 'One iteration')
const entries = [...entriesIn(heart), ...entriesIn(tour.slice(tour.indexOf('\n## Appendix')))]

test('every file of src has one place in the tour, and places are numbered from 1', () => {
  assert.equal(entries.map((entry) => Number(/^\d+/.exec(entry)![0])), entries.map((_, k) => k + 1))
  const placed = entries.map((entry) => filesIn(entry.split(': ')[0])).flat().sort()
  assert.equal(placed, [...new Set(placed)])
  const all = readdirSync('src', { recursive: true }).map((path) => path.replaceAll('\\', '/'))
  assert.equal(placed, all.filter((path) => path.endsWith('.ts')).sort())
})

test('the heading counts the files of TRPO; each imports files above it, or files named as left out', () => {
  const read = entriesIn(heart).map((entry) => filesIn(entry)[0])
  assert.is(Number(/TRPO in (\d+) files/.exec(heart)![1]), read.length)
  const leftOut = new Set(filesIn(heart.slice(heart.indexOf('Left out'))))
  const used = new Set<string>(['rl/rollout.ts'])
  for (const [k, path] of read.entries()) {
    const text = readFileSync(`src/${path}`, 'utf8')
    for (const [, from] of text.matchAll(/^(?:import|export) [^']*from '(\.[^']+)'/gm)) {
      const target = join(dirname(path), from).replaceAll('\\', '/')
      const isKnown = read.includes(target) ? read.indexOf(target) < k : leftOut.has(target)
      assert.ok(isKnown, `${path} imports ${target}`)
      used.add(target)
    }
  }
  for (const path of leftOut) assert.ok(used.has(path), `${path} is left out, but nothing needs it`)
})

test.run()
