/** Builds docs/playground as `npm run playground` does, into a folder of a test's or a benchmark's own. */
import process from 'node:process'
import { run } from '../../support/package.ts'

/** Writes both outputs into `folder`; the size of the one file after gzip, as in '70.1 kB'. */
export function build(folder: string): string {
  const { stdout } = run('.', process.execPath, 'docs/playground/build.js', folder)
  return /[\d.]+ kB/.exec(stdout)![0]
}
