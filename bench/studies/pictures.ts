/**
 * Pictures of docs/playground, taken by Chromium without a window at the links of pictures.ts: how they
 * differ from the stored ones. With --write they take their place.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../../src/node/cli/failure.ts'
import { findBrowsers } from '../../test/browsers/browser.ts'
import { build } from '../../test/browsers/playground/build.ts'
import { FOLDER, PICTURES, take } from '../../test/browsers/playground/pictures.ts'
import { decodePng, differing, encodePng } from '../../test/browsers/png.ts'
import { readFlags } from '../harness/flags.ts'
import { createTable } from '../harness/table.ts'

const BUILT = '.build/bench-pictures'

export async function pictures(words: readonly string[]): Promise<number> {
  const { smoke, write } = readFlags(words)
  const chromium = findBrowsers().find(({ name }) => name === 'chromium')
  if (chromium === undefined) throw new UsageError('pictures: expected chromium on PATH, got none')
  build(BUILT)
  const table = createTable(['picture', 'pixels', 'kB', 'pixels that differ from the stored'])
  const browser = await chromium.start()
  try {
    for (const name of Object.keys(PICTURES).slice(0, smoke ? 1 : undefined)) {
      const picture = await take(name, async (hash, view) => {
        await browser.open(`file://${resolve(BUILT)}/playground.html${hash}`, view)
        return browser
      })
      const path = `${FOLDER}/${name}.png`, bytes = encodePng(picture)
      const share = existsSync(path) ? differing(decodePng(readFileSync(path)), picture) : 1
      const size = `${picture.width} × ${picture.height}`
      table.add([name, size, (bytes.length / 1000).toFixed(1), `${(100 * share).toFixed(2)} %`])
      mkdirSync(FOLDER, { recursive: true })
      if (write) writeFileSync(path, bytes)
    }
  } finally {
    await browser.close()
  }
  return 0
}
