/**
 * A matrix product, from the loop a textbook writes to the library's kernel, rung by rung. Every rung gives
 * the same bits, which is checked before anything is timed; docs/results/kernels.md explains each.
 * But: docs/results/kernels.md quotes columns of several runs, so `--write` has nothing to do here.
 */
import process from 'node:process'
import { UsageError } from '../../src/node/cli/failure.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import { matrix } from '../../src/math/tensor.ts'
import { readFlags } from '../harness/flags.ts'
import { machine } from '../harness/machine.ts'
import { type Contestant, type Measurement, measure, type Sampling, SMOKE } from '../harness/measure.ts'
import { instantiate, scalarPeak, simdPeak } from '../harness/peak.ts'
import {
  fourPartialSums, fourRowsAtOnce, type Product, rowByRow, sumInMemory, sumInRegister,
} from './loops.ts'
import { packed3x2, packed4x4, tile4x4 } from './tiles.ts'
import { scalar4x2, simd2x2, simd4x2, simdPanels, simdSixteen } from './vectors.ts'
import { sameBits } from '../../test/support/same.ts'

/**
 * n, k, m: a batch through a layer; a tile of it, at home in the second cache; a B that the first cannot
 * hold.
 */
const SIZES = [[2000, 64, 64], [96, 64, 64], [256, 256, 256]] as const
/** Many short samples, so that no other process ran during the median one. */
const FULL: Sampling = { samples: 101, sampleMs: 3 }

interface Rung {
  readonly name: string
  /** Whether each element is summed from the left, as the contract of backends demands. */
  readonly inOrder: boolean
  /** C ← A·B ready to run on these numbers, and where C is. */
  prepare(a: Float64Array, b: Float64Array, n: number, k: number, m: number): Prepared | null
}

interface Prepared { readonly c: Float64Array; run(): void }

const rungs: readonly Rung[] = [
  loop('1  i-j-k, sum in memory', sumInMemory),
  loop('2  sum in a register', sumInRegister),
  loop('3  i-k-j, row by row', rowByRow),
  loop('4  four rows of B at once', fourRowsAtOnce),
  loop('5  4×4 tile', tile4x4),
  loop('6  4×4 tile, packed', packed4x4),
  loop('7  3×2 tile, one packed array', packed3x2),
  {
    name: '8  the same, in a closure (reference)', inOrder: true,
    prepare(a, b, n, k, m) {
      const C = reference.allocate(n, m), A = matrix(a, n, k), B = matrix(b, k, m)
      return { c: C.data, run: () => reference.multiply(C, A, B) }
    },
  },
  assembled('9  WebAssembly, 4×2 doubles', 'scalar4x2'),
  assembled('10 SIMD, 2×2 vectors', 'simd2x2'),
  assembled('11 SIMD, 4×2 vectors', 'simd4x2'),
  assembled('12 the same, from panels', 'simdPanels'),
  assembled('13 sixteen terms per turn', 'simdSixteen'),
  {
    name: '14 two products, two sums (simd)', inOrder: true,
    prepare(a, b, n, k, m) {
      const simd = createSimd(8 * (a.length + b.length + n * m) + 65536)
      if (simd === null) return null
      const C = simd.allocate(n, m), A = simd.allocate(n, k), B = simd.allocate(k, m)
      A.data.set(a)
      B.data.set(b)
      return { c: C.data, run: () => simd.multiply(C, A, B) }
    },
  },
  { ...loop('—  2 with four partial sums', fourPartialSums), inOrder: false },
]

function loop(name: string, product: Product): Rung {
  return {
    name, inOrder: true,
    prepare(a, b, n, k, m) {
      const c = new Float64Array(n * m)
      return { c, run: () => product(c, a, b, n, k, m) }
    },
  }
}

type Assembled = 'scalar4x2' | 'simd2x2' | 'simd4x2' | 'simdPanels' | 'simdSixteen'

function assembled(name: string, kernel: Assembled): Rung {
  return {
    name, inOrder: true,
    prepare(a, b, n, k, m) {
      const pages = Math.ceil(8 * (a.length + b.length + n * m + k * (m + 4)) / 65536)
      const instance = instantiate([scalar4x2(), simd2x2(), simd4x2(), simdPanels(), simdSixteen()], pages)
      if (instance === null) return null
      const { functions, numbers } = instance
      const atB = a.length, atC = atB + b.length, panels = 8 * (atC + n * m)
      numbers.set(a, 0)
      numbers.set(b, atB)
      return {
        c: numbers.subarray(atC, atC + n * m),
        run: () => functions[kernel](8 * atC, 0, 8 * atB, n, m, k, panels),
      }
    },
  }
}

export function ladder(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  if (write) throw new UsageError('--write: expected nothing, docs/results/kernels.md quotes single columns')
  const sampling = smoke ? SMOKE : FULL
  process.stdout.write(`${machine()}\nmedian [low–high] of ${sampling.samples} samples\n`)
  for (const [n, k, m] of SIZES) process.stdout.write(climb(n, k, m, sampling))
  return 0
}

/** All rungs and both peaks on one size, timed in turn. */
function climb(n: number, k: number, m: number, sampling: Sampling): string {
  const random = new Random(1)
  const a = Float64Array.from({ length: n * k }, () => random.normal())
  const b = Float64Array.from({ length: k * m }, () => random.normal())
  const wanted = new Float64Array(n * m)
  sumInRegister(wanted, a, b, n, k, m)
  const contestants = rungs.flatMap((rung): Contestant[] => {
    const prepared = rung.prepare(a, b, n, k, m)
    if (prepared === null) return []
    prepared.run()
    if (sameBits(prepared.c, wanted) !== rung.inOrder) {
      throw new Error(`${rung.name}: expected ${rung.inOrder ? 'the' : 'other'} bits than those of rung 2`)
    }
    const run = (): number => { prepared.run(); return prepared.c[n * m - 1] }
    return [{ name: rung.name, flops: 2 * n * k * m, run }]
  })
  const peaks = [scalarPeak(), simdPeak()].filter((peak) => peak !== null)
  const title = `${n}×${k} · ${k}×${m}`
  const experiment = { kernel: 'ladder', case: title, contestants: [...contestants, ...peaks] }
  return table(title, measure(experiment, sampling))
}

/** A Markdown table, to be pasted as it is. */
function table(title: string, rows: readonly Measurement[]): string {
  const peak = rows.find(({ contestant }) => contestant === 'SIMD peak')
  const lines = rows.map(({ contestant, median, low, high, gflops, ratio }, i) => {
    const onLadder = /^\d/.test(contestant)
    return [
      contestant.padEnd(38),
      `${time(median)} [${time(low)}–${time(high)}]`.padStart(26),
      gflops!.toFixed(2).padStart(8),
      (onLadder && i > 0 ? (gflops! / rows[i - 1].gflops!).toFixed(2) : '').padStart(8),
      ratio.toFixed(2).padStart(7),
      (peak === undefined ? '' : (gflops! / peak.gflops!).toFixed(2)).padStart(9),
    ].join(' | ')
  })
  return [
    '', title, '',
    `| ${'rung'.padEnd(38)} | ${'µs'.padStart(26)} | GFLOP/s | × before | × first | SIMD peak |`,
    `|${'-'.repeat(40)}|${'-'.repeat(27)}:|--------:|---------:|--------:|----------:|`,
    ...lines.map((line) => `| ${line} |`), '',
  ].join('\n')
}

function time(microseconds: number): string {
  return microseconds >= 10000 ? microseconds.toFixed(0) : microseconds.toPrecision(4)
}
