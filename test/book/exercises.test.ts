/**
 * The exercises of docs/book against their judges, and the judges against answers: a right answer passes, at
 * least three wrong ones and the stub itself do not, each with a sentence that names its fault. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Exercise, judged, load, stubsOf, verdict } from './judging.ts'

const stubs = stubsOf()

test('every exercise has a judge, and every judge an exercise in the chapter of its number', () => {
  assert.equal(stubs.map(({ number }) => number).sort(), judged())
  for (const { number, chapter, exports } of stubs) {
    assert.ok(chapter.name.startsWith(`${number.split('.')[0]}-`), `${number} stands in ${chapter.name}`)
    assert.is(exports.length, 1, `${number}: exports of the stub`)
  }
})

for (const stub of stubs) {
  test(`exercise ${stub.number}: the answer passes; near misses and the stub do not`, async () => {
    const [exercise, unfinished] = await load(stub, { text: stub.text })
    const { answer, misses }: Exercise = exercise
    assert.is(verdict(exercise, answer), null)
    assert.ok(Object.keys(misses).length >= 3, 'at least three near misses')
    for (const [name, miss] of Object.entries(misses)) {
      assert.match(verdict(exercise, miss.answer) ?? 'right', miss.says, `${stub.number}, ${name}`)
    }
    const sentence = verdict(exercise, unfinished)
    assert.ok(sentence !== null && sentence.split('\n').length === 1, `the stub: ${sentence}`)
  })
}

test.run()
