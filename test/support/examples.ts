/** The modules of docs/examples, with the sources in place of the installed package. */
import { resolve } from 'node:path'
import { buildSync } from 'esbuild'

/** The package's entries: the longer names first, for esbuild takes the first that fits. */
const alias: Readonly<Record<string, string>> = {
  'trpo/parts': './src/parts.ts', 'trpo/envs': './src/envs/index.ts', 'trpo/io': './src/io/index.ts',
  trpo: './src/index.ts',
}

/** What the module `path`, below docs/examples, exports. It runs in this process. */
export async function importExample(path: string): Promise<any> {
  const outfile = `.build/examples/${path.replace('.js', '.mjs')}`
  buildSync({
    entryPoints: [`docs/examples/${path}`], outfile, alias,
    bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning',
  })
  return import(`file://${resolve(outfile)}`)
}
