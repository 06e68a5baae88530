/**
 * The kernels, each against a rival in the same process: all, or those that `--filter` names, or with
 * `--sizes` Fisher products and conjugate gradients at given sizes. `npm run bench -- kernels` in the
 * repository; dist/bench.js, which `trpo bench` runs, is this file bundled.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { expectNumber, show } from '../../src/errors/expect.ts'
import { UsageError } from '../../src/node/cli/failure.ts'
import { type Flag, switchFlag } from '../../src/node/cli/words.ts'
import { arraysOf } from '../harness/allocations.ts'
import { regressions } from '../harness/compare.ts'
import { readFlags, textFlag } from '../harness/flags.ts'
import {
  type Contestant, FULL, type Measurement, measure, type Prepare, type Sampling, SMOKE,
} from '../harness/measure.ts'
import { machine } from '../harness/machine.ts'
import { scalarPeak, simdPeak } from '../harness/peak.ts'
import { costText, label, readSizes, type Size, SIZES } from '../harness/problem.ts'
import { cg, fisher } from './fisher.ts'
import { multiply, multiplyVector } from './multiply.ts'
import { rollout } from './rollout.ts'
import { policyStep } from './step.ts'
import { tanh } from './tanh.ts'

/** By their names, so that only those are prepared that are asked for: it takes seconds. */
type Kernels = readonly (readonly [string, Prepare])[]

function allKernels(sizes: readonly Size[]): Kernels {
  // A step at the largest size takes seconds and shows nothing new.
  const smaller = sizes.slice(0, 3)
  return [
    ['multiply', multiply], ['multiplyVector', multiplyVector], ['tanh', tanh],
    ['fisher', () => fisher(sizes)], ['cg', () => cg(smaller)], ['step', () => policyStep(smaller)],
    ['rollout', rollout],
  ]
}

function kernelsAt(sizes: readonly Size[]): Kernels {
  return [['fisher', () => fisher(sizes)], ['cg', () => cg(sizes)]]
}

/** Of each contestant at sizes of one's own, where a call may take seconds. */
const OWN_SAMPLES = 7
/** Few states, since a smoke run only shows that everything works. */
const SMOKE_STATES = 200

const HELP = `The kernels, each against a rival: matrix products, tanh, Fisher products,
conjugate gradients, policy step, rollout.

  --sizes LIST     Fisher products and conjugate gradients at these sizes:
                   inputs-hidden-…-outputs x states, such as
                   17-256-256-6x10000, several separated by commas; the policy
                   is Gaussian
  --filter WORD    only kernels with the word in their name, such as fisher; if
                   there is none, in their case
  --json           print the measurements as one JSON document
  --compare FILE   exit with 1 if one is slower than in FILE, printed by --json
  --loss SHARE     how much slower; 0.1 by default
  --smoke          run everything once, to see that it works
  --help, -h       print this page

A row: median [low–high] of a call, rate by the flop model, share of the peak
that this process reached, typed arrays that the call makes, checksum, speed as
a multiple of the first contestant's. Only such ratios carry over to another
machine.
`

