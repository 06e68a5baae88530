/**
 * The text of every file against the house style: width, words, one definition per helper, headers, sizes.
 * Each rule is first tried on lines that it must find and lines that it must not. No tolerance.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

interface Source { readonly path: string; readonly text: string; readonly lines: readonly string[] }

const GENERATED = /(^|\/)(package-lock\.json|fixtures\/)|^docs\/options\.md$|\/playerText\.ts$/
/** Every file of text that the repository has or is about to have. */
const sources: readonly Source[] = listFiles()
  .filter((path) => /\.(ts|js|mjs|md|sh|html)$/.test(path) && !GENERATED.test(path)).sort()
  .map((path) => {
    const text = readFileSync(path, 'utf8')
    return { path, text, lines: text.split('\n') }
  })
const below = (...folders: readonly string[]): readonly Source[] =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(folder)))

function listFiles(): string[] {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  return stdout.trim().split('\n')
}

const WIDTH = Number(/max_line_length = (\d+)/.exec(readFileSync('.editorconfig', 'utf8'))![1])

/** Lines wider than the limit: in Markdown tables and code may be, and a link that stands alone. */
function wide({ path, lines }: Pick<Source, 'path' | 'lines'>): string[] {
  const isPage = path.endsWith('.md')
  let inCode = false
  return lines.flatMap((line, i) => {
    if (/^\s*```/.test(line)) inCode = !inCode
    const free = isPage && (inCode || /^\s*\|/.test(line) || /^\s*([-*]|\d+\.)?\s*\S+$/.test(line))
    return [...line].length > WIDTH && !free ? [`${path}:${i + 1}: ${[...line].length}`] : []
  })
}

test('lines are at most as wide as .editorconfig says', () => {
  const long = 'x '.repeat(WIDTH)
  assert.is(wide({ path: 'a.ts', lines: [long, 'é'.repeat(WIDTH)] }).length, 1, 'characters, not bytes')
  assert.is(wide({ path: 'a.md', lines: [`| ${long}`, '```', long, '```', long] }).length, 1)
  assert.is(wide({ path: 'a.md', lines: ['  ```ts', long, '  ```', `- ${'x'.repeat(WIDTH)}`] }).length, 0)
  assert.is(wide({ path: 'a.ts', lines: ['```', long, `| ${long}`] }).length, 2)
  assert.ok(sources.length > 300, `${sources.length} files`)
  // Shell scripts hold lists of packages, one group per line.
  assert.equal(sources.filter(({ path }) => !path.endsWith('.sh')).flatMap(wide), [])
})

const alternatives = (words: string): string => `(${words.trim().split(/\s+/).join('|')})`
/** What can be counted in a program or a training: "bytes per row", never "bytes a row". */
const UNIT = alternatives(`
  state step iteration action environment element number gradient episode row column layer tile batch
  minibatch epoch update product trial sample draw seed run training call line file word page test option
  problem record mistake error dimension shard worker estimate block cycle byte second minute hour turn term
  vector weight value entry output component`)
/** What stands before "a" in the dialect. */
const COUNTED = `(${UNIT}s|${alternatives(
  'batches passes entries nats bits flops doubles milliseconds microseconds nanoseconds ms µs ns kB MB')})`
/** Plain English in front of the same words: verbs with an object, relative clauses, prepositions. */
const VERB = String.raw`\b(draws|samples|runs|tests|records|steps an environment)\b`
const WHICH = String.raw`(?<!\b(which|what|whatever|many|few|whose) )`
const WITHIN = String.raw`(?<!\b(in|of|for|during|after|before|with|from|by|on|at|to|if) )`
/** Parts of a program: things, which take "that" and "which". */
const PART = `${alternatives(`
  code part program function method kernel module class object record file page command option test loop
  backend environment network learner sampler fitter actor worker engine runtime library package tool`)}s?`

/** A pattern, in which a space may be the end of a line, and lines that it must find and must not. */
interface Word {
  readonly pattern: string
  readonly finds: readonly string[]
  readonly spares: readonly string[]
}

/** The left column of the style guide's glossary, and more of its kind. */
const DIALECT: readonly Word[] = [
  {
    pattern: String.raw`\b(told|tells?|telling)\b`,
    finds: ['unless told', 'As told,', 'it tells how many'], spares: ['the oldest', 'a teller'],
  },
  { pattern: String.raw`\bwho(so)?ever\b`, finds: ['Whoever reads'], spares: ['however', 'whatever'] },
  { pattern: String.raw`\blest\b`, finds: ['lest it fail'], spares: ['the smallest', 'a test'] },
  { pattern: String.raw`\bshall\b`, finds: ['it shall be'], spares: ['marshalling', 'shallow'] },
  {
    pattern: String.raw`\bof (the|its|that|each) day\b`,
    finds: ['tables of the day'], spares: ['of the days', 'today'],
  },
  { pattern: String.raw`\bat fault\b`, finds: ['a file at\n * fault'], spares: ['the fault', 'by default'] },
  { pattern: String.raw`\bamount(s|ed|ing)? to\b`, finds: ['it amounts to'], spares: ['an amount of noise'] },
  {
    pattern: String.raw`\bwhere (there (is|are|was|were)|it has|they have)\b`,
    finds: ['0 where there is none', 'where there are\n  // no masks', 'Where it has one'],
    spares: ['whether there are masks', 'there, where it is'],
  },
  {
    pattern: String.raw`\b(null|undefined|0) where\b`,
    finds: ['null where actions are free', '0\n * where none is'],
    spares: ['null if it is', 'x₀ − 1 where x is'],
  },
  {
    pattern: String.raw`(?<!\b(not|only)\b[^.;:\n]*)\bbut for\b`,
    finds: ['all but for one', 'bits, but for the sign'],
    spares: ['but forward', 'not for speed, but for clarity'],
  },
  {
    pattern: String.raw`\b(all|any|each|every\w+|none|nothing|always|never) but where\b`,
    finds: ['always but where masked'], spares: ['all but one', 'fast, but where masked slow'],
  },
  { pattern: String.raw`\bunless (asked|said)\b`, finds: ['unless asked for'], spares: ['unless given'] },
  {
    pattern: String.raw`\b(mistakes? of (the|a) callers?|callers?'s? mistakes?)\b`,
    finds: ["a caller's mistake", 'mistakes of the caller'], spares: ['an argument error'],
  },
  {
    pattern: String.raw`${WHICH}(?!${VERB})\b${COUNTED} an? ${UNIT}\b`,
    finds: ['steps an iteration', 'nats a\n   state', 'bytes an element', '5 ms a step', 'passes a batch',
      'sixteen terms a turn'],
    spares: ['a state and a step', 'steps in an iteration', 'it meets a step', 'states: a row', 'as a row',
      'how many bytes a training allocates', 'whatever options a step has', 'it draws an action',
      'what steps an environment'],
  },
  {
    pattern: String.raw`${WITHIN}\b(an?|one) ${UNIT} an? ${UNIT}\b`,
    finds: ['a line a mistake', 'one test a file'],
    spares: ['one step of a batch', 'step an environment', 'during a run a minute passes'],
  },
  {
    // "whose" is right for things as well.
    pattern: String.raw`\b${PART},? who\b`,
    finds: ['all code who reads', 'an option, who\n * says'],
    spares: ['those who read', 'options whose names', 'the file is for those who'],
  },
  {
    pattern: String.raw`\b(all|each|one|none|any) who\b`,
    finds: ['for all who read observations'], spares: ['all those who', 'a person who', 'all whose'],
  },
  {
    pattern: String.raw`\bcuts?\b|\bcutting\b`,
    finds: ['cut off at 3', 'an episode is cut', 'a batch cuts it'],
    spares: ['a shortcut', 'the cutoff', 'it executes', 'acute'],
  },
  {
    pattern: String.raw`(?<!\bat )\b(the|its|their|a) (least|most)(?=[,;.:)]| (of(?! all)|is|was|are|per)\b)`,
    finds: ['the least of both', 'its\nmost.'],
    spares: ['the most likely action', 'at the least, at most 3', 'the least squares', 'the most of all'],
  },
  { pattern: String.raw`\| (least|most) \|`, finds: ['| mean | most |'], spares: ['| most libraries |'] },
  {
    // Names of constants and options.
    pattern: String.raw`\b(least|most)_|\b(least(?!squares)|most)(?=\w)`,
    finds: ['LEAST_LOG', 'MOST_PAGES', 'leastGainRatio', 'mostRows'],
    spares: ['leastSquares', 'ALMOST', 'atMost'],
  },
]

const SPACE = String.raw`(?: +\n? *|\n *)`
const patterns = DIALECT.map(({ pattern }) => new RegExp(pattern.replaceAll(' ', SPACE), 'gi'))

/** Numbers of the lines, from 1, in which one of the patterns begins to match. */
function dialectLines(text: string, chosen: readonly RegExp[] = patterns): number[] {
  // Blank what begins a line of a comment or a quotation.
  const plain = text.replace(/\n[ \t]*(?:\*(?!\/)|\/\/|>)?/g, (begin) => `\n${' '.repeat(begin.length - 1)}`)
  const found = chosen.flatMap((pattern) => [...plain.matchAll(pattern)].map(({ index }) => index))
  return [...new Set(found.map((index) => plain.slice(0, index).split('\n').length))].sort((a, b) => a - b)
}

test('each pattern of the dialect finds its examples, and none finds plain English', () => {
  DIALECT.forEach(({ finds, spares }, k) => {
    for (const line of finds) assert.equal(dialectLines(line, [patterns[k]]), [1], line)
    for (const line of spares) assert.equal(dialectLines(line), [], line)
  })
  assert.equal(dialectLines('a\nat\n\nfault\nit shall\n * be lest'), [5, 6], 'no phrase spans paragraphs')
})

test('the words of the dialect occur in no source, test or page', () => {
  const others = sources.filter(({ path }) => path !== 'test/laws/style.test.ts')
  const wrong = others.flatMap(({ path, text, lines }) =>
    dialectLines(text).map((line) => `${path}:${line}: ${lines[line - 1].trim()}`))
  assert.equal(wrong, [])
})

const HEAD = new RegExp(String.raw`^(?:export )?(?:async )?(?:function\*? (\w+)`
  + String.raw`|const (\w+)(?:: (?:[^=\n]|=>)+)? = `
  + String.raw`(?:async )?(?:<[^>]*>)?(?:\([^)]*\)|\w+)(?:: [^=]+)? =>)`, 'gm')

/** Functions at the top of a file, as name and as text without spaces, in which the name stands as _. */
function definitions(text: string): (readonly [name: string, body: string])[] {
  return [...text.matchAll(HEAD)].map((head) => {
    const name = head[1] ?? head[2], rest = text.slice(head.index)
    const end = /\n(?=\S)(?![)\]}])/.exec(rest)?.index ?? rest.length
    const nameless = rest.slice(0, end).replace(new RegExp(String.raw`\b${name}\b`, 'g'), '_')
    return [name, nameless.replace(/^export /, '').replace(/\s+/g, '')] as const
  })
}

