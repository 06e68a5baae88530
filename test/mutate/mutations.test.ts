/**
 * The tool of `npm run mutate`: mutants of short texts against the changes written out here, samples against
 * what a sample is, and rows of the page against the mutants and lines that they judge. No tolerance.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { skipped } from '../support/programs.ts'

/** The tool is a package of its own, in JavaScript: what an expression in it gives. */
function evaluated<T>(expression: string): T {
  const program = `
    import { mutantsOf } from './test/mutate/mutations.js'
    import { sample } from './test/mutate/sample.js'
    import { readJudged, rowOf } from './test/mutate/judged.js'
    import { writeFileSync } from 'node:fs'
    console.log(JSON.stringify(${expression}))`
  const { stdout, stderr } = spawnSync('node', ['--input-type=module', '-e', program], { encoding: 'utf8' })
  assert.is(stderr, '')
  return JSON.parse(stdout) as T
}

interface Mutant { readonly start: number; readonly end: number; readonly after: string }

/** Each text after each of its changes. */
function mutated(texts: readonly string[]): string[][] {
  return evaluated<Mutant[][]>(`${JSON.stringify(texts)}.map(mutantsOf)`).map((mutants, k) =>
    mutants.map(({ start, end, after }) => texts[k].slice(0, start) + after + texts[k].slice(end)))
}

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['let x = a < b', ['let x = a <= b', 'let x = a >= b']],
  ['let x = a === b', ['let x = a !== b']],
  ['let x = a * b', ['let x = a / b']],
  ['let x = `a` + b', []],
  ["f('a' + b + c)", [';']],
  ['x += y', [';', 'x -= y']],
  ['let x = -y', ['let x = y']],
  ['let x = a && !b', ['let x = a || !b', 'let x = a && b']],
  ['let x = a ?? b', ['let x = a', 'let x = b']],
  ['let x = true', ['let x = false']],
  ['let x = 0', ['let x = 1']],
  ['let x = 3', ['let x = 4', 'let x = 2']],
  ['let x = 0.5', ['let x = 0.505']],
  ['let x = a[i]', ['let x = a[i + 1]']],
  ['let x = a[0]', ['let x = a[1]']],
  ["let x = a['b']", []],
  ['let x = Math.min(a, b)', ['let x = Math.max(a, b)']],
  ['if (a) f()', ['if (true) f()', 'if (false) f()', 'if (a) ;']],
  ['let x = a ? b : c', ['let x = true ? b : c', 'let x = false ? b : c']],
  ['for (let i = a; i < b; i++) f()', [
    'for (let i = a; i <= b; i++) f()', 'for (let i = a; i >= b; i++) f()', 'for (let i = a; false; i++) f()',
    'for (let i = a; i < b; i++) ;',
  ]],
  ['function f(): number { return x }', ['function f(): number { return (x) + 1 }']],
  ['function f(): boolean { return x }', ['function f(): boolean { return !(x) }']],
  ['const f = (): number => x', ['const f = (): number => (x) + 1']],
  ['function f(): string { return x }', []],
  ["import { a } from 'b'\ninterface A { a: 1 }\ntype B = 1 | 2\nlet x: Record<0, true> = y as 3", []],
]

if (!existsSync('test/mutate/node_modules/typescript')) {
  skipped('the mutants, for want of TypeScript 5 (npm ci in test/mutate)')
} else {
  test('each kind of change is made where it can be, and nowhere else', () => {
    const found = mutated(CASES.map(([text]) => text))
    CASES.forEach(([text, expected], k) => assert.equal(found[k].sort(), [...expected].sort(), text))
  })
}

test('a sample has different mutants, the same for the same seed, and lines weigh alike', () => {
  // A line with ninety mutants, and ten with one each.
  const all = `[...Array.from({ length: 90 }, (_, i) => ({ path: 'a', line: 1, i })),
    ...Array.from({ length: 10 }, (_, i) => ({ path: 'a', line: 2 + i, i }))]`
  const drawn = (count: number, seed: number): { line: number; i: number }[] =>
    evaluated(`sample(${all}, ${count}, ${seed})`)
  const [first, again, other, whole] = [drawn(8, 1), drawn(8, 1), drawn(8, 2), drawn(200, 3)]
  assert.equal(first, again)
  assert.not.equal(first, other)
  assert.is(new Set(first.map(({ line, i }) => `${line} ${i}`)).size, 8)
  // By mutants nine of ten draws would be of line 1; by lines about one of eleven is.
  for (const some of [first, other]) assert.ok(some.filter(({ line }) => line === 1).length <= 4)
  assert.is(whole.length, 100)
})

test('a row of the page judges its own mutant, also if lines move, and no other', () => {
  const mutant = { path: 'src/a.ts', code: '  if (a || b) f()', before: 'a || b', after: 'true', column: 6 }
  const judged = evaluated<boolean[]>(`(() => {
    const mutant = ${JSON.stringify(mutant)}
    writeFileSync('.build/judged.md', 'text\\n' + rowOf(mutant).replace(/\\|$/, 'a reason |') + '\\n')
    const isJudged = readJudged('.build/judged.md')
    return [mutant, { ...mutant, line: 9 }, { ...mutant, after: 'false' }, { ...mutant, path: 'src/b.ts' }]
      .map(isJudged)
  })()`)
  assert.equal(judged, [true, true, false, false])
})

test('the page judges lines that are there, each with a reason', () => {
  const page = readFileSync('docs/results/mutation.md', 'utf8')
  const rows = [...page.matchAll(/^\| `(src.*?)` \| `(.*)` \| `(.*)` \| (.*) \|$/gm)]
  assert.is(rows.length, page.match(/^\| `src/gm)?.length)
  assert.ok(rows.length > 0)
  for (const [row, path, code, changed, reason] of rows) {
    const plain = (cell: string): string => cell.replaceAll('\\|', '|')
    const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.trim().replace(/\s+/g, ' '))
    assert.ok(lines.includes(plain(code)), row)
    assert.is.not(code, changed, row)
    assert.ok(reason.split(' ').length > 4, row)
  }
})

test.run()
