/**
 * The programs of docs/book, bundled with the sources in place of the installed package, and what they print.
 * Several run in one process, since the library keeps nothing between them.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { BOOK, type Chapter, type Fence, readBook } from './chapters.ts'

/** The package's entries: the longer names first, for esbuild takes the first that fits. */
const alias: Readonly<Record<string, string>> = {
  'trpo/parts': './src/parts.ts', 'trpo/envs': './src/envs/index.ts', 'trpo/io': './src/io/index.ts',
  trpo: './src/index.ts',
}

const OUT = '.build/book'

/** A program as a file, or as text that stands in docs/book. */
export type Module = { readonly path: string } | { readonly text: string }

/** Bundle modules, given by name, to OUT/name.js. */
export async function bundle(modules: Readonly<Record<string, Module>>): Promise<void> {
  await build({
    entryPoints: Object.keys(modules).map((name) => ({ in: `book:${name}`, out: name })),
    plugins: [{
      name: 'book',
      setup(builds: any) {
        builds.onResolve({ filter: /^book:/ }, ({ path }: { path: string }) => {
          const name = path.slice('book:'.length), module = modules[name]
          return 'text' in module ? { path: name, namespace: 'book', pluginData: module.text }
            : { path: resolve(module.path) }
        })
        builds.onLoad({ filter: /.*/, namespace: 'book' }, ({ pluginData }: { pluginData: string }) =>
          ({ contents: pluginData, loader: 'ts', resolveDir: resolve(BOOK) }))
      },
    }],
    alias, outdir: OUT, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'es2022',
    sourcemap: 'inline', logLevel: 'error', absWorkingDir: process.cwd(),
  })
}

/** Where the module of that name, bundled, can be imported from. */
export function bundled(name: string): string {
  return `file://${resolve(`${OUT}/${name}.js`)}`
}

/** A program with the fence that holds its output. */
export interface Experiment {
  readonly name: string
  readonly chapter: Chapter
  readonly output: Fence
  readonly module: Module
}

/** The experiments of the book, those that are files of their own included. */
export function experimentsOf(book: readonly Chapter[] = readBook()): Experiment[] {
  return book.flatMap((chapter) => chapter.fences.flatMap((fence, k): Experiment[] => {
    const name = `${chapter.name.replace('.md', '')}-${k}`
    const file = /^text (experiments\/[\w-]+\.ts)$/.exec(fence.info)?.[1]
    if (file !== undefined) return [{ name, chapter, output: fence, module: { path: `${BOOK}/${file}` } }]
    if (fence.info !== 'ts run') return []
    const output = chapter.fences[k + 1]
    if (output?.info !== 'text') throw new Error(`${chapter.path}:${fence.line}: no \`text\` fence follows`)
    return [{ name, chapter, output, module: { text: fence.text } }]
  }))
}

/** Files of docs/book/experiments. */
export function experimentFiles(): string[] {
  const folder = `${BOOK}/experiments`
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : []
}

/** What each experiment prints, by name; or the error that ended it, as text. */
export async function printed(experiments: readonly Experiment[]): Promise<Map<string, string>> {
  await bundle(Object.fromEntries(experiments.map(({ name, module }) => [name, module])))
  writeFileSync(`${OUT}/printed.mjs`, PRINTED)
  const outputs = new Map<string, string>()
  const half = (k: number): string[] => experiments.filter((_, i) => i % 2 === k).map(({ name }) => name)
  await Promise.all([half(0), half(1)].map(async (names) => {
    for (const [name, text] of Object.entries(await runTogether(names))) outputs.set(name, text)
  }))
  return outputs
}

/** Imports the modules that its arguments name, one after the other; prints what each printed, as JSON. */
const PRINTED = `
import { format } from 'node:util'
const outputs = {}
for (const name of process.argv.slice(2)) {
  let text = ''
  console.log = (...words) => { text += format(...words) + '\\n' }
  try { await import('./' + name + '.js') } catch (error) { text += error.stack + '\\n' }
  outputs[name] = text
}
process.stdout.write(JSON.stringify(outputs))
`

function runTogether(names: readonly string[]): Promise<Record<string, string>> {
  return new Promise((done, failed) => {
    const child = spawn('node', ['--enable-source-maps', `${OUT}/printed.mjs`, ...names],
      { env: process.env, timeout: 240_000 })
    let out = '', errors = ''
    child.stdout.setEncoding('utf8')
    child.stderr.setEncoding('utf8')
    child.stdout.on('data', (text) => { out += text })
    child.stderr.on('data', (text) => { errors += text })
    child.on('close', (code) => {
      if (code === 0 && errors === '') done(JSON.parse(out))
      else failed(new Error(`${names.join(' ')}: exit ${code}\n${errors}`))
    })
  })
}

/** `text` of a page with the output of each of its experiments replaced by the present one. */
export function withOutputs(
  { name, text }: Chapter, experiments: readonly Experiment[], outputs: ReadonlyMap<string, string>,
): string {
  const own = experiments.filter(({ chapter }) => chapter.name === name)
  // From the last to the first, so that earlier lines keep their numbers.
  const lines = text.split('\n')
  for (const { name: each, output } of [...own].reverse()) {
    const length = output.text.split('\n').length - 1
    lines.splice(output.line, length, ...outputs.get(each)!.replace(/\n$/, '').split('\n'))
  }
  return lines.join('\n')
}
