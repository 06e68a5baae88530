/**
 * Bytes of an embedder's bundle: each import alone, bundled and minified by esbuild, then compressed as
 * servers do. kB are 1000 bytes. A budget is for gzip, some 10 % above the measured size, so that growth is a
 * decision: tests hold it.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { analyzeMetafileSync, buildSync, type Metafile, version } from 'esbuild'
import { show } from '../../src/errors/expect.ts'
import { UsageError } from '../../src/node/cli/failure.ts'

export interface Bundle {
  /** As the documentation calls it. */
  readonly title: string
  readonly code: string
  /** Maximum bytes after gzip -9. */
  readonly budget: number
}

const cartPole = "export { cartPole } from 'trpo/envs'"
const everything = ['trpo', 'trpo/parts', 'trpo/envs', 'trpo/io']
  .map((entry) => `export * from '${entry}'`).join('\n')

export const bundles: readonly Bundle[] = [
  {
    title: '`conjugateGradient` alone', budget: 2600,
    code: "export { conjugateGradient } from 'trpo/parts'",
  },
  {
    title: '`act`, `decodePolicy`', budget: 16_500,
    code: "export { act } from 'trpo'\nexport { decodePolicy } from 'trpo/io'",
  },
  {
    title: '`train` of `trpo/plain`, `cartPole`', budget: 43_000,
    code: `export { train } from 'trpo/plain'\n${cartPole}`,
  },
  { title: '`train`, `cartPole`', code: `export { train } from 'trpo'\n${cartPole}`, budget: 47_000 },
  { title: 'everything: `trpo.min.js`', code: everything, budget: 88_000 },
]

/**
 * Maximum bytes of docs/playground as one file, its program with SIMD, checkEnv and all worlds in it. At most
 * 80 kB are wanted, which Brotli reaches; little is left above the measured sizes.
 */
export const playground: Readonly<Record<'gzip' | 'brotli', number>> = { gzip: 87_000, brotli: 76_000 }

/** The sources in place of the package's entries: nothing needs to be built before. */
const alias = {
  'trpo/parts': './src/parts.ts', 'trpo/plain': './src/plain.ts', 'trpo/envs': './src/envs/index.ts',
  'trpo/io': './src/io/index.ts', trpo: './src/index.ts',
}

export interface Bundled {
  readonly bytes: Uint8Array
  /** The files of which something is in the bundle. */
  readonly sources: readonly string[]
  readonly metafile: Metafile
}

export function bundle({ code }: Bundle): Bundled {
  const { outputFiles, metafile } = buildSync({
    stdin: { contents: code, resolveDir: '.' }, alias,
    bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, metafile: true,
    logLevel: 'error',
  })
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  const sources = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)
  return { bytes: outputFiles[0].contents, sources, metafile }
}

export interface Sizes { readonly minified: number; readonly gzip: number; readonly brotli: number }

export function sizesOf(bytes: Uint8Array): Sizes {
  return {
    minified: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  }
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

/** A table in Markdown, a row per bundle. */
export function sizeTable(): string {
  const rows = bundles.map((each) => {
    const { minified, gzip, brotli } = sizesOf(bundle(each).bytes)
    return `| ${[each.title, ...[minified, gzip, brotli, each.budget].map(kilobytes)].join(' | ')} |`
  })
  const header = `| esbuild ${version} | minified | gzip -9 | brotli | budget, gzip |`
  return [header, '|---|---|---|---|---|', ...rows].join('\n')
}

/** What each source file adds to the bundle whose title contains `part`, the largest first. */
export function filesOf(part: string): string {
  const found = bundles.find(({ title }) => title.includes(part))
  if (found === undefined) {
    const titles = bundles.map(({ title }) => title).join(' | ')
    throw new UsageError(`--files: expected part of ${titles}, got ${show(part)}`)
  }
  return analyzeMetafileSync(bundle(found).metafile).trim()
}
