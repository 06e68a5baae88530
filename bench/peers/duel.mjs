/**
 * A contestant against our own backend: first the results are compared, then the times, in alternate samples,
 * so that a machine whose speed drifts drifts for both. The ratio is the median over samples of the
 * contestant's time by the mean of our two that enclose it.
 */
import { pathOf, readNumbers, resultBlocks } from './problem.mjs'

/**
 * The largest relative error of a block of parameters that passes. Ten iterations of conjugate gradients
 * magnify rounding: *measured*, in the first step, 7e-10 from 4e-16 in doubles, 2.8e-3 from 1e-7 in singles;
 * fifteen, in `shipped`, 9.3e-8 in doubles; 25, in `update`, 3.0e-8 and 2.6e-4. 320 steps of Adam, in
 * `critic`, do not: 4e-15 and 4e-6.
 */
const TOLERANCE = {
  f64: { step: 1e-8, shipped: 1e-6, update: 1e-6, other: 1e-10 },
  f32: { step: 1e-2, shipped: 1e-2, update: 1e-2, other: 1e-4 },
}
const SAMPLES = 21
/** A sample and a warm-up last at least this long. */
const SAMPLE_MS = 15
const WARM_MS = 300
/** A call that takes longer is reported by that one time and not sampled. */
const PATIENCE_MS = 3000

/** { error, … } with the times, or { cannot } with the reason. */
export async function duel(ours, peer, { task, problem, bits }, directory) {
  const path = pathOf(directory, problem)
  const expected = await ours.ask({ task, path, answer: `${directory}/expected.f64` })
  if (expected.cannot !== undefined) throw new Error(`ours, ${task}: ${expected.cannot}`)
  const prepared = await peer.ask({ task, path, answer: `${directory}/got.f64` })
  if (prepared.cannot !== undefined) return prepared
  const [got, wanted] = ['got', 'expected'].map((name) => readNumbers(`${directory}/${name}.f64`))
  const error = relativeError(resultBlocks(task, problem), got, wanted)
  const tolerance = TOLERANCE[bits][task] ?? TOLERANCE[bits].other
  if (!(error <= tolerance)) return { error, cannot: `MISMATCH: relative error ${error.toExponential(1)}` }

  const once = await peer.ask({ calls: 1 })
  if (once.cannot !== undefined) return { error, ...once }
  if (once.wall > PATIENCE_MS) {
    return { error, cannot: `one call took ${(once.wall / 1000).toFixed(1)} s: not sampled` }
  }
  const calls = { ours: await warmUp(ours), peer: await warmUp(peer) }
  const own = [await ours.ask({ calls: calls.ours })], its = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    its.push(await peer.ask({ calls: calls.peer }))
    own.push(await ours.ask({ calls: calls.ours }))
  }
  const ratios = (clock) => its.map((time, i) => 2 * time[clock] / (own[i][clock] + own[i + 1][clock]))
  return {
    error, samples: SAMPLES, own: own.map(({ wall }) => wall),
    wall: spread(its.map(({ wall }) => wall)), cpu: spread(its.map(({ cpu }) => cpu)),
    ratio: spread(ratios('wall')), cpuRatio: spread(ratios('cpu')),
  }
}

/** Runs for a while; the calls that fill a sample. */
async function warmUp(session) {
  let calls = 1, time
  for (let spent = 0; spent < WARM_MS; spent += calls * time) {
    time = (await session.ask({ calls })).wall
    calls = Math.max(1, Math.ceil(SAMPLE_MS / time))
  }
  return calls
}

/** ‖got − expected‖ / ‖expected‖ of the worst block. */
function relativeError(blocks, got, expected) {
  const sizes = blocks.map(([, rows, cols]) => rows * cols)
  if (got.length !== expected.length || got.length !== sizes.reduce((a, b) => a + b)) return Infinity
  let worst = 0, at = 0
  for (const size of sizes) {
    let difference = 0, whole = 0
    for (const end = at + size; at < end; at++) {
      difference += (got[at] - expected[at]) ** 2
      whole += expected[at] ** 2
    }
    // Written so that NaN is the worst of all.
    const error = Math.sqrt(difference / whole)
    if (!(error <= worst)) worst = error
    if (Number.isNaN(error)) return NaN
  }
  return worst
}

/** Median, and the ends of the middle eight tenths. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
  return { median: at(0.5), low: at(0.1), high: at(0.9) }
}
