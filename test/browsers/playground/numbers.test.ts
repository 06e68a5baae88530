/**
 * The playground's numbers in Chromium and Firefox against `train` in this process: hash of θ, last KL,
 * steps, and the policy's file, byte for byte; no tolerance. What buttons and links do is counted in records.
 */
import { btoa } from 'node:buffer'
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import { encodePolicy, hashWeights } from '../../../src/io/index.ts'
import { type Iteration, presets, train, type TrainOptions } from '../../../src/index.ts'
import { until } from '../browser.ts'
import { bytesOf } from '../png.ts'
import { click, expectQuiet, inEachBrowser, isInSources, resting, SESSION, textOf } from './pages.ts'

interface Numbers {
  readonly kl: number
  readonly steps: number
  readonly hash: string
}

/** Of the first `n` iterations, in this process. */
function expected(world: string, options: Partial<TrainOptions>, n: number): readonly Numbers[] {
  return iterations(world, options, n, ({ certificate: { kl }, steps, policy }) =>
    ({ kl, steps, hash: hashWeights(policy) }))
}

function iterations<T>(
  world: string, options: Partial<TrainOptions>, n: number, of: (iteration: Iteration) => T,
): T[] {
  const found: T[] = []
  for (const iteration of train(environments[world].make, { ...presets[world], ...options })) {
    found.push(of(iteration))
    if (found.length === n) break
  }
  return found
}

const NUMBERS = `${SESSION}.records.map(({ certificate: { kl }, steps, hash }) => ({ kl, steps, hash }))`
const SEED_3 = expected('CartPole', { seed: 3 }, 6)