/** A subject. `publish` takes the printed text under `--write`; null if no page has it. */
export function kernels(words: readonly string[], publish: ((text: string) => void) | null): number {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(HELP)
    return 0
  }
  const problems: string[] = []
  const asked = {
    filter: '', sizes: [] as readonly Size[], json: false, before: null as string | null, loss: 0.1,
  }
  const { smoke, write } = readFlags(words, new Map<string, Flag>([
    ['--sizes', textFlag('--sizes', 'sizes such as 17-64-64-6x5000', problems, (text) => {
      asked.sizes = readSizes(text, problems)
    })],
    ['--filter', textFlag('--filter', 'a word', problems, (text) => { asked.filter = text })],
    ['--json', switchFlag(() => { asked.json = true })],
    ['--compare', textFlag('--compare', 'a file', problems, (text) => { asked.before = text })],
    ['--loss', textFlag('--loss', 'a number of at least 0', problems, (text) => {
      try {
        asked.loss = expectNumber('--loss', Number(text), 0, Number.MAX_VALUE)
      } catch {
        problems.push(`--loss: expected a number of at least 0, got ${show(text)}`)
      }
    })],
  ]), problems)
  if (write && publish === null) throw new UsageError('--write: expected only in the repository of trpo')
  const { filter, sizes, json, before, loss } = asked
  if (write && (sizes.length > 0 || filter !== '')) {
    throw new UsageError('--write: expected all kernels, got --sizes or --filter, too')
  }
  const old = before === null ? [] : measurementsOf(before)

  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
    if (!json) process.stdout.write(`${line}\n`)
  }
  const sampling = smoke ? SMOKE : sizes.length > 0 ? { ...FULL, samples: OWN_SAMPLES } : FULL
  // The calibration comes first and last, with the same code: the machine had that speed in between.
  const calibration = [scalarPeak(), simdPeak()].filter((peak) => peak !== null)
  const peaks = calibrate(calibration, sampling)
  if (!json) process.stdout.write(`${machine()}\n`)
  if (smoke) say('a smoke run: it shows that everything works, not how fast it is')
  say(`median [low–high] of ${sampling.samples} samples; peak of this process: ${peakText(peaks)}`)
  for (const size of sizes) say(`\n${label(size)}\n${costText(size)}`)

  const measurements: Measurement[] = []
  const usual = smoke ? SIZES.map((size) => ({ ...size, states: SMOKE_STATES })) : SIZES
  const known = sizes.length > 0 ? kernelsAt(sizes) : allKernels(usual)
  const named = known.filter(([name]) => name.includes(filter))
  for (const [, prepare] of named.length > 0 ? named : known) {
    for (const experiment of prepare()) {
      if (named.length === 0 && !experiment.case.includes(filter)) continue
      const rows = measure(experiment, sampling)
      measurements.push(...rows)
      say(`\n${experiment.kernel}: ${experiment.case}`)
      rows.forEach((row, r) => {
        say(line(row, peaks, r === 0 ? '' : rows[0].contestant, arraysOf(experiment.contestants[r])))
      })
    }
  }
  if (measurements.length === 0) {
    throw new UsageError(`--filter: expected part of a kernel's name or case, got ${show(filter)}`)
  }
  say(`\npeak at the end: ${peakText(calibrate(calibration, sampling))}`)
  if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), peaks, measurements }, null, 1)}\n`)
  if (write) publish?.(`\`\`\`\n${lines.join('\n')}\n\`\`\``)
  const slower = regressions(old, measurements, loss)
  for (const text of slower) process.stderr.write(`slower: ${text}\n`)
  return slower.length > 0 ? 1 : 0
}

function measurementsOf(path: string): readonly Measurement[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { measurements: readonly Measurement[] }).measurements
  } catch (error) {
    const { message } = error as Error
    throw new UsageError(`--compare: expected a file that --json printed, got ${path}: ${message}`)
  }
}

interface Peaks { readonly scalar: number; readonly simd: number | null }

function calibrate(contestants: readonly Contestant[], sampling: Sampling): Peaks {
  const [scalar, vector] = measure({ kernel: 'peak', case: '', contestants }, sampling)
  return { scalar: scalar.gflops!, simd: vector?.gflops ?? null }
}

function peakText({ scalar, simd }: Peaks): string {
  const vectors = simd === null ? 'no SIMD' : `${simd.toFixed(1)} GFLOP/s SIMD`
  return `${scalar.toFixed(1)} GFLOP/s scalar, ${vectors}`
}

function line(measurement: Measurement, peaks: Peaks, first: string, arrays: number): string {
  const { kernel, contestant, median, low, high, gflops, ratio, checksum } = measurement
  // tanh counts elements, not flops: a share of the peak would mean nothing.
  const peak = contestant.startsWith('simd') ? peaks.simd : peaks.scalar
  const known = gflops !== null && peak !== null && kernel !== 'tanh'
  const share = known ? `${(100 * gflops / peak).toFixed(0)} %`.padStart(5) : ''
  const rate = gflops === null ? '' : `${gflops.toFixed(2)} ${kernel === 'tanh' ? 'Gelem' : 'GFLOP'}/s`
  return [
    `  ${contestant.padEnd(42)}`, `${time(median)} [${time(low)}–${time(high)}]`.padEnd(34),
    rate.padStart(14), share.padStart(5), `${arrays} arrays`, `→ ${checksum.toExponential(6)}`.padEnd(16),
    first === '' ? '' : ` ${ratio.toFixed(2)} × ${first}`,
  ].join(' ').trimEnd()
}

function time(microseconds: number): string {
  if (microseconds >= 1000) return `${(microseconds / 1000).toPrecision(4)} ms`
  return `${microseconds.toPrecision(4)} µs`
}
