/**
 * `npm run bench`: every subject, or with `--filter WORD` those whose name or case contains it.
 * `--json` prints the measurements as one JSON document; `--smoke` runs everything once.
 */
import process from 'node:process'
import { cpus } from 'node:os'
import { cg, fisher } from './fisher.ts'
import { type Effort, FULL, type Measurement, measure, SMOKE, type Subject } from './harness.ts'
import { multiply, multiplyVector } from './multiply.ts'
import { rollout } from './rollout.ts'
import { policyStep } from './step.ts'
import { tanh } from './tanh.ts'

const subjects: readonly Subject[] = [multiply, multiplyVector, tanh, fisher, cg, policyStep, rollout]

const words = process.argv.slice(2)
const json = words.includes('--json')
const effort: Effort = words.includes('--smoke') ? SMOKE : FULL
const filter = words.includes('--filter') ? words[words.indexOf('--filter') + 1] ?? '' : ''
const unknown = words.filter((word, i) => !['--json', '--smoke', '--filter'].includes(word) && words[i - 1] !== '--filter')
if (unknown.length > 0) {
  process.stderr.write(`${unknown[0]}: expected --json, --smoke or --filter WORD\n`)
  process.exit(2)
}

const machine = { engine: `node ${process.version}`, cpu: cpus()[0].model.trim(), platform: `${process.platform} ${process.arch}` }
if (!json) process.stdout.write(`${machine.engine}, ${machine.cpu}, ${machine.platform}\nmedian [low–high] of ${effort.samples} samples\n`)

const all: Measurement[] = []
for (const subject of subjects) {
  for (const experiment of subject()) {
    if (!`${experiment.subject} ${experiment.case}`.includes(filter)) continue
    const measurements = measure(experiment, effort)
    all.push(...measurements)
    if (!json) process.stdout.write(table(measurements))
  }
}
if (all.length === 0) {
  process.stderr.write(`--filter: expected part of a subject's name or case, got ${JSON.stringify(filter)}\n`)
  process.exit(2)
}
if (json) process.stdout.write(`${JSON.stringify({ machine, measurements: all }, null, 1)}\n`)

function table(measurements: readonly Measurement[]): string {
  const [first] = measurements
  const rows = measurements.map(({ contestant, median, low, high, gflops, ratio }, row) => [
    `  ${contestant.padEnd(32)}`,
    `${time(median)} [${time(low).trim()}–${time(high).trim()}]`.padEnd(36),
    gflops === null ? '' : `${gflops.toFixed(2)} GFLOP/s`.padStart(14),
    row === 0 ? '' : `  ${ratio.toFixed(2)} × ${first.contestant}`,
  ].join(' ').trimEnd())
  return `\n${first.subject}: ${first.case}\n${rows.join('\n')}\n`
}

function time(microseconds: number): string {
  const [value, unit] = microseconds >= 1000 ? [microseconds / 1000, 'ms'] : [microseconds, 'µs']
  return `${value.toPrecision(4)} ${unit}`.padStart(10)
}
