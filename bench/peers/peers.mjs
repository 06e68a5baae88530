/**
 * `npm run peers`: the same work by this library and by others, in one run on this machine, in one table.
 * `--filter WORD` keeps lines whose contestant, task or problem contains it, several keep what contains all;
 * `--json` prints the measurements, with every variant, instead of the table.
 * But: a contestant that does not run here is a line that says why, never a failure; only a wrong command is.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { contestants, ours } from './contestants.mjs'
import { duel } from './duel.mjs'
import { jobs, NO_SUCH_TASK, writeProblem } from './problem.mjs'
import { startSession } from './session.mjs'
import { table } from './table.mjs'

const words = process.argv.slice(2)
const filters = words.filter((_, i) => words[i - 1] === '--filter')
const unknown = words.find((word, i) => !['--json', '--filter'].includes(word) && words[i - 1] !== '--filter')
if (unknown !== undefined) {
  process.stderr.write(`${unknown}: expected --json or --filter WORD\n`)
  process.exit(2)
}
const kept = (...names) => filters.every((word) => names.join(' ').includes(word))

await build({
  absWorkingDir: import.meta.dirname, entryPoints: ['ours.mjs'], outfile: '.build/ours.mjs',
  bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'warning',
})

const directory = mkdtempSync(join(tmpdir(), 'peers-'))
const rows = [], versions = new Set()
try {
  for (const problem of new Set(jobs.map((job) => job.problem))) writeProblem(directory, problem)
  const home = await startSession(ours)
  if (home.cannot !== undefined) throw new Error(`ours: ${home.cannot}`)
  versions.add(home.versions)
  for (const contestant of contestants()) await meet(home, contestant)
  home.close()
} finally {
  rmSync(directory, { recursive: true })
}

const machine = {
  date: new Date().toISOString().slice(0, 10), cpu: cpus()[0].model.trim(), cores: cpus().length,
  platform: `${process.platform} ${process.arch}`, versions: [...versions],
}
const { date, cpu, cores, platform } = machine
process.stdout.write(words.includes('--json')
  ? `${JSON.stringify({ machine, rows }, null, 1)}\n`
  : `${date}, ${cpu}, ${cores} cores, ${platform}\n${machine.versions.join('\n')}\n\n${table(rows)}\n`)

/** All of a contestant's jobs, in one process of its own. */
async function meet(home, contestant) {
  const { name, form, bits, variant, clock, cannot } = contestant
  const its = jobs.filter(({ task, problem }) => kept(name, form, bits, task, problem.name))
  if (its.length === 0) return
  const session = cannot === undefined ? await startSession(contestant) : { cannot, close: () => {} }
  if (session.versions !== undefined) versions.add(session.versions)
  for (const { task, problem } of its) {
    process.stderr.write(`${[name, form, bits, variant, task, problem.name].filter(Boolean).join(', ')}\n`)
    const outcome = session.cannot === undefined
      ? await duel(home, session, { task, problem, bits }, directory) : { cannot: session.cannot }
    // A peer without such a task has no line.
    if (outcome.cannot !== NO_SUCH_TASK) {
      rows.push({ task, problem: problem.name, name, form, bits, variant, clock, ...outcome })
    }
  }
  session.close()
}
