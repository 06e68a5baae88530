/**
 * Standalone scripts against `act`: every bit of every action, most likely and drawn, with and without masks;
 * the same errors. The oracle is the library that the script must equal. No tolerance.
 */
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { buildSync, transformSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodePolicy, encodePolicy, encodeScript } from '../../../src/io/index.ts'
import { decodeBase64, encodeBase64 } from '../../../src/io/export/base64.ts'
import { Random } from '../../../src/math/random.ts'
import { createSimd } from '../../../src/math/simd/backend.ts'
import { act } from '../../../src/rl/actor.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import { box, discrete, multiBinary, type Space } from '../../../src/rl/world/space.ts'
import { anyMask, anyObservation, anyPolicies } from '../../support/anyPolicy.ts'
import { playerModule } from '../../support/playerText.ts'
import { drawnPolicy } from '../../support/policy.ts'
import { bits } from '../../support/same.ts'

type Mask = readonly number[] | null
interface Script {
  readonly act: (observation: unknown, mask?: Mask) => number | Float64Array
  readonly sample: (observation: unknown, random: unknown, mask?: Mask) => number | Float64Array
  readonly Random: new (seed: number) => Random
  readonly observationSpace: Space
  readonly actionSpace: Space
  readonly about: Readonly<Record<string, string>>
}

const load = (text: string): Promise<Script> => import(`data:text/javascript,${encodeURIComponent(text)}`)
const written = (action: number | Float64Array): string =>
  bits(typeof action === 'number' ? Float64Array.of(action) : action)

test('the program within is made of the sources: npm run bench -- player', () => {
  assert.is(readFileSync('src/io/export/playerText.ts', 'utf8'), playerModule())
})

test('base64 is that of RFC 4648, and gives back every bit', () => {
  for (let n = 0; n < 8; n++) {
    const x = Float64Array.from([-0, 5e-324, -1e308, Math.PI, Infinity, 2 ** -1022, -1].slice(0, n))
    assert.is(bits(decodeBase64(encodeBase64(x))), bits(x))
  }
  // By Python's struct and base64.
  const texts = ['', 'AAAAAAAA8D8=', 'AAAAAAAA8D8AAAAAAAAAQA==', 'AAAAAAAA8D8AAAAAAAAAQAAAAAAAAAhA']
  texts.forEach((text, n) => assert.is(encodeBase64(Float64Array.of(1, 2, 3).slice(0, n)), text))
})

test('for every space, activation, normaliser, distribution the actions have the bits of `act`', async () => {
  const random = new Random(11)
  let compared = 0, masked = 0
  for (const policy of anyPolicies(random)) {
    const script = await load(encodeScript(policy))
    assert.equal([script.observationSpace, script.actionSpace], [policy.observationSpace, policy.actionSpace])
    const ours = new Random(5), theirs = new script.Random(5)
    for (let i = 0; i < 6; i++) {
      const x = anyObservation(policy, random), mask = i % 2 === 1 ? anyMask(policy, random) : null
      assert.is(written(script.act(x, mask)), written(act(policy, x, null, mask)))
      assert.is(written(script.sample(x, theirs, mask)), written(act(policy, x, ours, mask)))
      compared++
      if (mask !== null) masked++
    }
    assert.is(bits(theirs.getState()), bits(ours.getState()))
  }
  assert.ok(compared > 500 && masked > 90, `${compared} ${masked}`)
})

test('a policy on SIMD with layers of 64 and more, and parameters of every size', async () => {
  for (const [space, units] of [[discrete(3), 64], [box([-1, 0], [1, 9]), 130]] as const) {
    const policy = drawnPolicy(box([-1, -1, -1], [1, 1, 1]), space, { units })
    policy.net.parameters.flat.set([-0, 5e-324, -1e-200])
    const simd = decodePolicy(encodePolicy(policy), createSimd(1 << 20)!)
    const script = await load(encodeScript(simd))
    const random = new Random(2)
    for (let i = 0; i < 100; i++) {
      const x = anyObservation(policy, random)
      assert.is(written(script.act(x)), written(act(simd, x)))
      assert.is(written(script.sample(x, new Random(i))), written(act(simd, x, new Random(i))))
    }
  }
})

