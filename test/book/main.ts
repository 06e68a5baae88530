/**
 * `npm run book` builds the book's pages in dist/book. `npm run book -- --write` puts what the experiments
 * print now below them instead, and draws the figures; with the beginning of a chapter's name, as in
 * `--write 6`, what that one's experiments print alone.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { readBook } from './chapters.ts'
import { drawn, figurePath } from './figures.ts'
import { experimentsOf, printed, withOutputs } from './programs.ts'

const [flag, only = ''] = process.argv.slice(2)
if (flag === '--write') await writeOutputs()
else if (flag === undefined) build()
else {
  process.stdout.write(`flag: expected --write or nothing, got ${flag}\n`)
  process.exitCode = 2
}

async function writeOutputs(): Promise<void> {
  const book = readBook().filter(({ name }) => name.startsWith(only))
  const experiments = experimentsOf(book)
  const outputs = await printed(experiments)
  for (const chapter of book) {
    const text = withOutputs(chapter, experiments, outputs)
    if (text === chapter.text) continue
    writeFileSync(chapter.path, text)
    process.stdout.write(`${chapter.path}: new outputs\n`)
  }
  process.stdout.write(`${experiments.length} experiments run\n`)
  if (only === '') for (const [name, svg] of await drawn()) writeFileSync(figurePath(name), svg)
}

function build(): void {
  const site = 'docs/book/site'
  if (!existsSync(`${site}/node_modules`)) run('npm', ['ci', '--prefix', site, '--no-audit', '--no-fund'])
  run('node', [`${site}/build.js`])
}

function run(command: string, words: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' })
  process.stdout.write(stdout + stderr)
  if (status !== 0) process.exit(status ?? 1)
}
