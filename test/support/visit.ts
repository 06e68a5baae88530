/**
 * Pages in Chromium without a window, served from a folder under a content security policy, with a script
 * added that reports what it sees.
 */
import { within } from '../browsers/calls.ts'
import { startChromium } from '../browsers/chromium.ts'
import { serveFolder } from '../browsers/serve.ts'

/** Seconds that a page may take to report. */
const LIMIT = 100

/**
 * Open `page` of `folder` in Chromium, each file under the policy, with `script` added to the
 * page. Returns what the script posts to /report.
 */
export async function visit(
  chromium: string, folder: string, page: string, policy: string, script: string,
): Promise<string> {
  const { origin, posted, close } = await serveFolder(folder, policy, { page, script })
  const browser = await startChromium(chromium)
  try {
    await browser.open(`${origin}/${page}`)
    return await within(LIMIT, `report of ${page}`, posted)
  } finally {
    await browser.close()
    close()
  }
}
