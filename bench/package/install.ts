/**
 * The package packed and installed into empty projects, with an empty cache and no network. Seconds are
 * median [low–high] of nine, and once more as a multiple of the time that npm takes to install nothing, in
 * alternation.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { install as installPackage, pack, remove, run, scratch } from '../../test/support/package.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'

export function install(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const directory = scratch()
  try {
    const text = measured(directory, smoke ? 1 : 9)
    process.stdout.write(`npm ${run('.', 'npm', '--version').stdout.trim()}\n${text}\n`)
    if (write) pasteInto('docs/guides/embedding.md', 'install', text)
  } finally {
    remove(directory)
  }
  return 0
}

function measured(directory: string, runs: number): string {
  const tarball = pack(directory)
  const empty = `${directory}/empty`
  mkdirSync(empty)
  writeFileSync(`${empty}/package.json`, '{ "private": true }\n')
  const times: number[] = [], starts: number[] = []
  let packages = 0, files = 0, bytes = 0
  for (let i = 0; i < runs; i++) {
    rmSync(`${directory}/cache`, { recursive: true })
    starts.push(seconds(() => run(empty, 'npm', 'install', '--offline', '--no-audit', '--no-fund')))
    let project = ''
    times.push(seconds(() => { project = installPackage(directory, tarball) }))
    const home = `${project}/node_modules`
    packages = readdirSync(home).filter((name) => !name.startsWith('.')).length
    const paths = readdirSync(`${home}/trpo`, { recursive: true })
      .filter((path) => /\.\w+$|LICENSE/.test(path))
    files = paths.length
    bytes = paths.reduce((total, path) => total + readFileSync(`${home}/trpo/${path}`).length, 0)
    rmSync(project, { recursive: true })
  }
  const [low, median, high] = ordered(times)
  const cells = [
    packages, files, kilobytes(readFileSync(tarball).length), kilobytes(bytes),
    `${median.toFixed(1)} s [${low.toFixed(1)}–${high.toFixed(1)}]`, (median / ordered(starts)[1]).toFixed(1),
  ]
  return [
    '| packages | files | download | on disk | time | nothing installed is 1 |', '|---|---|---|---|---|---|',
    `| ${cells.join(' | ')} |`,
  ].join('\n')
}

function seconds(work: () => void): number {
  const begun = performance.now()
  work()
  return (performance.now() - begun) / 1000
}

/** Lowest, median, highest. */
function ordered(x: readonly number[]): [number, number, number] {
  const sorted = [...x].sort((a, b) => a - b)
  return [sorted[0], sorted[x.length >> 1], sorted[x.length - 1]]
}

function kilobytes(n: number): string {
  return `${(n / 1000).toFixed(0)} kB`
}
