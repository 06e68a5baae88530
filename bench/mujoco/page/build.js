/**
 * Builds the page into a folder, from the sources of the library, so that nothing need be built before.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * MuJoCo's bindings make functions from text, so page and worker need 'unsafe-eval'; they fetch their
 * WebAssembly. All else is the page's own.
 */
export const POLICY = "default-src 'none'; script-src 'self' 'unsafe-eval'; worker-src 'self'; "
  + "connect-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
  + "frame-ancestors 'none'"

export async function buildPage(folder) {
  // Names of chunks change with their text.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await build({
    absWorkingDir: here, entryPoints: ['main.js', 'worker.js', 'style.css'], outdir: folder,
    bundle: true, splitting: true, minify: true, format: 'esm', target: 'es2022', external: ['module'],
    legalComments: 'none', logLevel: 'warning',
    alias: { trpo: `${root}src/index.ts`, 'trpo/io': `${root}src/io/index.ts` },
  })
  cpSync(`${here}index.html`, `${folder}/index.html`)
  const wasm = fileURLToPath(import.meta.resolve('@mujoco/mujoco/mujoco.wasm'))
  cpSync(wasm, `${folder}/mujoco.wasm`)
}
