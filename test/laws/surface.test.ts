/**
 * What users can import against the declarations that tsc emits, followed from name to name: every type named
 * in an entry's declarations can be imported from that entry, has a docstring and one name. No tolerance.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Declaration, Declarations } from '../support/declarations.ts'

/** The entries of the package, by the name that users import. */
const ENTRIES: Readonly<Record<string, string>> = {
  trpo: 'index.ts', 'trpo/parts': 'parts.ts', 'trpo/plain': 'plain.ts', 'trpo/envs': 'envs/index.ts',
  'trpo/io': 'io/index.ts', 'trpo/parallel': 'parallel/index.ts', 'trpo/node': 'node/index.ts',
}

const FOLDER = '.build/surface'
const words = ['node_modules/typescript/bin/tsc', '-p', 'src', '--outDir', FOLDER]
const { status, stdout } = spawnSync('node', words, { encoding: 'utf8' })
assert.is(status, 0, stdout)
const emitted = new Declarations((file) =>
  readFileSync(`${FOLDER}/${file.replace(/ts$/, 'd.ts')}`, 'utf8'))

/** Types that `file` does not export, but that a declaration which its exports reach names. */
function unnamed(declarations: Declarations, file: string): string[] {
  const exported = new Set(declarations.exportsOf(file).values())
  const reached = new Set(exported)
  const missing: string[] = []
  for (const from of reached) {
    for (const type of declarations.typesIn(from)) {
      if (!type.isType && exported.has(type) || reached.has(type)) continue
      reached.add(type)
      missing.push(`${type.name} (${type.file}), in ${from.name}`)
    }
  }
  return missing
}

/** Every public name of every entry, with its declaration. */
const everything = Object.entries(ENTRIES).flatMap(([entry, file]) =>
  [...emitted.exportsOf(file)].map(([name, declaration]) => ({ entry, name, declaration })))

/** The docstring right above a declaration in the sources; '' if there is none. */
function docstringOf({ file, name }: Declaration): string {
  const text = readFileSync(`src/${file}`, 'utf8')
  const comment = String.raw`(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\n`
  const head = String.raw`export (?:async )?(?:interface|type|class|function\*?|const) ${name}\b`
  return new RegExp(comment + head).exec(text)?.[1] ?? ''
}

test('the entries are those of package.json', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, { types: string }>
  }
  // The script build has the names of four entries, which a test below compares.
  const written = Object.entries(exports).filter(([name]) => !/\.json$|^\.\/script$/.test(name))
    .map(([name, { types }]) =>
      [name.replace('.', 'trpo'), types.replace('./dist/', '').replace('.d.ts', '.ts')])
  assert.equal(Object.fromEntries(written), ENTRIES)
})

for (const [entry, file] of Object.entries(ENTRIES)) {
  test(`${entry}: every type that can be reached from its exports can be imported from it by name`, () => {
    assert.equal(unnamed(emitted, file), [])
  })
}

test('every exported value and type has a docstring', () => {
  const without = new Set(everything.filter(({ declaration }) => docstringOf(declaration) === '')
    .map(({ declaration: { file, name } }) => `${file}: ${name}`))
  assert.equal([...without], [])
})

