/**
 * The entry trpo/plain. The oracle is the entry trpo: the same names, and by `train` the same bits.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../src/envs/index.ts'
import * as core from '../src/index.ts'
import * as plain from '../src/plain.ts'

const SMALL = {
  seed: 3, totalSteps: 1024, batchSteps: 512, envCount: 4, hiddenSizes: [8], valueHiddenSizes: [8],
}

test('trpo/plain has the names of trpo, and all but its trainings are the same', () => {
  assert.equal(Object.keys(plain).sort(), Object.keys(core).sort())
  for (const [name, value] of Object.entries(core)) {
    const trains = ['train', 'trainAsync', 'createAgent'].includes(name)
    assert.is(value === plain[name as keyof typeof plain], !trains, name)
  }
})

test('its train gives the bits of the other, on the reference', () => {
  const with_ = [...core.train(cartPole, SMALL)], without = [...plain.train(cartPole, SMALL)]
  assert.is(without[0].policy.net.backend, core.reference)
  assert.equal(without.map(({ certificate }) => certificate), with_.map(({ certificate }) => certificate))
  assert.equal(without[0].policy.net.parameters.flat, with_[0].policy.net.parameters.flat)
  assert.equal(without[0].value.net.parameters.flat, with_[0].value.net.parameters.flat)
})

test('it never looks for WebAssembly', () => {
  const host = globalThis as { WebAssembly?: unknown }
  const { WebAssembly } = host
  const get = (): never => { throw new Error('looked for') }
  Object.defineProperty(globalThis, 'WebAssembly', { configurable: true, get })
  try {
    assert.throws(() => core.train(cartPole, SMALL).next(), 'looked for')
    plain.train(cartPole, SMALL).next()
    plain.train(cartPole, { ...SMALL, backend: 'reference' }).next()
  } finally {
    const descriptor = { configurable: true, writable: true, value: WebAssembly }
    Object.defineProperty(globalThis, 'WebAssembly', descriptor)
  }
})

test('a backend that is handed over is used; one that was left out is refused', () => {
  const own = { ...core.reference, name: 'own' }
  assert.is([...plain.train(cartPole, { ...SMALL, backend: own })][0].policy.net.backend, own)
  assert.throws(() => plain.train(cartPole, { ...SMALL, backend: 'simd' }).next(),
    'backend: expected "auto", "reference" or a backend in trpo/plain, got "simd"')
})

test.run()
