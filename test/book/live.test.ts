/**
 * Links from docs/book into the playground against the playground's own reading of addresses: a state that it
 * would refuse, or take for another, is no lesson. No tolerance.
 */
import { existsSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { skipped } from '../support/programs.ts'
import { readBook } from './chapters.ts'
import { bundle, bundled } from './programs.ts'

const ADDRESS = 'docs/playground/address.ts'

const links = readBook().flatMap(({ name, prose }) =>
  [...prose.matchAll(/\]\(\.\.\/playground\/index\.html(#[^)\s]*)?\)/g)]
    .map(([, hash = '']) => ({ name, hash })))

test('the book leads into the playground', () => {
  assert.ok(links.length >= 3, `${links.length} links`)
})

if (existsSync(ADDRESS)) {
  await bundle({ address: { path: ADDRESS } })
  const { readAddress } = await import(bundled('address'))
  test('the playground takes every address', () => {
    for (const { name, hash } of links) {
      assert.not.throws(() => readAddress(hash), undefined, `${name}: ${hash}`)
    }
    assert.throws(() => readAddress('#w=CartPole&maxKl=-1'))
  })
} else skipped('addresses of the playground')

test.run()
