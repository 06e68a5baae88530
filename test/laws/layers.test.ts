/**
 * The text of src against the order of the chapters and lists of words: all imports, also of types, and
 * words that a chapter must not contain. Each rule is first tried on examples. No tolerance.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

interface Source {
  /** As in 'math/vector.ts'. */
  readonly path: string
  readonly chapter: string
  readonly text: string
  /** The text with comments blank. */
  readonly uncommented: string
  /** With the insides of strings, templates and regular expressions blank, too. */
  readonly code: string
}

/** Blank comments, and the insides of literals, leaving every line where it was. */
function strip(text: string): { uncommented: string; code: string } {
  let uncommented = '', code = ''
  // What '}' returns to: a template's text, or plain code.
  const braces: ('template' | 'code')[] = []
  let i = 0
  const add = (n: number, toUncommented: string, toCode: string): void => {
    if (!(n > 0 && i + n <= text.length)) throw new Error('a comment or literal does not end')
    uncommented += toUncommented
    code += toCode
    i += n
  }
  const keep = (n: number): void => add(n, text.slice(i, i + n), text.slice(i, i + n))
  const blank = (n: number): string => text.slice(i, i + n).replace(/[^\n]/g, ' ')
  const literal = (n: number): void => add(n, text.slice(i, i + n), blank(n))
  const comment = (n: number): void => add(n, blank(n), blank(n))

  const template = (): void => {
    while (i < text.length && text[i] !== '`' && !text.startsWith('${', i)) literal(text[i] === '\\' ? 2 : 1)
    if (text[i] === '`') keep(1)
    else {
      keep(2)
      braces.push('template')
    }
  }
  while (i < text.length) {
    const c = text[i]
    if (text.startsWith('//', i)) comment(/^.*/.exec(text.slice(i))![0].length)
    else if (text.startsWith('/*', i)) comment(text.indexOf('*/', i) + 2 - i)
    else if (c === "'" || c === '"') {
      keep(1)
      while (text[i] !== c) literal(text[i] === '\\' ? 2 : 1)
      keep(1)
    } else if (c === '`') {
      keep(1)
      template()
    } else if (c === '/' && /(^|[(,=:[!&|?{;]|\breturn|=>)$/.test(code.trimEnd())) {
      keep(1)
      for (let inClass = false; inClass || text[i] !== '/';) {
        if (text[i] === '[') inClass = true
        if (text[i] === ']') inClass = false
        literal(text[i] === '\\' ? 2 : 1)
      }
      keep(1)
    } else if (c === '{') {
      braces.push('code')
      keep(1)
    } else if (c === '}') {
      keep(1)
      if (braces.pop() === 'template') template()
    } else keep(1)
  }
  return { uncommented, code }
}

const sources: readonly Source[] = readdirSync('src', { recursive: true })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(`src/${path}`, 'utf8')
    return { path, chapter: chapterOf(path), text, ...strip(text) }
  })

/** The folder of src that a file is in; its own name if it is in none. */
function chapterOf(path: string): string {
  return path.split('/')[0]
}

interface Import { readonly from: string; readonly typeOnly: boolean }

/** Every module that a file imports: a path below src, or the name as written if it begins with no dot. */
function importsOf({ path, uncommented }: Pick<Source, 'path' | 'uncommented'>): Import[] {
  const found: Import[] = []
  const names = String.raw`\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+(?:\s*,\s*\{[^}]*\})?`
  const statement = new RegExp(
    String.raw`^[ \t]*(?:import|export)\s+(type\s+)?(${names})\s*from\s*['"]([^'"\n]+)['"]`, 'gm')
  for (const [, type, what, module] of uncommented.matchAll(statement)) {
    const each = /^\{([^}]*)\}$/.exec(what)?.[1].split(',')
      .map((name) => name.trim()).filter((name) => name !== '') ?? []
    const typeOnly = type !== undefined || (each.length > 0 && each.every((name) => name.startsWith('type ')))
    found.push({ from: resolve(path, module), typeOnly })
  }
  for (const [, module] of uncommented.matchAll(/^[ \t]*import\s*['"]([^'"\n]+)['"]/gm)) {
    found.push({ from: resolve(path, module), typeOnly: false })
  }
  for (const [, module] of uncommented.matchAll(/\bimport\s*\(\s*(?:['"`]([^'"`]*)['"`])?/g)) {
    found.push({ from: module === undefined ? '(computed)' : resolve(path, module), typeOnly: false })
  }
  return found
}

function resolve(path: string, module: string): string {
  if (!module.startsWith('.')) return module
  const parts = path.split('/').slice(0, -1)
  for (const part of module.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const CHAPTERS = ['errors', 'math', 'nn', 'rl', 'trpo', 'verify']

/** The entries outside of all chapters, and what each exports. */
const ENTRIES: ReadonlyMap<string, RegExp> = new Map([
  ['index.ts', /^(math|nn|rl|trpo|verify)\//],
  ['parts.ts', /^(math|nn|rl|trpo)\//],
  ['plain.ts', /^(index|trpo\/(agent|train))\.ts$/],
  ['script.ts', /^(index|parts|envs\/index|io\/index)\.ts$/],
])

/** Why a file must not import another, or null if it may. */
function importProblem(path: string, { from, typeOnly }: Import): string | null {
  const chapter = chapterOf(path), target = chapterOf(from)
  if (from.startsWith('node:')) return chapter === 'node' ? null : 'only node/ may touch the host'
  // dist/bench.js, made of the repository's benchmarks; a module of the user.
  if (['node/bench.ts', 'node/worlds/load.ts'].includes(path) && from === '(computed)') return null
  if (!from.endsWith('.ts')) return 'no package is a dependency'
  if (ENTRIES.has(path)) {
    return ENTRIES.get(path)!.test(from) ? null : 'an entry exports other entries and the chapters'
  }
  if (from === 'index.ts') return chapter === 'node' ? null : 'only users and node/ import the index'
  if (chapter === 'node') return null
  if (chapter === 'io') {
    return CHAPTERS.includes(target) || target === 'io' ? null : 'io/ imports the chapters'
  }
  if (chapter === 'parallel') {
    return /^(errors|math|parallel)\//.test(from) ? null : 'parallel/ imports math and errors'
  }
  if (chapter === 'envs') {
    if (/^(envs\/.*|math\/(random|trigonometry)\.ts|errors\/\w+\.ts)$/.test(from)) return null
    return from.startsWith('rl/world/') && typeOnly ? null
      : 'envs/ imports random, trigonometry, errors, and types of rl/world'
  }
  if (!CHAPTERS.includes(chapter)) return 'there is no such chapter'
  const earlier = CHAPTERS.includes(target) && CHAPTERS.indexOf(target) <= CHAPTERS.indexOf(chapter)
  return earlier ? null : 'a chapter imports no later one'
}

test('comments and literals are distinguished from code', () => {
  const text = 'a // b\n/* c\n*/ d \'e // f\' "g\\"" `h ${i + `j${k}`} l`, /m\\/["/]/ n / o // p'
  const { uncommented, code } = strip(text)
  assert.is(uncommented.length, text.length)
  const kept = 'a \n \n d \'e // f\' "g\\"" `h ${i + `j${k}`} l`, /m\\/["/]/ n / o '
  assert.is(uncommented.replace(/ +/g, ' '), kept)
  assert.is(code.replace(/[^a-z/\n]/g, ''), 'a\n\ndik//n/o')
  assert.throws(() => strip("a 'b"), 'does not end')
  assert.is(strip('').code, '')
})

test('imports are seen in every form', () => {
  const seen = (line: string): Import[] => importsOf({ path: 'rl/x.ts', ...strip(line) })
  assert.equal(seen("import { a, type B } from '../math/a.ts'"), [{ from: 'math/a.ts', typeOnly: false }])
  const types = "import {\n  type A,\n  type B,\n} from './simd/a.ts'"
  assert.equal(seen(types), [{ from: 'rl/simd/a.ts', typeOnly: true }])
  assert.equal(seen("import type { A } from '../trpo/a.ts'"), [{ from: 'trpo/a.ts', typeOnly: true }])
  assert.equal(seen("import * as a from 'b'"), [{ from: 'b', typeOnly: false }])
  assert.equal(seen("import 'node:fs'"), [{ from: 'node:fs', typeOnly: false }])
  assert.equal(seen("export { a } from './a.ts'"), [{ from: 'rl/a.ts', typeOnly: false }])
  assert.equal(seen("export * from './a.ts'"), [{ from: 'rl/a.ts', typeOnly: false }])
  assert.equal(seen("const a = await import('./a.ts')"), [{ from: 'rl/a.ts', typeOnly: false }])
  assert.equal(seen('const a = import(b)'), [{ from: '(computed)', typeOnly: false }])
  assert.equal(seen("// import 'a'\nexport const a = 'b'\nexport function f(x = 'y') {}"), [])
})

test('the rules refuse what they are for', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['math/a.ts', 'nn/b.ts'], ['nn/a.ts', 'rl/b.ts'], ['rl/a.ts', 'trpo/b.ts'], ['rl/a.ts', 'envs/b.ts'],
    ['trpo/a.ts', 'node/b.ts'], ['trpo/a.ts', 'verify/b.ts'], ['envs/a.ts', 'rl/b.ts'],
    ['envs/a.ts', 'nn/b.ts'], ['envs/a.ts', 'math/vector.ts'], ['io/a.ts', 'node/b.ts'],
    ['io/a.ts', 'envs/b.ts'], ['io/a.ts', 'node:fs'], ['io/a.ts', 'index.ts'], ['math/a.ts', 'io/a.ts'],
    ['trpo/a.ts', 'io/b.ts'], ['envs/a.ts', 'io/b.ts'], ['index.ts', 'io/a.ts'],
    ['index.ts', 'envs/a.ts'], ['trpo/a.ts', 'node:fs'], ['trpo/a.ts', 'uvu'],
    ['rl/a.ts', 'index.ts'], ['utils/a.ts', 'math/a.ts'], ['plain.ts', 'envs/index.ts'],
    ['script.ts', 'node/index.ts'], ['rl/a.ts', 'plain.ts'], ['parallel/a.ts', 'nn/b.ts'],
    ['parallel/a.ts', 'node:os'], ['math/a.ts', 'parallel/b.ts'],
  ]
  for (const [path, from] of refused) {
    assert.ok(importProblem(path, { from, typeOnly: false }) !== null, `${path} ${from}`)
  }
  for (const [path, from] of [['math/a.ts', 'math/simd/b.ts'], ['trpo/a.ts', 'math/b.ts'],
    ['io/a.ts', 'io/b.ts'], ['io/a.ts', 'trpo/b.ts'], ['parallel/a.ts', 'math/b.ts'],
    ['node/a.ts', 'io/b.ts'], ['node/a.ts', 'node:fs'],
    ['index.ts', 'rl/a.ts'], ['script.ts', 'envs/index.ts']]) {
    assert.is(importProblem(path, { from, typeOnly: false }), null)
  }
  assert.is(importProblem('envs/a.ts', { from: 'rl/world/env.ts', typeOnly: true }), null)
  assert.ok(importProblem('envs/a.ts', { from: 'rl/policy.ts', typeOnly: true }) !== null)
})

test('errors < math < nn < rl < trpo < verify: a file imports only its own chapter and earlier ones', () => {
  assert.ok(sources.length > 35)
  const chapters = new Set(sources.map(({ chapter }) => chapter))
  const leaves = ['envs', 'io', 'parallel', 'node']
  for (const chapter of [...CHAPTERS, ...leaves]) assert.ok(chapters.has(chapter), chapter)
  const wrong = sources.flatMap((source) => importsOf(source)
    .map((each) => [`${source.path} imports ${each.from}`, importProblem(source.path, each)])
    .filter(([, problem]) => problem !== null))
  assert.equal(wrong, [])
  const total = sources.reduce((sum, source) => sum + importsOf(source).length, 0)
  const written = sources.reduce((sum, { uncommented }) =>
    sum + (uncommented.match(/\bfrom '/g) ?? []).length, 0)
  assert.ok(total >= written && written > 100, `${total} imports read, ${written} written`)
})

test('every import names a file that exists', () => {
  const paths = new Set(sources.map(({ path }) => path))
  for (const source of sources) {
    for (const { from } of importsOf(source)) {
      if (from.endsWith('.ts')) assert.ok(paths.has(from), `${source.path}: ${from}`)
    }
  }
})

test('no file imports itself, directly or through others, types included', () => {
  const next = new Map(sources.map((source) =>
    [source.path, importsOf(source).map(({ from }) => from).filter((from) => from.endsWith('.ts'))]))
  for (const { path } of sources) {
    const seen = new Set<string>(), open = [...next.get(path)!]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      assert.is.not(at, path)
      if (!seen.has(at)) open.push(...next.get(at)!)
      seen.add(at)
    }
  }
})

/** Files of src that a section of the tour lists, in its order. */
function listed(section: string): string[] {
  const tour = readFileSync('docs/tour.md', 'utf8')
  const begin = tour.search(new RegExp(`^## ${section}`, 'm'))
  const list = tour.slice(begin).slice(3).split(/^## /m)[0].replace(/^Left out[^]*?\n\n/m, '')
  return [...new Set([...list.matchAll(/\(\.\.\/src\/([\w/]+\.ts)\)/g)].map(([, path]) => path))]
}

test('in the order of the tour no file uses a name before its definition, types included', () => {
  const core = listed('TRPO in'), rest = listed('Appendix').filter((path) => !core.includes(path))
  const all = core.length + rest.length
  assert.ok(core.length > 20 && all >= sources.length, `${core.length} of ${all} files`)
  // The first list names what it leaves out (book.test.ts checks it); the appendix follows the list.
  const forward = sources.filter(({ chapter }) => CHAPTERS.includes(chapter)).flatMap((source) => {
    const order = core.includes(source.path) ? core : rest
    return importsOf(source).filter(({ from }) => order.indexOf(from) > order.indexOf(source.path))
      .map(({ from }) => `${source.path} comes before ${from}`)
  })
  assert.equal(forward, [])
})

/** Lines of `text` that match, as path:line: text. */
function linesMatching(chosen: readonly Source[], of: (source: Source) => string, pattern: RegExp): string[] {
  return chosen.flatMap((source) => of(source).split('\n').flatMap((line, i) =>
    (pattern.test(line) ? [`${source.path}:${i + 1}: ${line.trim()}`] : [])))
}

/** Words of reinforcement learning; a browser's content security policy is not one. */
const RL_WORD = /(?<!security )polic(y|ies)|reward|advantage|rollout|episode|environment|trajector/i
/** What IEEE 754 or integer arithmetic fixes to the last bit, and constants. */
const EXACT = 'abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc'
  + '|E|LN10|LN2|LOG10E|LOG2E|PI|SQRT1_2|SQRT2'
const INEXACT_MATH = new RegExp(`\\bMath\\b(?!\\.(${EXACT})\\b)`)
const POWER = /\*\*/
const GLOBAL = 'console|Date|performance|process|require|eval|setTimeout|setInterval|fetch|Intl|Worker'
const AMBIENT = new RegExp(String.raw`(?<![.\w'])(${GLOBAL})\b(?!\s*[?:])|\bnew Function\b|\.toLocale`)

test('the patterns find what they are for', () => {
  for (const word of ['Policy', 'policies', 'a reward', 'trajectories', 'environments']) {
    assert.match(word, RL_WORD)
  }
  assert.not.match('a content security policy', RL_WORD)
  for (const name of ['exp', 'expm1', 'log', 'log2', 'log10', 'log1p', 'tanh', 'sinh', 'cosh', 'sin', 'cos',
    'tan', 'asin', 'acos', 'atan', 'atan2', 'pow', 'hypot', 'cbrt', 'random', 'asinh', 'acosh', 'atanh']) {
    assert.match(`x = Math.${name}(y)`, INEXACT_MATH)
  }
  assert.match('const { exp } = Math', INEXACT_MATH)
  assert.match("Math['exp'](1)", INEXACT_MATH)
  for (const name of EXACT.split('|')) assert.not.match(`Math.${name}`, INEXACT_MATH)
  for (const line of ['x ** 2', 'x **= 2']) assert.match(line, POWER)
  for (const line of ['Date.now()', 'new Date()', 'console.log(1)', 'f(performance.now())', 'eval("1")',
    'new Function("x")', 'setTimeout(f)', 'x.toLocaleString()']) assert.match(line, AMBIENT)
  for (const line of ['x.process(1)', 'fetch: 1', 'evaluate(p)']) assert.not.match(line, AMBIENT)
  const { code } = strip('let a = 1\nexport let b\nfunction f() {\n  let c\n}\nvar d\n')
  assert.equal(moduleLevelLets(code), [1, 2, 6])
})

test('math contains no word of reinforcement learning, in code or comments', () => {
  const math = sources.filter(({ chapter }) => chapter === 'math')
  assert.equal(linesMatching(math, ({ text }) => text, RL_WORD), [])
})

const core = sources.filter(({ chapter }) => chapter !== 'node')

test('no function of Math with results that engines may choose is used, and no power', () => {
  assert.equal(linesMatching(core, ({ code }) => code, INEXACT_MATH), [])
  assert.equal(linesMatching(core, ({ code }) => code, POWER), [])
})

test('nothing ambient: no clock, console, timer, host or evaluated text', () => {
  assert.equal(linesMatching(core, ({ code }) => code, AMBIENT), [])
})

/** Lines, from 1, with a `let` or `var` outside all brackets. */
function moduleLevelLets(code: string): number[] {
  const found: number[] = []
  let depth = 0
  code.split('\n').forEach((line, i) => {
    if (depth === 0 && /^\s*(export\s+)?(let|var)\b/.test(line)) found.push(i + 1)
    for (const c of line) depth += '([{'.includes(c) ? 1 : ')]}'.includes(c) ? -1 : 0
  })
  return found
}

test('no module keeps state: there is no let outside of functions', () => {
  assert.equal(core.flatMap(({ path, code }) => moduleLevelLets(code).map((line) => `${path}:${line}`)), [])
})

test('nothing is left to do', () => {
  assert.equal(linesMatching(sources, ({ text }) => text, /\b(TODO|FIXME|XXX|HACK)\b/), [])
})

test.run()
