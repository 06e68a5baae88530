/**
 * `npm run bench`: every subject, or with `--filter WORD` those whose name or case contains it.
 * `--json` prints the measurements as one JSON document; `--compare old.json [--loss 0.1]` exits 1 where one has
 * become slower by more than that share and the intervals do not overlap; `--write` puts the tables into
 * docs/benchmarks.md; `--smoke` runs everything once.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { arraysOf } from './allocations.ts'
import { regressions } from './compare.ts'
import { cg, fisher } from './fisher.ts'
import { type Effort, FULL, type Measurement, measure, SMOKE, type Subject } from './harness.ts'
import { multiply, multiplyVector } from './multiply.ts'
import { machine, pasteInto } from './paste.ts'
import { scalarPeak, simdPeak } from './peak.ts'
import { rollout } from './rollout.ts'
import { policyStep } from './step.ts'
import { tanh } from './tanh.ts'

const subjects: readonly Subject[] = [multiply, multiplyVector, tanh, fisher, cg, policyStep, rollout]

const words = process.argv.slice(2)
const valued = ['--filter', '--compare', '--loss']
const switches = ['--json', '--write', '--smoke']
words.forEach((word, i) => {
  if (switches.includes(word) || valued.includes(word) && words[i + 1] !== undefined || valued.includes(words[i - 1])) return
  refuse(`${word}: expected --filter WORD, --compare FILE, --loss SHARE, --json, --write or --smoke`)
})
const valueOf = (flag: string): string | undefined => words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined
const json = words.includes('--json')
const filter = valueOf('--filter') ?? ''
const loss = Number(valueOf('--loss') ?? 0.1)
if (!(loss >= 0)) refuse(`--loss: expected a number of at least 0, got ${valueOf('--loss')}`)
const effort: Effort = words.includes('--smoke') ? SMOKE : FULL

const lines: string[] = []
const say = (line: string): void => {
  lines.push(line)
  if (!json) process.stdout.write(`${line}\n`)
}

// The calibration comes first and last, with the same code: what lies between was measured on a machine of that speed.
const calibration = [scalarPeak(), simdPeak()].filter((peak) => peak !== null)
const peaks = calibrate()
if (!json) process.stdout.write(`${machine()}\n`)
say(`median [low–high] of ${effort.samples} samples; peak of this process: ${peakText(peaks)}`)

const all: Measurement[] = []
for (const subject of subjects) {
  for (const experiment of subject()) {
    if (!`${experiment.subject} ${experiment.case}`.includes(filter)) continue
    const measurements = measure(experiment, effort)
    all.push(...measurements)
    say(`\n${experiment.subject}: ${experiment.case}`)
    measurements.forEach((measurement, row) => say(line(
      measurement, row === 0 ? '' : measurements[0].contestant, arraysOf(experiment.contestants[row]))))
  }
}
if (all.length === 0) refuse(`--filter: expected part of a subject's name or case, got ${JSON.stringify(filter)}`)
say(`\npeak at the end: ${peakText(calibrate())}`)
if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), peaks, measurements: all }, null, 1)}\n`)
if (words.includes('--write')) pasteInto('docs/benchmarks.md', 'kernels', `\`\`\`\n${lines.join('\n')}\n\`\`\``)

const old = valueOf('--compare')
if (old !== undefined) {
  const worse = regressions((JSON.parse(readFileSync(old, 'utf8')) as { measurements: Measurement[] }).measurements, all, loss)
  for (const text of worse) process.stderr.write(`slower: ${text}\n`)
  process.exitCode = worse.length > 0 ? 1 : 0
}

interface Peaks { readonly scalar: number; readonly simd: number | null }

function calibrate(): Peaks {
  const [scalar, vector] = measure({ subject: 'peak', case: '', contestants: calibration }, effort)
  return { scalar: scalar.gflops!, simd: vector?.gflops ?? null }
}

function peakText({ scalar, simd }: Peaks): string {
  return `${scalar.toFixed(1)} GFLOP/s scalar, ${simd === null ? 'no SIMD' : `${simd.toFixed(1)} GFLOP/s SIMD`}`
}

function line({ subject, contestant, median, low, high, gflops, ratio, checksum }: Measurement, first: string, arrays: number): string {
  // tanh counts elements, not flops: a share of the peak would mean nothing.
  const peak = contestant.startsWith('simd') ? peaks.simd : peaks.scalar
  const share = gflops === null || peak === null || subject === 'tanh' ? '' : `${(100 * gflops / peak).toFixed(0)} %`.padStart(5)
  const rate = gflops === null ? '' : `${gflops.toFixed(2)} ${subject === 'tanh' ? 'Gelem' : 'GFLOP'}/s`
  return [
    `  ${contestant.padEnd(42)}`, `${time(median)} [${time(low)}–${time(high)}]`.padEnd(34), rate.padStart(14), share.padStart(5),
    `${arrays} arrays`, `→ ${checksum.toExponential(6)}`.padEnd(16), first === '' ? '' : ` ${ratio.toFixed(2)} × ${first}`,
  ].join(' ').trimEnd()
}

function time(microseconds: number): string {
  return microseconds >= 1000 ? `${(microseconds / 1000).toPrecision(4)} ms` : `${microseconds.toPrecision(4)} µs`
}

function refuse(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(2)
}
