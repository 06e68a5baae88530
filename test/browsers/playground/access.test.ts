/**
 * Whether the playground can be used by keys alone, on a telephone, in the dark, without motion and without
 * its pictures. Oracles: the order of focus, WCAG 2.2's contrast (4.5 for text), pixels that stay, and the
 * session's own numbers in the tables.
 */
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Browser, sideways, until } from '../browser.ts'
import { FAINT } from '../contrast.ts'
import { decodePng, differing } from '../png.ts'
import { click, expectQuiet, inEachBrowser, resting, SESSION } from './pages.ts'

/** Every picture's sentence. */
const SENTENCES = `[...document.querySelectorAll('canvas[role=img]')].map((each) => each.ariaLabel)`

const focused = (page: Browser): Promise<{ name: string; isVisible: boolean }> => page.evaluate(`(() => {
  const element = document.activeElement
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
  const words = element.closest('label')?.innerText ?? element.ariaLabel ?? element.innerText
  return {
    name: element.id || element.localName + ' ' + words.trim().split('\\n')[0],
    isVisible: (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
  }
})()`)

/** Pixels of one element of the page. */
async function pixelsOf(page: Browser, selector: string): Promise<string> {
  return page.evaluate(`document.querySelector(${JSON.stringify(selector)}).toDataURL()`)
}

