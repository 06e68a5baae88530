/**
 * Addresses: what is written is read back as the same setting and view, over random settings; what is usual
 * is left out; and each invalid address is one sentence, which names its place.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FIRST_VIEW, readAddress, type View, writeAddress } from '../../docs/playground/address.ts'
import { OWN, type Setting } from '../../docs/playground/protocol.ts'
import { FIRST, resolveSetting, usualOptions } from '../../docs/playground/setting.ts'
import { environments } from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'

const read = (address: string): Setting => readAddress(address).setting

test('the first setting is no address, and only what differs from a preset is written', () => {
  assert.is(writeAddress(FIRST), '')
  assert.equal(readAddress(''), { setting: FIRST, view: FIRST_VIEW })
  assert.equal(readAddress('#'), { setting: FIRST, view: FIRST_VIEW })
  const options = { maxKl: 0.1, batchSteps: 512, hiddenSizes: [32, 16], normalizeAdvantages: false }
  const setting = { ...FIRST, options }
  const address = '#hiddenSizes=32,16&normalizeAdvantages=0&maxKl=0.1&i=31&hide=cg,plane'
  assert.is(writeAddress(setting, { ...FIRST_VIEW, iteration: 31, hide: ['cg', 'plane'] }), address)
  // 512 is the preset's.
  assert.equal(read(address).options, { maxKl: 0.1, hiddenSizes: [32, 16], normalizeAdvantages: false })
  assert.is(writeAddress(read('#w=PointMass&hiddenSizes=')), '#w=PointMass')
  assert.equal(read('#hiddenSizes=').options, { hiddenSizes: [] })
  assert.is(writeAddress(read('#conventions=sb3&maxKl=0.01&seed=0')), '#seed=0&conventions=sb3')
})

/** Some options with valid values; not all of them suit each world, and none needs to. */
function anyOptions(random: Random): Setting['options'] {
  const pick = <T>(...values: readonly T[]): T => values[random.integer(values.length)]
  const all = {
    maxKl: random.uniform(), damping: pick(0, 0.1, 1e-7), cgIterations: 1 + random.integer(30),
    discount: pick(0, 0.9, 1), gaeLambda: random.uniform(),
    batchSteps: 400 * (1 + random.integer(9)), envCount: 4,
    hiddenSizes: pick<number[]>([], [5], [64, 64], [1, 2, 3]),
    lineSearch: pick('none', 'longest', 'backtracking'),
    activation: pick('relu', 'tanh'), normalizeAdvantages: pick(true, false),
    observationClip: pick(Infinity, 3),
    conventions: pick('trpo', 'sb3', 'spinningup'), initialLogStd: -random.uniform(), totalSteps: 100_000,
    maxKlSchedule: pick('constant', 'cosine'), klReduction: pick('sum', 'mean'),
  }
  return Object.fromEntries(Object.entries(all).filter(() => random.uniform() < 0.4)) as Setting['options']
}

