/**
 * The stored pictures of the playground, against pictures taken now at the same links. Tolerance, if browser
 * and fonts are those of the stored ones: one pixel in two hundred, since a world's drawing may be a frame
 * further. With others the test says so and compares sizes alone.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodePng, differing } from '../png.ts'
import { skipped } from '../../support/programs.ts'
import { inEachBrowser } from './pages.ts'
import { FOLDER, PICTURES, take } from './pictures.ts'

/** Share of pixels that may differ by more than a tenth of the scale. */
const SHARE = 0.005, TOLERANCE = 25

test('each picture is stored, below 150 kB, and none beside them', () => {
  assert.equal(readdirSync(FOLDER).sort(), Object.keys(PICTURES).map((name) => `${name}.png`).sort())
  for (const name of Object.keys(PICTURES)) {
    const bytes = readFileSync(`${FOLDER}/${name}.png`)
    assert.ok(bytes.length < 150_000, `${name}: ${bytes.length} bytes`)
    const { width, height, comment } = decodePng(bytes)
    assert.equal([width, height], [PICTURES[name][1].width, PICTURES[name][1].height])
    assert.match(comment, /^chromium [\d.]+, text [\d. ]+$/)
  }
})

inEachBrowser('.build/playground-pictures', ({ name, open }) => {
  if (name !== 'chromium') return
  for (const picture of Object.keys(PICTURES)) {
    test(`${picture}: the picture taken now is the one that is stored`, async () => {
      const stored = decodePng(readFileSync(`${FOLDER}/${picture}.png`)), now = await take(picture, open)
      if (stored.comment !== now.comment) {
        skipped(`${picture}.png was taken by ${stored.comment}; this is ${now.comment}`)
        return assert.equal([now.width, now.height], [stored.width, stored.height])
      }
      const share = differing(stored, now, TOLERANCE)
      assert.ok(share <= SHARE, `${(100 * share).toFixed(2)} % differ; npm run bench -- pictures --write`)
    })
  }
})

test.run()
