/**
 * A model of what ranks cost: T(R) = serial + (T(1) − serial) / R
 * + exchanges · latency + numbers · (R − 1) · perNumber, as every rank receives what each other one sends.
 * `serial` is work that every rank repeats, timed by itself; latency and time per number are fitted to
 * exchanges of several lengths.
 * But: it knows of no rank that is late, and threads take caches from each other.
 */
import { performance } from 'node:perf_hooks'
import { adamState, adamStep } from '../../src/math/adam.ts'
import { cgWorkspace, conjugateGradient } from '../../src/math/conjugateGradient.ts'
import { matrix } from '../../src/math/tensor.ts'
import { createFastest } from '../../src/math/simd/backend.ts'
import { median } from '../harness/table.ts'
import { startCrew } from './crew.ts'
import { EXCHANGES, LENGTHS } from './lengths.ts'

/** Seconds of one exchange, and per number that one rank receives from another. */
export interface Link { readonly latency: number; readonly perNumber: number }

/** What ranks do together: seconds alone, of them repeated by each rank, exchanges and numbers sent. */
export interface Work {
  readonly name: string
  readonly seconds: number
  readonly serial: number
  readonly exchanges: number
  readonly numbers: number
}

/** T(R) by the model. An exchange among R takes log₂ R times the latency of one between two. */
export function predicted({ seconds, serial, exchanges, numbers }: Work, ranks: number, link: Link): number {
  const waits = exchanges * link.latency * Math.log2(ranks) + numbers * (ranks - 1) * link.perNumber
  return serial + (seconds - serial) / ranks + waits
}

/** Latency and time per number between two threads: least squares on the median of each length. */
export function measureLink(smoke: boolean): Link {
  const points = LENGTHS.map((length) => {
    const crew = startCrew(`exchange ${length}`, 2, smoke)
    const times = Array.from({ length: smoke ? 1 : 31 }, () => seconds(crew.run) / EXCHANGES)
    crew.stop()
    return [length, median(times)] as const
  })
  // Relative errors count: weights 1 / t².
  let w = 0, x = 0, y = 0, xx = 0, xy = 0
  for (const [n, t] of points) {
    const weight = 1 / (t * t)
    w += weight
    x += weight * n
    y += weight * t
    xx += weight * n * n
    xy += weight * n * t
  }
  const perNumber = (w * xy - x * y) / (w * xx - x * x)
  return { latency: (y - perNumber * x) / w, perNumber }
}

/** Seconds of the vector work of one iteration of conjugate gradients, and of one Adam step, on P numbers. */
export function serialSeconds(P: number, smoke: boolean): { readonly cg: number; readonly adam: number } {
  const products = 20, b = Float64Array.from({ length: P }, (_, p) => 1 / (1 + p)), workspace = cgWorkspace(P)
  const backend = createFastest(1 << 24), state = adamState(backend, P)
  const theta = backend.allocate(1, P), gradient = matrix(b, 1, P)
  const many = (run: () => void): number =>
    median(Array.from({ length: smoke ? 1 : 31 }, () => seconds(run))) / products
  return {
    cg: many(() => {
      conjugateGradient(workspace, (out, v) => {
        for (let p = 0; p < P; p++) out[p] = (1 + p) * v[p]
      }, b, { maxIterations: products, relativeTolerance: 0 })
    }),
    adam: many(() => {
      for (let k = 0; k < products; k++) adamStep(backend, theta, gradient, state, { learningRate: 1e-3 })
    }),
  }
}

function seconds(run: () => unknown): number {
  const begun = performance.now()
  run()
  return (performance.now() - begun) / 1000
}

/** Links of a cluster as their makers describe them: no figure of ours. */
const LINKS: readonly (readonly [string, Link])[] = [
  ['InfiniBand, 2 µs, 10 GB/s', { latency: 2e-6, perNumber: 8 / 10e9 }],
  ['Ethernet, 30 µs, 1.2 GB/s', { latency: 30e-6, perNumber: 8 / 1.2e9 }],
]

export const RANKS_ON_PAPER = [2, 4, 8, 16, 32, 64] as const

/** How many times as fast as one rank, on paper, with a rank per machine. */
export function clusterRows(work: Work): string[][] {
  return LINKS.map(([name, link]) => [
    work.name, name,
    ...RANKS_ON_PAPER.map((ranks) => (work.seconds / predicted(work, ranks, link)).toFixed(1)),
  ])
}