/** The comments of a declaration as users see them: above it, and of its fields, parameters and methods. */
function hoverTextOf({ file, name }: Declaration): string {
  const text = readFileSync(`${FOLDER}/${file.replace(/ts$/, 'd.ts')}`, 'utf8')
  const head = String.raw`^export (?:declare )?(?:interface|type|class|function|const) ${name}\b`
  // What is in the first column after it begins the next declaration.
  const whole = new RegExp(String.raw`${head}[^]*?(?=^(?![\s}])|(?![^]))`, 'gm')
  const below = [...text.matchAll(whole)].map(([declared]) => declared.match(/\/\*\*[^]*?\*\//g) ?? [])
  return [docstringOf({ file, name } as Declaration), ...below.flat()].join('\n')
}

/** Names in code, of which a function may be called: `name`, `name(x)`. */
const namedIn = (text: string): string[] => [...text.matchAll(/`(\w+)[`(]/g)].map(([, word]) => word)

test('what a hover text names in code is exported, by the same entry, by trpo or by trpo/parts', () => {
  const open = new Set(['trpo', 'trpo/parts']
    .flatMap((entry) => [...emitted.exportsOf(ENTRIES[entry]).keys()]))
  let seen = 0
  const internal = everything.flatMap(({ entry, declaration }) => {
    const own = emitted.exportsOf(ENTRIES[entry])
    const words = namedIn(hoverTextOf(declaration)).filter((word) => declared.has(word))
    seen += words.length
    // A method may have the name of a function within.
    const isMember = (word: string): boolean => new RegExp(`^ {4}(readonly )?${word}[(:]`, 'm').test(
      readFileSync(`${FOLDER}/${declaration.file.replace(/ts$/, 'd.ts')}`, 'utf8'))
    return words.filter((word) => !own.has(word) && !open.has(word) && !isMember(word))
      .map((word) => `${entry}: ${declaration.name} recommends ${word}`)
  })
  assert.equal([...new Set(internal)], [])
  assert.ok(seen > 50, `${seen} names`)
  // One of a field, one above a function.
  const textsOf = (name: string): string[] =>
    namedIn(hoverTextOf(emitted.exportsOf('parts.ts').get(name) ?? emitted.exportsOf('index.ts').get(name)!))
  assert.ok(textsOf('Rollout').includes('refreshStatistics'))
  assert.ok(textsOf('act').includes('createActor'))
})

/** Names that some file of src exports, except those of node/. */
const declared = new Set(readdirSync(FOLDER, { recursive: true }).map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.d.ts') && !file.startsWith('node'))
  .flatMap((file) => [...emitted.exportsOf(file.replace('.d.ts', '.ts')).keys()]))

test('a declaration has one public name, and a name one declaration; trpo/plain has own trainings', () => {
  const names = new Map<Declaration, Set<string>>(), meanings = new Map<string, Set<Declaration>>()
  for (const { name, declaration } of everything) {
    names.set(declaration, (names.get(declaration) ?? new Set()).add(name))
    meanings.set(name, (meanings.get(name) ?? new Set()).add(declaration))
  }
  assert.equal([...names.values()].filter((each) => each.size > 1).map((each) => [...each].join()), [])
  assert.equal([...meanings].filter(([, each]) => each.size > 1).map(([name]) => name).sort(),
    ['createAgent', 'train', 'trainAsync'])
})

test('the first entry is small, and values of one name are in the script as well', () => {
  const values = [...emitted.exportsOf('index.ts').values()].filter(({ isType }) => !isType)
  assert.ok(values.length <= 25, `${values.length} values`)
  const script = emitted.exportsOf('script.ts')
  for (const file of ['index.ts', 'parts.ts', 'envs/index.ts', 'io/index.ts']) {
    for (const [name, declaration] of emitted.exportsOf(file)) assert.is(script.get(name), declaration, name)
  }
})

/** Declarations of files written here. */
function written(files: Readonly<Record<string, string>>): Declarations {
  return new Declarations((file) => files[file])
}

test('a type is missed wherever it hides', () => {
  const files = {
    'a.ts': `import { type B, type Unused } from './b.ts';
import * as c from './c.ts';
/** D */
export interface A {
    readonly Name: number;
    B(x: number): void;
}
`,
    'b.ts': `export interface B {
    x: L;
}
type L = number;
export interface Unused {
}
export {};
`,
    'c.ts': `export interface C {
}
export interface Name {
}
export declare const value: 'B';
`,
  }
  const missing = (line: string): string =>
    unnamed(written({ ...files, 'a.ts': `${files['a.ts']}${line}\n` }), 'a.ts')
      .map((each) => each.split(' ')[0]).join()
  for (const [line, names] of [
    ['', ''], ["export type T = 'B';", ''],
    ['export declare function f(B: number, o: {\n    B?: number;\n}): void;', ''],
    ['export declare function f(x: B): void;', 'B,L'],
    ['export declare const f: (x?: readonly B[]) => void;', 'B,L'],
    ['export type T = A extends B ? A : never;', 'B,L'],
    ['export type T<X> = X extends A ? B : X;', 'B,L'],
    ['export interface E extends Partial<B> {\n}', 'B,L'],
    ['export declare const x: typeof c.value;', 'value'],
    ['export declare class E {\n    #private;\n    m(...rest: B[]): c.C;\n}', 'B,C,L'],
    ["export { type B } from './b.ts';", 'L'],
    ["export * from './c.ts';\nexport type T = c.Name | c.C;", ''],
  ]) assert.is(missing(line), names, line)
  assert.throws(() => missing('export default A;'), 'expected an import, export or declaration')
  assert.throws(() => missing("export type T = import('./b.ts').B;"), 'expected named imports')
})

test.run()