inEachBrowser('.build/playground-numbers', ({ name, open, openServed }) => {
  for (const [place, where] of [['a file', open], ['the server', openServed]] as const) {
    test(`${name}, from ${place}: a link's training has the bits of train`, async () => {
      const page = await where('#seed=3&i=6')
      await resting(page, 6)
      assert.equal(await page.evaluate(NUMBERS), SEED_3)
      assert.equal(await page.evaluate(`[${SESSION}.shown, ${SESSION}.state]`), [5, 'paused'])
      assert.is(await textOf(page, '#hash'), SEED_3[5].hash)
      await expectQuiet(page)
    })
  }

  test(`${name}: a link's world, options and hidden panels are the page's`, async () => {
    const link = '#w=PointMass&seed=2&hiddenSizes=16&maxKl=0.02&lineSearch=longest&i=2&hide=cg,plane'
    const page = await open(link)
    await resting(page, 2)
    const options = { seed: 2, maxKl: 0.02, hiddenSizes: [16], lineSearch: 'longest' } as const
    assert.equal(await page.evaluate(NUMBERS), expected('PointMass', options, 2))
    const hidden = `[...document.querySelectorAll('figure')].filter((each) => each.offsetParent === null)
      .map(({ id }) => id).sort()`
    assert.equal(await page.evaluate(hidden), ['cg', 'plane'])
    assert.is(await page.evaluate('location.hash'), link, 'the address stays')
    await expectQuiet(page)
  })

  test(`${name}: scrubbing back shows earlier numbers, and the link then leads there`, async () => {
    const page = await open('#seed=3&i=4')
    await resting(page, 4)
    await page.evaluate(`(() => {
      const scrub = document.querySelector('#scrub')
      scrub.value = '1'
      scrub.dispatchEvent(new Event('input', { bubbles: true }))
    })()`)
    await until(page, `${SESSION}.record.iteration === 2`)
    assert.is(await textOf(page, '#hash'), SEED_3[1].hash)
    assert.match(await textOf(page, '#said'), 'Update 2')
    assert.match(await textOf(page, '#command'), /CartPole --seed 3 .*--iterations 2$/)
    await until(page, `location.hash.includes('i=2')`)
    const again = await open(await page.evaluate('location.hash'))
    await resting(again, 2)
    assert.equal(await again.evaluate(NUMBERS), SEED_3.slice(0, 2))
    await expectQuiet(again)
  })

  test(`${name}: one update makes one record; pause lets no more than the present one end`, async () => {
    const page = await open('#seed=3&i=1')
    await resting(page, 1)
    await click(page, '#update')
    await resting(page, 2)
    await setTimeout(500)
    assert.is(await page.evaluate(`${SESSION}.records.length`), 2)
    await page.evaluate(`document.querySelector('#quick').click()`)
    await click(page, '#run')
    await until(page, `${SESSION}.records.length >= 5`, 60)
    const before = await page.evaluate<number>(`(() => {
      document.querySelector('#run').click()
      return ${SESSION}.records.length
    })()`)
    assert.is(await page.evaluate(`${SESSION}.state`), 'paused')
    await setTimeout(1500)
    const after = await page.evaluate<number>(`${SESSION}.records.length`)
    assert.ok(after - before <= 1, `${before} records, then ${after}`)
    assert.equal(await page.evaluate(NUMBERS), expected('CartPole', { seed: 3 }, after))
    await expectQuiet(page)
  })

  test(`${name}: phases step through an update, each with its line of src and a lit panel`, async () => {
    const page = await open('#seed=3&i=1')
    await resting(page, 1)
    const seen: (readonly [code: string, file: string, panels: string])[] = []
    for (let k = 0; k < 7; k++) {
      await click(page, '#phase')
      await until(page, `${SESSION}.phase === ${k}`)
      const [code, whole, panels] = await page.evaluate<[string, string, string]>(`[
        document.querySelector('#code code').innerText, document.querySelector('#code').innerText,
        [...document.querySelectorAll('.lit')].map(({ id }) => id).join()]`)
      seen.push([code, whole.replace(code, '').trim(), panels])
    }
    assert.is(await page.evaluate(`${SESSION}.records.length`), 1, 'the same update')
    assert.equal(seen.map(([, , panels]) => panels),
      ['world', 'returns', 'plane', 'cg', 'along', 'along', 'returns'])
    for (const [code, file] of seen) assert.ok(isInSources(file, code), `${file}: ${code}`)
    assert.is(new Set(seen.map(([code]) => code)).size, 7)
    await click(page, '#phase')
    await resting(page, 2)
    assert.equal(await page.evaluate(`[${SESSION}.phase, ${SESSION}.record.iteration]`), [0, 2])
    await expectQuiet(page)
  })

  test(`${name}: the plain gradient is tried if it is switched on, and changes nothing`, async () => {
    const page = await open('#seed=3&i=1')
    await resting(page, 1)
    await click(page, '#plain')
    await click(page, '#update')
    await resting(page, 2)
    await click(page, '#plain')
    await click(page, '#update')
    await resting(page, 3)
    const plain = await page.evaluate<readonly ({ kl: number; gain: number } | null)[]>(
      `${SESSION}.records.map(({ plain }) => plain)`)
    assert.equal([plain[0], plain[2]], [null, null])
    assert.ok(plain[1]!.kl > 0 && Number.isFinite(plain[1]!.gain))
    assert.equal(await page.evaluate(NUMBERS), SEED_3.slice(0, 3), 'looking changes no bit')
    await expectQuiet(page)
  })

  test(`${name}: an invalid link is refused in one sentence, and the page goes on`, async () => {
    for (const [hash, sentence] of [
      ['#w=Nowhere', /w: expected CartPole, .*, got "Nowhere"/],
      ['#maxKl=-1', /maxKl: expected .*, got -1/],
      ['#maxKL=0.1', /"maxKL": expected .*, perhaps maxKl/],
      ['#seed=x', /seed: expected .*, got "x"/],
      ['#i=-4', /i: expected integers from 0, got "-4"/],
      ['#hide=%3Cb%3E', /hide: expected names of panels, got "<b>"/],
      ['#w=own&src=%%%', /src: expected text that is escaped/],
      ['#seed=1&seed=2', /seed: expected it once in the address, got it twice/],
    ] as const) {
      const page = await open(hash)
      const said = await textOf(page, '#said')
      assert.match(said, sentence, hash)
      assert.not.match(said, /\n/)
      await expectQuiet(page)
    }
    const page = await open('#maxKl=-1')
    await page.evaluate(`(() => {
      const world = document.querySelector('#setting select')
      world.value = 'PointMass'
      world.dispatchEvent(new Event('change', { bubbles: true }))
    })()`)
    await until(page, `${SESSION}.records.length >= 1`, 60)
    assert.is(await page.evaluate(`${SESSION}.setting.world`), 'PointMass')
  })

  test(`${name}: a policy that is saved is the file of encodePolicy, and can be loaded`, async () => {
    const page = await open('#seed=3&i=2')
    await resting(page, 2)
    const saved = await page.evaluate<string>(`new Promise((done) => {
      const { createObjectURL } = URL
      URL.createObjectURL = (blob) => {
        blob.arrayBuffer().then((bytes) => done(btoa(String.fromCharCode(...new Uint8Array(bytes)))))
        return createObjectURL(new Blob([]))
      }
      HTMLAnchorElement.prototype.click = () => {}
      document.querySelector('#save').click()
    })`)
    const [, bytes] = iterations('CartPole', { seed: 3 }, 2, ({ policy }) => encodePolicy(policy))
    assert.ok(bytesOf(saved).join() === bytes.join(), 'byte for byte')
    for (const [text, said] of [[saved, /^a.policy acts/], [btoa('no policy'), /expected/]] as const) {
      await page.evaluate(`(() => {
        const bytes = Uint8Array.from(atob('${text}'), (letter) => letter.charCodeAt(0))
        const chosen = new DataTransfer(), file = document.querySelector('#file')
        chosen.items.add(new File([bytes], 'a.policy'))
        file.files = chosen.files
        file.dispatchEvent(new Event('change', { bubbles: true }))
      })()`)
      await until(page, `document.querySelector('#loaded').innerText !== ''`)
      assert.match(await textOf(page, '#loaded'), said)
      await page.evaluate(`document.querySelector('#loaded').textContent = ''`)
    }
    await expectQuiet(page)
  })
})

test.run()
