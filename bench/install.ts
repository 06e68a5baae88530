/**
 * `npm run bench:install`: the package packed and installed into empty projects, with an empty cache and no network;
 * seconds are median [low–high] of nine, most of them npm's own start. With --write also into docs/embedding.md.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { install, pack, remove, run, scratch } from '../test/support/package.ts'
import { pasteInto } from './paste.ts'

const RUNS = process.argv.includes('--smoke') ? 1 : 9

const directory = scratch()
try {
  const tarball = pack(directory)
  const times: number[] = []
  let packages = 0, files = 0, bytes = 0
  for (let i = 0; i < RUNS; i++) {
    rmSync(`${directory}/cache`, { recursive: true })
    const begun = performance.now()
    const project = install(directory, tarball)
    times.push((performance.now() - begun) / 1000)
    const home = `${project}/node_modules`
    packages = readdirSync(home).filter((name) => !name.startsWith('.')).length
    const paths = readdirSync(`${home}/trpo`, { recursive: true }).filter((path) => /\.\w+$|LICENSE/.test(path))
    files = paths.length
    bytes = paths.reduce((total, path) => total + readFileSync(`${home}/trpo/${path}`).length, 0)
    rmSync(project, { recursive: true })
  }
  times.sort((a, b) => a - b)
  const [low, median, high] = [times[0], times[RUNS >> 1], times[RUNS - 1]].map((seconds) => seconds.toFixed(1))
  const text = [
    '| packages | files | download | on disk | time |', '|---|---|---|---|---|',
    `| ${packages} | ${files} | ${kilobytes(readFileSync(tarball).length)} | ${kilobytes(bytes)} | ${median} s [${low}–${high}] |`,
  ].join('\n')
  process.stdout.write(`npm ${run('.', 'npm', '--version').stdout.trim()}\n${text}\n`)
  if (process.argv.includes('--write')) pasteInto('docs/embedding.md', 'install', text)
} finally {
  remove(directory)
}

function kilobytes(n: number): string {
  return `${(n / 1000).toFixed(0)} kB`
}
