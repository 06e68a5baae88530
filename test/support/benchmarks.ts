/** bench/run.ts, bundled as `npm run bench` does it, and run with words. */
import { spawnSync } from 'node:child_process'
import { buildSync } from 'esbuild'

/** In the order of the listing. */
export const benchmarkSubjects: readonly string[] = [
  'kernels', 'ladder', 'training', 'learning', 'locomotion', 'solver', 'damping', 'search', 'certificates',
  'vine', 'value', 'normalization', 'units', 'async', 'ranks', 'frames', 'playground', 'pictures', 'sizes',
  'install', 'options', 'player',
]

export interface BenchRun { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** Bundle the benchmarks into `outdir`, one per test file, since test files run at the same time. */
export function buildBench(outdir: string): (...words: string[]) => BenchRun {
  buildSync({
    entryPoints: ['bench/run.ts'], outdir, bundle: true, splitting: true, format: 'esm', platform: 'node',
    target: 'es2022', external: ['esbuild'], logLevel: 'warning',
  })
  return (...words) => spawnSync('node', [`${outdir}/run.js`, ...words], { encoding: 'utf8' })
}

/** The heads of all Markdown tables in a text, without the spaces that align columns. */
function headsOf(text: string): string[] {
  return [...text.matchAll(/^\|.*(?=\n\|[-:| ]+\|$)/gm)].map(([head]) => head.replace(/ +/g, ' '))
}

/**
 * Heads that were printed and that no table of the page begins with. A smoke run may have fewer columns than
 * the page: one seed instead of five.
 */
export function unknownHeads(printed: string, page: string): string[] {
  const known = headsOf(page)
  return headsOf(printed).filter((head) => !known.some((each) => each.startsWith(head)))
}
