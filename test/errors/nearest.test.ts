/**
 * Edit distances against the recursive definition and textbook examples; suggestions against examples.
 * No tolerance: distances are integers.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { editDistance, likely, nearest, perhaps } from '../../src/errors/nearest.ts'
import { Random } from '../../src/math/random.ts'

/** The definition: the cheapest of deleting, inserting and replacing the first letter. */
function byDefinition(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [head, tail, other] = [a.slice(1), b.slice(1), a[0] === b[0] ? 0 : 1]
  return Math.min(1 + byDefinition(head, b), 1 + byDefinition(a, tail), other + byDefinition(head, tail))
}

test('editDistance gives the distances of textbooks', () => {
  for (const [a, b, distance] of [
    ['', '', 0], ['', 'abc', 3], ['abc', '', 3], ['abc', 'abc', 0],
    ['kitten', 'sitting', 3], ['saturday', 'sunday', 3],
    ['flaw', 'lawn', 2], ['gumbo', 'gambol', 2], ['abc', 'xyz', 3], ['a', 'A', 1], ['ab', 'ba', 2],
  ] as const) {
    assert.is(editDistance(a, b), distance, `${a} ${b}`)
  }
})

test('the distance is that of its recursive definition, on 500 short words over three letters', () => {
  const random = new Random(81)
  const letter = (): string => 'abc'[random.integer(3)]
  const word = (): string => Array.from({ length: random.integer(6) }, letter).join('')
  for (let i = 0; i < 500; i++) {
    const a = word(), b = word()
    assert.is(editDistance(a, b), byDefinition(a, b), `${a} ${b}`)
  }
})

test('nearest is the word with the fewest edits, ignoring case', () => {
  const words = ['maxKl', 'damping', 'discount', 'lambda']
  assert.is(nearest('maxkl', words), 'maxKl')
  assert.is(nearest('DISCONT', words), 'discount')
  assert.is(nearest('lamda', words), 'lambda')
  assert.is(nearest('', ['abc', 'ab', 'abcd']), 'ab')
})

test('nearest is the first of equally near words, and the empty word if there are none', () => {
  assert.is(nearest('x', ['ax', 'bx', 'xa']), 'ax')
  assert.is(nearest('x', []), '')
})

test('likely is the nearest word within two edits or a third of the letters, and perhaps suggests it', () => {
  assert.is(likely('dampnig', ['damping', 'discount']), 'damping')
  assert.is(likely('ab', ['cd']), 'cd')
  assert.is(likely('abc', ['def']), '')
  assert.is(likely('abcdefghi', ['abcdefxyz']), 'abcdefxyz')
  assert.is(likely('abcdefgh', ['abcdexyz']), '')
  assert.equal([perhaps('damping'), perhaps('')], [', perhaps damping', ''])
})

test('words of more than 64 letters are like none, and take no time', () => {
  const begin = Date.now()
  assert.is(likely('d'.repeat(64), ['d'.repeat(63)]), 'd'.repeat(63))
  assert.is(likely('d'.repeat(65), ['d'.repeat(64)]), '')
  assert.is(likely('d'.repeat(8e6), ['damping', 'discount']), '')
  assert.ok(Date.now() - begin < 500)
})

test.run()