inEachBrowser('.build/playground-access', ({ name, open }) => {
  test(`${name}: keys alone run, pause, update, go back and forward, and step through phases`, async () => {
    const page = await open('#seed=3&i=2')
    await resting(page, 2)
    await page.key('ArrowRight')
    await resting(page, 3)
    await page.key('ArrowLeft')
    await page.key('ArrowLeft')
    assert.is(await page.evaluate(`${SESSION}.record.iteration`), 1)
    await page.key('ArrowRight')
    assert.equal(await page.evaluate(`[${SESSION}.record.iteration, ${SESSION}.records.length]`), [2, 3])
    await page.key('.')
    await page.key('.')
    assert.is(await page.evaluate(`${SESSION}.phase`), 1)
    await page.key(' ')
    await until(page, `${SESSION}.state === 'running' && ${SESSION}.records.length > 3`, 60)
    await page.key(' ')
    assert.is(await page.evaluate(`${SESSION}.state`), 'paused')
    await expectQuiet(page)
  })

  test(`${name}: Tab reaches every control, each is seen to have the focus, and none keeps it`, async () => {
    const page = await open('#seed=3&i=2')
    await resting(page, 2)
    const controls = await page.evaluate<string[]>(`
      [...document.querySelectorAll('button, input, select, textarea')]
        .filter((each) => each.offsetParent !== null && !each.disabled && each.tabIndex >= 0)
        .filter(({ type }) => type !== 'file').map(({ id }) => id).filter((id) => id !== '')`)
    const some = ['run', 'update', 'phase', 'scrub', 'quick', 'plain', 'source', 'learn', 'save', 'load']
    for (const id of some) assert.ok(controls.includes(id), id)
    const reached = new Set<string>(), unseen: string[] = []
    for (let k = 0; k < 90; k++) {
      await page.key('Tab')
      const { name, isVisible } = await focused(page)
      if (name.startsWith('body')) break
      reached.add(name)
      if (!isVisible) unseen.push(name)
      // There Tab indents, until Escape gives it back.
      if (name === 'source') await page.key('Escape')
    }
    assert.equal(controls.filter((id) => !reached.has(id)), [])
    assert.equal(unseen, [])
    await expectQuiet(page)
  })

  for (const width of [390, 320]) {
    test(`${name}: ${width} pixels wide, the page has no sideways scroll, tables open or not`, async () => {
      const page = await open('#seed=3&i=3&plain=1', { width, height: 800 })
      assert.equal(await sideways(page), [])
      await resting(page, 3)
      assert.equal(await sideways(page), [])
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true })`)
      await setTimeout(200)
      assert.equal(await sideways(page), [])
      await expectQuiet(page)
    })
  }

  for (const dark of [false, true]) {
    const scheme = dark ? 'dark' : 'light'
    test(`${name}: in the ${scheme}, all text has its contrast, also in a phase or refused`, async () => {
      const page = await open('#seed=3&i=2&plain=1', { dark })
      await resting(page, 2)
      const [light] = await page.evaluate<number[]>(
        `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)`)
      assert.ok(dark ? light < 60 : light > 200)
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true })`)
      await setTimeout(300)
      assert.equal(await page.evaluate(FAINT), [])
      await page.key('.')
      assert.equal(await page.evaluate(FAINT), [])
      const refused = await open('#maxKl=-1', { dark })
      assert.equal(await refused.evaluate(FAINT), [])
      // The pictures follow the scheme as well.
      assert.is(await refused.evaluate('document.querySelectorAll("canvas").length > 6'), true)
    })
  }

  test(`${name}: nothing moves or plays by itself if less motion is wished for`, async () => {
    for (const reducedMotion of [true, false]) {
      const page = await open('', { reducedMotion, height: 1400 })
      await until(page, `${SESSION}.records.length >= 1`, 60)
      if (reducedMotion) await resting(page, 1)
      else await click(page, '#run')
      await setTimeout(600)
      const before = await pixelsOf(page, '#world canvas')
      const count = await page.evaluate(`${SESSION}.records.length`)
      await setTimeout(600)
      assert.is(await pixelsOf(page, '#world canvas') === before, reducedMotion)
      assert.is(await page.evaluate(`${SESSION}.records.length`), count)
      if (!reducedMotion) continue
      assert.is(count, 1)
      const first = decodePng(await page.screenshot())
      await setTimeout(400)
      assert.is(differing(first, decodePng(await page.screenshot())), 0)
      await click(page, '#one-step')
      await setTimeout(200)
      assert.is.not(await pixelsOf(page, '#world canvas'), before, 'a step is one press away')
    }
  })

  test(`${name}: every picture has a sentence that is current, and its numbers as a table`, async () => {
    const page = await open('#seed=3&i=2')
    await resting(page, 2)
    await setTimeout(300)
    const before = await page.evaluate<string[]>(SENTENCES)
    assert.ok(before.length >= 8 && before.every((sentence) => sentence.length > 20), before.join('\n'))
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true })`)
    await page.key('ArrowRight')
    await resting(page, 3)
    await setTimeout(600)
    const after = await page.evaluate<string[]>(SENTENCES)
    // Not the map of the policy, whose axes are the same, and the two parameters, which nobody has moved.
    assert.ok(after.filter((sentence, k) => sentence !== before[k]).length >= 5, after.join('\n'))
    const tables = await page.evaluate<Record<string, string[][]>>(`Object.fromEntries(
      [...document.querySelectorAll('figure')].map((figure) => [figure.id,
        [...figure.querySelectorAll('details tr')]
          .map(({ cells }) => [...cells].map((each) => each.innerText))]))`)
    const [kls, residuals, trials] = await page.evaluate<[number[], number[], number]>(`[
      ${SESSION}.records.map(({ certificate: { kl } }) => kl), [...${SESSION}.record.residuals],
      ${SESSION}.record.trials.length]`)
    const near = (cell: string, value: number): boolean =>
      Math.abs(Number(cell.replace('−', '-')) - value) <= 0.01 * Math.abs(value)
    kls.forEach((kl, k) => assert.ok(tables.updates[k + 1].some((cell) => near(cell, kl)), `${kl}`))
    residuals.forEach((each, k) => assert.ok(tables.cg[k + 1].some((cell) => near(cell, each)), `${each}`))
    assert.ok(tables.along.length > trials && tables.returns.length > 3)
    await expectQuiet(page)
  })
})

test.run()
