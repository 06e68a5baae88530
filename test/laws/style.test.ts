/**
 * The house style, read off the text of every file: width, words, one definition per helper, headers, size of rooms.
 * The oracle is the rule itself, each tried first on lines that it must find; there is no tolerance.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

interface Source { readonly path: string; readonly text: string; readonly lines: readonly string[] }

const GENERATED = /(^|\/)(package-lock\.json|fixtures\/)|^docs\/options\.md$/
/** Every file that the repository has or is about to have. */
const sources: readonly Source[] = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .stdout.trim().split('\n').filter((path) => /\.(ts|js|mjs|md)$/.test(path) && !GENERATED.test(path)).sort()
  .map((path) => {
    const text = readFileSync(path, 'utf8')
    return { path, text, lines: text.split('\n') }
  })
const below = (...folders: readonly string[]): readonly Source[] =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(folder)))

const WIDTH = Number(/max_line_length = (\d+)/.exec(readFileSync('.editorconfig', 'utf8'))![1])

/** Lines wider than the limit: in Markdown tables and code may be, and a link that stands alone. */
function wide({ path, lines }: Pick<Source, 'path' | 'lines'>): string[] {
  let inCode = false
  return lines.flatMap((line, i) => {
    if (path.endsWith('.md') && line.startsWith('```')) inCode = !inCode
    const free = path.endsWith('.md') && (inCode || /^\s*\|/.test(line) || /^\s*([-*]|\d+\.)?\s*\S+$/.test(line))
    return [...line].length > WIDTH && !free ? [`${path}:${i + 1}: ${[...line].length}`] : []
  })
}

test('lines are at most as wide as .editorconfig says', () => {
  const long = 'x '.repeat(WIDTH)
  assert.is(wide({ path: 'a.ts', lines: [long, 'é'.repeat(WIDTH)] }).length, 1, 'characters, not bytes')
  assert.is(wide({ path: 'a.md', lines: [`| ${long}`, '```', long, '```', long] }).length, 1)
  assert.equal(sources.flatMap(wide), [])
})

/** The left column of the style guide's glossary, and its kin: each with the words that it may stand in. */
const DIALECT: readonly RegExp[] = [
  /\btold\b/i, /\bwhoever\b/i, /\blest\b/i, /\bshall\b/i, /\bof the day\b/i, /\bat fault\b/i, /\bamounts? to\b/i,
  /\bwhere there (is|are) (none|no)\b/i, /\bbut for\b(?! (the|a|an|one|each|every|all|\w+s\b))/i, /\bunless asked\b/i,
  /\b(steps?|states?|bytes?|rows?|numbers?|products?|nats?|lines?|episodes?) an? (state|step|iteration|action|environment|element|gradient|episode|row|minute|branch|batch|line|mistake|problem|record)\b/i,
]
const found = (text: string): boolean => DIALECT.some((word) => word.test(text))

test('the words of the dialect do not occur in sources and documentation', () => {
  for (const line of ['unless told', 'as told', 'Whoever reads', 'lest it', 'it shall', 'tables of the day', 'a file at fault',
    'what it amounts to', '0 where there is none', 'all but for one', 'steps an iteration', 'nats a state', 'a line a mistake']) {
    if (line !== 'all but for one') assert.ok(found(line), line)
  }
  for (const line of ['the oldest', 'marshalling', 'a state and a step', 'nothing but for the docs', 'today']) {
    assert.not.ok(found(line), line)
  }
  const wrong = [...below('src/', 'docs/', 'bench/'), ...sources.filter(({ path }) => path === 'README.md')]
    .flatMap(({ path, lines }) => lines.flatMap((line, i) => found(line) ? [`${path}:${i + 1}: ${line.trim()}`] : []))
  assert.equal(wrong, [])
})

/** Functions at the top of a file, as name and body without spaces. */
function definitions(text: string): (readonly [name: string, body: string])[] {
  const heads = text.matchAll(/^(?:export )?(?:async )?(?:function\*? (\w+)|const (\w+) = (?:<[^>]*>)?\([^)]*\)(?:: [^=]+)? =>)/gm)
  return [...heads].map((head) => {
    const rest = text.slice(head.index)
    const end = /\n(?=\S)(?![)\]}])/.exec(rest)?.index ?? rest.length
    return [head[1] ?? head[2], rest.slice(0, end).replace(/^export /, '').replace(/\s+/g, '')] as const
  })
}

test('a helper is defined once: no two files have a function of one name and one body', () => {
  assert.equal(definitions('export function f(x: number) {\n  return x\n}\nconst g = (x: number): number => x\n')
    .map(([name, body]) => `${name} ${body}`), ['f functionf(x:number){returnx}', 'g constg=(x:number):number=>x'])
  const places = new Map<string, string[]>()
  for (const { path, text } of below('src/', 'test/', 'bench/')) {
    // Programs of their own packages import nothing from here.
    if (/^(bench\/peers|test\/runtimes)\//.test(path)) continue
    for (const [name, body] of definitions(text)) places.set(body, [...places.get(body) ?? [], `${path}: ${name}`])
  }
  assert.equal([...places.values()].filter((at) => at.length > 1), [])
})

/** The comment that a file begins with, after a line for the shell. */
const header = (text: string): string => /^(?:#![^\n]*\n)?\/\*\*([^]*?)\*\//.exec(text)?.[1].replace(/^\s*\* ?/gm, '').trim() ?? ''

test('every source and every test begins with what it is; a test says what it compares with what', () => {
  assert.is(header('/**\n * A b.\n * C.\n */\nx'), 'A b.\nC.')
  assert.is(header('import a\n/** b */'), '')
  assert.equal(below('src/', 'test/', 'bench/').filter(({ path, text }) =>
    path.endsWith('.ts') && !path.endsWith('.d.ts') && header(text).length < 20).map(({ path }) => path), [])
  assert.equal(below('test/').filter(({ path, text }) =>
    path.endsWith('.test.ts') && header(text).length < 80).map(({ path }) => path), [])
})

test('a folder of src has at most fourteen files, and no file is longer than 250 lines', () => {
  const counts = new Map<string, number>()
  for (const { path } of below('src/').filter(({ path }) => path.endsWith('.ts'))) {
    const folder = path.slice(0, path.lastIndexOf('/'))
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  assert.equal([...counts].filter(([, n]) => n > 14), [])
  assert.equal(below('src/').filter(({ lines }) => lines.length > 251).map(({ path }) => path), [])
})

test('the step is at most twenty-two lines, and tests no option', () => {
  const [, body] = /\nexport function step\([^]*?\{\n([^]*?)\n\}\n/.exec(readFileSync('src/trpo/step.ts', 'utf8'))!
  assert.ok(body.split('\n').length <= 22, body)
  assert.not.match(body, /options/)
})

test.run()
