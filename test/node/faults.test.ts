/**
 * Writing a file and its rehearsal while any call of the system fails in any way, and while the power fails:
 * against the old bytes and the new ones. No tolerance: it is one of the two, to the byte.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeWhole } from '../../src/node/files.ts'
import { injectFaults } from '../support/faults.ts'
import { type State, watchedDisk } from '../support/powerFailure.ts'

let folder = ''
test.before(() => { folder = mkdtempSync('.build/faults-') })
test.after(() => rmSync(folder, { recursive: true }))

test('whatever fails, the old file or the new one is there, or one that the error names', () => {
  const { injected, reported, written, lost } = injectFaults(`${folder}/a`, 'write')
  assert.equal(lost, [])
  assert.ok(injected > 3000 && reported > 1000 && written > 300, `${injected} ${reported} ${written}`)
})

test('whatever fails in the rehearsal, the file is as it was, and nothing else is left', () => {
  const { injected, reported, written, lost } = injectFaults(`${folder}/b`, 'rehearse')
  assert.equal(lost, [])
  assert.ok(injected > 2500 && reported > 1000 && written > 100, `${injected} ${reported} ${written}`)
})

const OLD = new Uint8Array(80).fill(1), NEW = new Uint8Array(70).fill(2)
const equal = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])
const holds = (state: State, bytes: Uint8Array | null): boolean =>
  bytes === null ? !state.has('x') : equal(state.get('x'), bytes)

for (const [what, before, refusal] of [
  ['no file', null, null], ['a file', OLD, null], ['a file that must be overwritten', OLD, 'EBUSY'],
] as const) {
  test(`a power failure at any moment leaves the old bytes or the new ones: ${what}`, () => {
    mkdirSync(`${folder}/p`)
    try {
      if (before !== null) writeFileSync(`${folder}/p/x`, before)
      const { disk, moments } = watchedDisk(`${folder}/p`, before, refusal)
      writeWhole(`${folder}/p/x`, NEW, disk)
      let states = 0, news = 0
      for (const { call, states: possible } of moments) {
        for (const state of possible) {
          states++
          if (holds(state, NEW)) news++
          const copy = [...state].some(([name, bytes]) => name !== 'x' && equal(bytes, NEW))
          const whole = holds(state, before) || holds(state, NEW) || (refusal !== null && copy)
          assert.ok(whole, `${call}: ${[...state].map(([name, bytes]) => `${name} = ${bytes.join()}`)}`)
        }
      }
      assert.ok(states > 20 && news > 0, `${states} states, ${news} with the new file`)
      const end = moments.at(-1)!.states
      assert.ok(end.every((state) => holds(state, NEW)), 'what is reported as written stays written')
    } finally {
      rmSync(`${folder}/p`, { recursive: true })
    }
  })
}

test.run()