test('a vector is a new one in every call, and a mask is not kept', async () => {
  const bounded = await load(encodeScript(drawnPolicy(box([-1], [1]), box([-1], [1]), { seed: 4 })))
  const first = bounded.act([0.3]) as Float64Array, copy = first.slice()
  assert.not.equal(bounded.act([-0.3]), first)
  assert.equal(first, copy)
  const chosen = await load(encodeScript(drawnPolicy(box([-1], [1]), discrete(2))))
  const free = chosen.act([1]) as number
  assert.is(chosen.act([1], [free, 1 - free]), 1 - free)
  assert.is(chosen.act([1]), free)
})

test('wrong arguments get the errors of `act`', async () => {
  const cases: readonly (readonly [Policy, unknown, unknown, unknown])[] = [
    [drawnPolicy(box([-1], [1]), discrete(2)), [NaN], null, null],
    [drawnPolicy(box([-1], [1]), discrete(2)), [0, 1], null, null],
    [drawnPolicy(box([-1], [1]), discrete(2)), [0], null, [0, 0]],
    [drawnPolicy(box([-1], [1]), box([-1], [1])), [0], null, [1]],
    [drawnPolicy(discrete(3, 2), multiBinary(2)), 1, null, null],
    [drawnPolicy(discrete(3, 2), multiBinary(2)), 2, {}, null],
  ]
  const message = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      return String(error)
    }
    return 'none'
  }
  for (const [policy, x, random, mask] of cases) {
    const script = await load(encodeScript(policy))
    const got = message(() => random === null
      ? script.act(x, mask as Mask) : script.sample(x, random, mask as Mask))
    assert.match(got, /^\w+: (observation|mask|random\.normal): expected /)
    assert.is(got, message(() => act(policy, x, random as Random, mask as Mask)))
  }
  const huge = drawnPolicy(box([-1], [1]), box([-1], [1]), { actionBounds: 'clip' })
  huge.net.parameters.flat.fill(1.7e308)
  const script = await load(encodeScript(huge))
  assert.is(message(() => script.act([1])), message(() => act(huge, [1])))
  assert.match(message(() => script.act([1])), /expected finite outputs/)
})

test('the language is all that it needs, and it makes no code of text', () => {
  const policy = drawnPolicy(box([-1], [1]), box([-2], [2]), { seed: 6 })
  const { code } = transformSync(encodeScript(policy), { format: 'iife', globalName: 'script' })
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } })
  runInContext(`
    const trap = (name) => () => { throw new Error(name) }
    Math.random = trap('Math.random')
    globalThis.Date = trap('Date')
    for (const prototype of [Object.prototype, Array.prototype]) Object.freeze(prototype)
    ${code}`, context)
  const asked = 'script.act([0.5])[0], script.sample([0.5], new script.Random(9))[0]'
  const x = runInContext(`[${asked}].join()`, context)
  assert.is(x, [act(policy, [0.5]), act(policy, [0.5], new Random(9))].join())
  assert.not.match(encodeScript(policy), /\bimport\b[^s]|\beval\b|\bFunction\(/)
})

test('a minified bundle of the library writes the same script', async () => {
  const { outputFiles } = buildSync({
    stdin: { contents: "export { encodeScript } from './src/io/index.ts'", resolveDir: '.', loader: 'ts' },
    bundle: true, minify: true, format: 'esm', write: false, logLevel: 'error',
  })
  const bundled = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
  const policy = drawnPolicy(box([-1], [1]), box([-2], [2]))
  assert.is(bundled.encodeScript(policy), encodeScript(policy))
})

test('`about` says what it is; no text of yours ends a page or a comment', async () => {
  const policy = drawnPolicy(box([-1], [1]), discrete(2))
  const note = '</script> */ \u2028 ü "\\'
  const text = encodeScript(policy, { note })
  assert.not.match(text, /<\/script/)
  const { about } = await load(text)
  assert.is(about['extra.note'], note)
  assert.is(about.distribution, 'categorical')
  assert.is(encodeScript(decodePolicy(encodePolicy(policy)), { note }), text)
})

test('what a file could not hold is refused likewise', () => {
  const policy = drawnPolicy(box([-1], [1]), discrete(2))
  policy.net.parameters.flat[0] = NaN
  assert.throws(() => encodeScript(policy), /^policy\.layers\.0\.weight: expected \[0\] to be a finite/)
  assert.throws(() => encodeScript(null as unknown as Policy), /^policy: expected a policy, got null$/)
})

test.run()
