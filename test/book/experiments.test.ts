/**
 * The experiments of docs/book: the output below each against what the program prints, and their imports
 * and types against what users can import. No tolerance.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BOOK, readBook } from './chapters.ts'
import { experimentFiles, experimentsOf, printed } from './programs.ts'

const experiments = experimentsOf()
const outputs = await printed(experiments)

for (const { name, chapter, output } of experiments) {
  test(`${chapter.name}, line ${output.line}: the program prints what stands there`, () => {
    assert.is(outputs.get(name), output.text)
  })
}

test('every file of experiments has its output in a chapter', () => {
  const shown = experiments.flatMap(({ module }) => 'path' in module ? [module.path] : [])
  assert.equal(shown.sort(), experimentFiles().map((name) => `${BOOK}/experiments/${name}`).sort())
})

test('experiments import what users can import, and the helpers', () => {
  const allowed = new Set(['trpo', 'trpo/parts', 'trpo/envs', 'trpo/io'])
  for (const { chapter, output, module } of experiments) {
    const text = 'text' in module ? module.text : readFileSync(module.path, 'utf8')
    for (const [, from] of text.matchAll(/\bfrom '([^']+)'/g)) {
      // Modules beside the chapters, which import no more than that themselves.
      const own = 'path' in module ? /^\.\.?\/[\w-]+\.ts$/ : /^\.\/[\w-]+\.ts$/
      assert.ok(own.test(from) || allowed.has(from), `${chapter.name}, above line ${output.line}: ${from}`)
    }
  }
})

test('modules beside the chapters import what users can import, and one another', () => {
  const modules = readdirSync(BOOK).filter((name) => /^[\w-]+\.ts$/.test(name))
  assert.ok(modules.includes('lab.ts'))
  for (const name of modules) {
    for (const [, from] of readFileSync(`${BOOK}/${name}`, 'utf8').matchAll(/\bfrom '([^']+)'/g)) {
      assert.match(from, /^(trpo(\/(parts|envs|io))?|\.\/[\w-]+\.ts)$/, name)
    }
  }
})

test('programs, stubs and experiments are correct TypeScript for those who install the package', () => {
  const folder = '.build/book/check'
  if (existsSync(folder)) rmSync(folder, { recursive: true })
  mkdirSync(folder)
  for (const { name, fences } of readBook()) {
    for (const { info, text, line } of fences) {
      if (!/^ts (run|exercise)/.test(info)) continue
      // A module, even if it imports nothing; its helpers are where the chapter is.
      const code = text.replace(/'\.\/([\w-]+\.ts)'/g, `'../../../${BOOK}/$1'`)
      writeFileSync(`${folder}/${name.replace('.md', '')}-${line}.ts`, `export {}\n${code}`)
    }
  }
  const { stdout } = spawnSync('npx', ['tsc', '-p', BOOK], { encoding: 'utf8' })
  assert.is(stdout, '')
})

test.run()