test('a helper is defined once: no two files have functions of one body, under whatever names', () => {
  const text = 'export function f(x: number) {\n  return x\n}\nconst g = (x: number): number => x\n'
    + 'const h: (x: number) => number = (x) => h(x)\nexport const i = x => x\n'
  assert.equal(definitions(text), [
    ['f', 'function_(x:number){returnx}'], ['g', 'const_=(x:number):number=>x'],
    ['h', 'const_:(x:number)=>number=(x)=>_(x)'], ['i', 'const_=x=>x'],
  ])
  const places = new Map<string, string[]>()
  for (const { path, text } of below('src/', 'test/', 'bench/')) {
    // Programs of their own packages import nothing from here.
    if (/^(bench\/peers|test\/runtimes)\//.test(path)) continue
    for (const [name, body] of definitions(text)) {
      places.set(body, [...places.get(body) ?? [], `${path}: ${name}`])
    }
  }
  assert.ok(places.size > 1000, `${places.size} functions`)
  assert.equal([...places.values()].filter((at) => at.length > 1), [])
})

/** The comment that a file begins with, after a line for the shell. */
function header(text: string): string {
  return /^(?:#![^\n]*\n)?\/\*\*([^]*?)\*\//.exec(text)?.[1].replace(/^\s*\* ?/gm, '').trim() ?? ''
}

test('every file begins with what it is; a test says what it compares with what', () => {
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
  assert.ok(counts.size > 10)
  assert.equal([...counts].filter(([, n]) => n > 14), [])
  assert.equal(below('src/').filter(({ lines }) => lines.length > 251).map(({ path }) => path), [])
})

test('the step is at most twenty-two lines, and tests no option', () => {
  const text = readFileSync('src/trpo/step.ts', 'utf8')
  const [, body] = /\nexport function step\([^]*?\{\n([^]*?)\n\}\n/.exec(text)!
  assert.ok(body.split('\n').length <= 22, body)
  assert.not.match(body, /options/)
})

test.run()
