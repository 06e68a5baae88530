/** Programs that a test may use and a machine may lack: on PATH, or among the packages of test/runtimes. */
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'

const PACKAGES = 'test/runtimes/node_modules'

/** Where the first of `names` is, or null. `packaged` is a path below PACKAGES, a folder `*` being any. */
export function findProgram(names: readonly string[], packaged: string = ''): string | null {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'))
  const paths = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))
  const [before, after] = packaged.split('*')
  if (after !== undefined && existsSync(`${PACKAGES}/${before}`)) {
    paths.push(...readdirSync(`${PACKAGES}/${before}`).map((folder) =>
      resolve(`${PACKAGES}/${before}${folder}${after}`)))
  }
  return paths.find((path) => existsSync(path)) ?? null
}

/** A line that the runner shows; a new one, since uvu's dots come before. */
export function skipped(what: string): void {
  process.stdout.write(`\nskipped: ${what}\n`)
}
