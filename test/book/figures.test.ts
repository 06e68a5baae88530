/**
 * The figures of docs/book against the programs that draw them, and against the chapters that show them;
 * their colours against both schemes of a reader. No tolerance: coordinates are in tenths of a pixel.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readBook } from './chapters.ts'
import { drawn, figureNames, figurePath } from './figures.ts'

const figures = await drawn()

test('every picture has a program, and every program a picture', () => {
  assert.equal(figureNames('.svg'), figureNames('.ts'))
})

for (const [name, svg] of figures) {
  test(`${name}: the program draws what stands there, in colours for light and dark pages`, () => {
    assert.is(readFileSync(figurePath(name), 'utf8'), svg)
    assert.match(svg, /^<svg [^>]*role="img">\n<title>[^<]{20,}<\/title>/)
    assert.match(svg, /prefers-color-scheme: dark/)
    assert.not.match(svg.replace(/<style>[^]*<\/style>/, ''), /#[\da-f]{3,6}\b|NaN|Infinity/)
  })

  test(`${name}: one chapter shows it, and says in words what it shows`, () => {
    const texts = readBook().flatMap(({ prose }) =>
      [...prose.matchAll(/!\[([^\]]*)\]\(figures\/([\w-]+)\.svg\)/g)]
        .filter(([, , file]) => file === name).map(([, words]) => words))
    assert.is(texts.length, 1)
    assert.ok(texts[0].length > 40, texts[0])
  })
}

test.run()
