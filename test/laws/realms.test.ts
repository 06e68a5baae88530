/**
 * Arrays, records and errors of another realm (node:vm, as in jsdom and frames) against the same ones of this
 * realm: every entry gives the same bits. And the text of src: no `instanceof` of a class of the language.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pendulum } from '../../src/envs/index.ts'
import {
  act, box, checkEnv, createFastest, type Env, evaluate, Random, reference, train, verifyPolicy,
} from '../../src/index.ts'
import {
  decodePolicy, decodeSafetensors, decodeValue, encodePolicy, encodeSafetensors, encodeValue,
} from '../../src/io/index.ts'
import * as parts from '../../src/parts.ts'
import { bits } from '../support/same.ts'

const there = runInNewContext(`({
  float64: (x) => Float64Array.from(x), float32: (x) => Float32Array.from(x),
  bytes: (x) => Uint8Array.from(x),
  array: (x) => Array.from(x), record: (entries) => Object.fromEntries(entries), map: (x) => new Map(x),
  error: (text) => new RangeError(text),
})`) as {
  readonly float64: (x: Iterable<number>) => Float64Array
  readonly float32: (x: Iterable<number>) => Float32Array
  readonly bytes: (x: Iterable<number>) => Uint8Array
  readonly array: <T>(x: Iterable<T>) => T[]
  readonly record: (entries: Iterable<readonly [string, unknown]>) => any
  readonly map: <K, V>(x: Iterable<readonly [K, V]>) => Map<K, V>
  readonly error: (text: string) => Error
}
assert.not(there.float64([1]) instanceof Float64Array)

/** A world with everything of the other realm; `error` is thrown by the fourth step. */
function foreign(error: Error | null = null): Env {
  const state = there.float64([0, 0])
  const [low, high] = [there.float64([-9, -9]), there.float64([9, 9])]
  const space = there.record([['kind', 'box'], ['low', low], ['high', high]])
  const observe = (): unknown => (state[1] % 2 === 0 ? there.array : there.float32)(state)
  return there.record(Object.entries({
    observationSpace: space,
    actionSpace: there.record([['kind', 'discrete'], ['n', 2], ['start', 0]]),
    reset() {
      state.fill(0)
      return there.record([['observation', observe()]])
    },
    step(action: number) {
      if (error !== null && state[1] === 3) throw error
      state[0] = action
      state[1]++
      return there.record([['observation', observe()], ['reward', action], ['terminated', state[1] === 5],
        ['truncated', false]])
    },
    actionMask: () => there.bytes([1, 1]),
    getState: () => there.float64(state),
    setState(saved: Float64Array) { state.set(saved) },
  }))
}

const options = { batchSteps: 64, envCount: 2, totalSteps: 128, hiddenSizes: [4], valueHiddenSizes: [4] }

test('a world of another realm is checked, trained in, evaluated, and its policy saved', () => {
  assert.equal(checkEnv(foreign()), [])
  for (const sampling of ['single-path', 'vine'] as const) {
    const given = there.record(Object.entries({ ...options, sampling, hiddenSizes: there.array([4]) }))
    const training = train(foreign, given)
    let result = training.next()
    while (result.done !== true) result = training.next()
    const policy = result.value
    const bytes = encodePolicy(policy, there.record([['note', 'x']]))
    const decoded = decodePolicy(there.bytes(bytes))
    assert.equal(bits(decoded.net.parameters.flat), bits(policy.net.parameters.flat))
    assert.is(act(policy, there.float64([1, 1])), act(policy, [1, 1]))
    assert.equal(evaluate(policy, foreign, there.record([['episodes', 2]])).lengths, Float64Array.of(5, 5))
    const states = there.array([there.float64([0.5, 1]), there.array([1, 2])])
    assert.ok(verifyPolicy(policy, states).passed)
  }
})

test('an error of another realm is shown by its message', () => {
  assert.throws(() => train(() => foreign(there.error('the robot fell')), options).next(),
    /^environment 0, step 3: step\(\) threw the robot fell$/)
})

test('built-in worlds take states and actions of another realm', () => {
  const cart = cartPole(there.record([['maxEpisodeSteps', 5]])), other = cartPole()
  cart.reset(there.record([['seed', 1]]))
  other.setState!(there.float64(cart.getState!()))
  assert.equal(cart.step(1).observation, other.step(1).observation)
  const swing = pendulum()
  swing.reset({ options: there.record([['state', there.array([0, 0])]]) })
  assert.ok(Number.isFinite(swing.step(there.float64([1])).reward))
  new Random(1).setState(there.float64(new Random(2).getState()))
})

test('files of another realm are read and written', () => {
  const data = there.float64([1, 2]), shape = there.array([2])
  const bytes = encodeSafetensors(there.map([['x', there.record([['shape', shape], ['data', data]])]]))
  assert.equal(decodeSafetensors(there.bytes(bytes)).tensors.get('x')!.data, Float64Array.of(1, 2))
  const value = parts.createValue(reference, 2, there.array([3]), 'tanh')
  assert.equal(encodeValue(decodeValue(there.bytes(encodeValue(value)))), encodeValue(value))
  const space = box(there.array([0]), there.float32([1]))
  assert.equal(space, box([0], [1]))
  const policy = parts.createPolicy(createFastest(1e5), space, space, there.array([2]), 'tanh')
  assert.is(encodePolicy(policy).length, encodePolicy(decodePolicy(encodePolicy(policy))).length)
})

test('the mathematics takes vectors of another realm', () => {
  const [x, y] = [there.float64([1, 2, 3]), there.float64([4, 5, 6])]
  assert.is(parts.dot(x, y), 32)
  assert.is(parts.sum(x), 6)
  const workspace = parts.cgWorkspace(3)
  const given = there.record([['maxIterations', 3], ['relativeTolerance', 0]])
  parts.conjugateGradient(workspace, (out, v) => { out.set(v) }, y, given)
  assert.equal(workspace.x, Float64Array.of(4, 5, 6))
  assert.is(parts.matrix(x, 1, 3).data, x)
})

/** Classes on the right of `instanceof` that the sources do not define themselves. */
function foreignClasses(files: readonly (readonly [path: string, text: string])[]): string[] {
  const defined = files.flatMap(([, text]) => [...text.matchAll(/\bclass (\w+)/g)])
  const own = new Set(defined.map(([, name]) => name))
  return files.flatMap(([path, text]) => [...text.matchAll(/\binstanceof\s+([\w.]+)/g)]
    .filter(([, name]) => !own.has(name)).map(([, name]) => `${path}: ${name}`))
}

test('no source asks instanceof of a class of the language: another realm has its own', () => {
  assert.equal(foreignClasses([['a.ts', 'x instanceof Float64Array || y instanceof Mine'], ['b.ts',
    'class Mine {}; e instanceof\n  Error; f instanceof globalThis.Map']]),
  ['a.ts: Float64Array', 'b.ts: Error', 'b.ts: globalThis.Map'])
  const paths = readdirSync('src', { recursive: true }).map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
  assert.ok(paths.length > 100)
  assert.equal(foreignClasses(paths.map((path) => [path, readFileSync(`src/${path}`, 'utf8')])), [])
})

test.run()