test('what is written is read back: 300 random settings and views, also of worlds of one\'s own', () => {
  const random = new Random(5)
  const worlds = [...Object.keys(environments), OWN]
  let written = 0
  for (let k = 0; k < 300; k++) {
    const world = worlds[random.integer(worlds.length)]
    const source = world === OWN ? `export default () => ({ a: "é🂡 ${random.uniform()}" }) // & = # %` : null
    const setting: Setting = { world, seed: random.integer(1000), options: anyOptions(random), source }
    const view: View = {
      iteration: random.integer(50), hide: random.uniform() < 0.5 ? [] : ['cg', 'map'],
      axes: random.uniform() < 0.5 ? null : [random.integer(4), 3], plain: random.uniform() < 0.5,
      ghosts: random.uniform() < 0.5 ? [] : [2, 3],
      theme: [null, 'light', 'dark'][random.integer(3)] as View['theme'],
    }
    let options
    try {
      options = resolveSetting(setting)
    } catch {
      continue
    }
    written++
    const address = writeAddress(setting, view), again = readAddress(address)
    assert.match(address, /^(#[\w=&,.%-]+)?$/)
    assert.equal(again.view, view)
    assert.equal(resolveSetting(again.setting), options)
    const { world: worldAgain, seed, source: sourceAgain } = again.setting
    assert.equal([worldAgain, seed, sourceAgain], [world, setting.seed, source])
    // Normal: writing it again changes nothing, and nothing that is usual stands in it.
    assert.is(writeAddress(again.setting, view), address)
    const usual = usualOptions(again.setting)
    for (const [name, value] of Object.entries(again.setting.options)) {
      if (name !== 'conventions') assert.not.equal(value, usual[name as keyof typeof usual], name)
    }
  }
  assert.ok(written > 200, `${written}`)
})

test('an invalid address is one sentence about its place', () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ['#w=Chess', /^w: expected CartPole, .*, own, got "Chess"$/],
    ['#w=constructor', /^w: expected CartPole, /],
    ['#w=own', /^src: expected a program with w=own, and with it alone$/],
    ['#src=YQ', /^src: expected a program with w=own/],
    ['#w=own&src=%20', /^src: expected a program in Base64 .*, got another text$/],
    ['#w=own&src=gICA', /^src: expected a program in Base64 /],
    [`#w=own&src=${'A'.repeat(20_001)}`, /^src: expected .* of at most 20000 characters, got 20001$/],
    ['#seed=-1', /^seed: expected an integer.*, got -1$/],
    ['#seed=one', /^seed: expected an integer.*, got "one"$/],
    ['#maxKl=0', /^maxKl: expected a number above 0.*, got 0$/],
    ['#maxKl=', /^maxKl: expected .*, got ""$/],
    ['#maxKl=1e-2x', /^maxKl: expected .*, got "1e-2x"$/],
    ['#maxKl=-1&damping=-1', /^maxKl: expected [^\n]*$/],
    ['#maxkl=0.1', /^"maxkl": expected w, seed, .* or an option.*maxKl/],
    ['#delta=0.1', /^"delta": expected .* or an option/],
    ['#clock=1', /^"clock": expected /],
    ['#backend=simd', /^"backend": expected /],
    ['#__proto__=1', /^"__proto__": expected /],
    ['#hiddenSizes=8,x', /^hiddenSizes.*: expected .*, got "x"$/],
    ['#normalizeAdvantages=yes', /^normalizeAdvantages: expected .*, got "yes"$/],
    ['#lineSearch=strong', /^lineSearch: expected .*, got "strong"$/],
    ['#sampling=vine', /^sampling: expected "single-path" on this page, got "vine"$/],
    ['#valueFit=trust-region', /^valueFit: expected "adam" on this page, got "trust-region"$/],
    ['#preconditioner=kronecker', /^preconditioner: expected "none" on this page, got "kronecker"$/],
    ['#batchSteps=7', /^batchSteps: expected a multiple of envCount \(4\), got 7$/],
    ['#totalSteps=1000000000',
      /^batchSteps: expected at least 200000 with 1000000000 steps in all, got 512$/],
    ['#maxKl=1&maxKl=2', /^maxKl: expected it once in the address, got it twice$/],
    ['#i=-1', /^i: expected integers from 0, got "-1"$/],
    ['#i=1,2', /^i: expected one iteration, got 2$/],
    ['#axes=1', /^axes: expected two state dimensions, got "1"$/],
    ['#hide=<b>', /^hide: expected names of panels, got "<b>"$/],
    ['#theme=blue', /^theme: expected light or dark, got "blue"$/],
    ['#plain=2', /^plain: expected 0 or 1, got "2"$/],
    ['#ghosts=1,2,3,4,5,6,7,8,9', /^ghosts: expected at most 8 seeds, got 9$/],
    ['#w=%E0', /^w: expected text that is escaped as in an address, got "%E0"$/],
  ]
  for (const [address, sentence] of bad) {
    let message = 'nothing'
    try {
      readAddress(address)
    } catch (error) {
      message = (error as Error).message
    }
    assert.match(message, sentence)
    assert.not.match(message, /\n|undefined|NaN/)
  }
})

test.run()
