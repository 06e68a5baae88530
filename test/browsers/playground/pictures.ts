/**
 * Pictures of the playground for its page, each of a link: what is seen at it is a function of the link, the
 * browser's version and the fonts, so that a picture can be taken anew and compared.
 */
import { setTimeout } from 'node:timers/promises'
import { type Browser, until, type View } from '../browser.ts'
import { decodePng, type Picture, withPalette } from '../png.ts'
import { resting, SESSION } from './pages.ts'

export const FOLDER = 'docs/playground/pictures'

/** By the file's name: the link, and how it is looked at. */
export const PICTURES: Readonly<Record<string, readonly [hash: string, view: View]>> = {
  desktop: ['#i=31', { width: 1280, height: 940 }],
  dark: ['#i=31', { width: 1280, height: 940, dark: true }],
  phone: ['#i=31', { width: 390, height: 1240 }],
}

/** Points per side of a plane that there was time for. */
const FINEST = 25

/** What decides how a picture looks besides the link: version, and widths of text. */
async function conditions(browser: Browser): Promise<string> {
  const widths = await browser.evaluate<string>(`[...document.querySelectorAll('body, h1, button, pre')]
    .map((each) => getComputedStyle(each).fontFamily).filter((each, k, all) => all.indexOf(each) === k)
    .map((family) => {
      const context = document.createElement('canvas').getContext('2d')
      context.font = '20px ' + family
      return context.measureText('Hamburgefonstiv 0123456789 θδβ‖').width.toFixed(2)
    }).join(' ')`)
  return `${browser.name} ${browser.version}, text ${widths}`
}

/** The picture of that name. `open` opens a link. Its comment says under which conditions it was taken. */
export async function take(
  name: string, open: (hash: string, view: View) => Promise<Browser>,
): Promise<Picture> {
  const [hash, view] = PICTURES[name]
  // The plane is coarser if the machine had no time for it.
  for (let tries = 0; ; tries++) {
    const browser = await open(hash, { ...view, reducedMotion: true })
    await resting(browser, 31)
    const points = await browser.evaluate<number>(`${SESSION}.record.plane?.n ?? 0`)
    if (points < FINEST && tries < 3) continue
    if (points < FINEST) throw new Error(`${name}: expected ${FINEST} points per side, got ${points}`)
    await until(browser, 'document.fonts.status === "loaded"')
    await setTimeout(500)
    return withPalette({ ...decodePng(await browser.screenshot()), comment: await conditions(browser) })
  }
}
