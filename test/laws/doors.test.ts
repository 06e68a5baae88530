/**
 * Every exported function with bad values in every argument and every field, a sample of the calls (all of
 * them: npm run bad-calls). What is asked of each call follows from the call alone: it returns numbers, or
 * throws *name: expected X, got Y*, within seconds. At most 1 % may end in an error of the engine.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { badValues } from './doors/badValues.ts'
import { exported, goodCalls } from './doors/goodCalls.ts'
import { counts, placesIn, type Tried, tryCall } from './doors/tryCalls.ts'

test('every exported function has valid arguments in the table, and accepts them', async () => {
  const known = new Set(Object.keys(goodCalls).map((name) => name.split(',')[0]))
  assert.equal(exported.filter((name) => !known.has(name)), [])
  assert.ok(exported.length > 80, `${exported.length} functions`)
  for (const [name, { call, make }] of Object.entries(goodCalls)) {
    try {
      await call(...make())
    } catch (error) {
      assert.unreachable(`${name}: ${(error as Error).message}`)
    }
  }
})

test('outcomes are distinguished: an error of ours, of the engine, NaN; also of promises', async () => {
  const outcomes = async (call: (x: any) => unknown, value: string): Promise<string> =>
    (await tryCall('f', { call, make: () => [0] }, [0], value)).outcome
  assert.is(await outcomes((x) => x.field, 'null'), 'unclear')
  assert.is(await outcomes((x) => x(), '1e308'), 'unclear')
  assert.is(await outcomes((x) => 2 * x, 'undefined'), 'NaN')
  assert.is(await outcomes((x) => ({ x: [Float64Array.of(0 / x)] }), '0'), 'NaN')
  assert.is(await outcomes(() => { throw new TypeError('x: expected a number, got null') }, 'null'), 'clear')
  assert.is(await outcomes((x) => x.field, 'proxy that throws'), 'own')
  assert.is(await outcomes((x) => x, '7'), 'returned')
  assert.is(await outcomes(async (x) => x.field, 'null'), 'unclear')
  assert.is(await outcomes(async () => { throw new TypeError('x: expected 1, got null') }, 'null'), 'clear')
})

test('a thousand bad calls: errors of ours, no NaN, no hang', async () => {
  const random = new Random(31), values = Object.keys(badValues)
  const names = Object.keys(goodCalls), tried: Tried[] = []
  for (let k = 0; k < 1000; k++) {
    // Every function in turn: those with many options have most of the places.
    const name = names[k % names.length], good = goodCalls[name], places = placesIn(good.make(), 2)
    const place = places[random.integer(places.length)], value = values[random.integer(values.length)]
    tried.push(await tryCall(name, good, place, value))
  }
  const all = counts(tried)
  const wrong = tried.filter(({ outcome }) => ['unclear', 'NaN', 'hang'].includes(outcome))
    .map(({ name, place, value, outcome, text }) => `${name} ${place} = ${value}: ${outcome} ${text}`)
  assert.equal([all.NaN, all.hang], [0, 0], wrong.join('\n'))
  assert.ok(all.unclear <= 10, wrong.join('\n'))
  assert.ok(all.clear > 700, JSON.stringify(all))
})

test.run()
