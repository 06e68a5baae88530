/**
 * The problems that all contestants solve, and the files that carry them: NAME.json says what lies where in
 * NAME.f64. Numbers come from a generator of this file's own, so that nobody's library has a hand in them.
 * But: actions are not drawn from the policy; neither gradient nor Fisher matrix asks where they came from.
 */
import { readFileSync, writeFileSync } from 'node:fs'

/** λ of (F + λI) v, in every product and in every step. */
export const DAMPING = 0.1
/** A step is this for everybody: ten products, KL at most δ, trial lengths 1, α, α², … */
export const STEP = { cgIterations: 10, maxKl: 0.01, backtrackCoefficient: 0.8, maxBacktracks: 10 }
/** Iterations of SB3-contrib's own step; it takes two more products, for the first residual and xᵀF x. */
export const SHIPPED_ITERATIONS = 15
/** A whole update, with rl-baselines3-zoo's settings for MuJoCo: products, passes over the batch, Adam. */
export const UPDATE = { cgIterations: 25, epochs: 20, minibatch: 128, learningRate: 1e-3 }

const policies = [
  { sizes: [4, 64, 64, 2], kind: 'categorical', states: 2048 },
  { sizes: [11, 64, 64, 3], kind: 'gaussian', states: 5000 },
  { sizes: [17, 64, 64, 6], kind: 'gaussian', states: 5000 },
  { sizes: [17, 256, 256, 6], kind: 'gaussian', states: 5000 },
].map((size) => ({ ...size, name: `${size.sizes.join('-')} ${size.kind} × ${size.states}` }))

/** Hopper; Walker2d and HalfCheetah. With a critic, whose result comes after the policy's. */
const updates = [[11, 64, 64, 3], [17, 64, 64, 6]].map((sizes) => ({
  sizes, criticSizes: [...sizes.slice(0, -1), 1], kind: 'gaussian', states: 2048,
  name: `${sizes.join('-')} gaussian × 2048`,
}))

const products = [[2000, 64, 64], [256, 256, 256]]
  .map(([n, k, m]) => ({ kind: 'product', n, k, m, name: `${n}×${k} · ${k}×${m}` }))

/** What a contestant answers that has no such work, in any language. */
export const NO_SUCH_TASK = 'has none'

/** What is compared, in the table's order: a task on a problem. */
export const jobs = [
  ...policies.map((problem) => ({ task: 'fisher', problem })),
  ...policies.map((problem) => ({ task: 'gradient', problem })),
  ...policies.slice(0, 3).map((problem) => ({ task: 'step', problem })),
  ...policies.slice(0, 3).map((problem) => ({ task: 'shipped', problem })),
  ...updates.map((problem) => ({ task: 'critic', problem })),
  ...updates.map((problem) => ({ task: 'update', problem })),
  ...products.map((problem) => ({ task: 'multiply', problem })),
]

/** What a result consists of, in order: `blocks`, of the networks that the task is about. */
export function resultBlocks(task, problem) {
  if (task === 'multiply') return [['C', problem.n, problem.m]]
  const { criticSizes } = problem
  return [
    ...task === 'critic' ? [] : blocks(problem), ...criticSizes === undefined ? [] : criticBlocks(problem),
  ]
}

/** Parameters in order: W [in, out] row by row, b, of each layer, then log σ. Each is [name, rows, cols]. */
export function blocks({ sizes, kind }) {
  const layers = sizes.slice(1).flatMap((out, l) => [[`W${l + 1}`, sizes[l], out], [`b${l + 1}`, 1, out]])
  return kind === 'gaussian' ? [...layers, ['log σ', 1, sizes.at(-1)]] : layers
}

const criticBlocks = ({ criticSizes }) => blocks({ sizes: criticSizes, kind: 'critic' })

/** The path, without extension, of the problem's files in `directory`. */
export function pathOf(directory, problem) {
  return `${directory}/${problem.name.replaceAll(/[^0-9a-z]+/g, '-')}`
}

export function writeProblem(directory, problem) {
  const arrays = problem.kind === 'product' ? productArrays(problem) : policyArrays(problem)
  const layout = {}
  let length = 0
  for (const [name, array] of Object.entries(arrays)) {
    layout[name] = [length, array.length]
    length += array.length
  }
  const all = new Float64Array(length)
  for (const [name, array] of Object.entries(arrays)) all.set(array, layout[name][0])
  const path = pathOf(directory, problem)
  const rules = { damping: DAMPING, step: STEP, shippedIterations: SHIPPED_ITERATIONS, update: UPDATE }
  writeFileSync(`${path}.json`, JSON.stringify({ ...problem, ...rules, arrays: layout }))
  writeFileSync(`${path}.f64`, all)
}

/** The problem with its arrays, as Float64Array, among its fields. */
export function readProblem(path) {
  const { arrays, ...problem } = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
  const all = readNumbers(`${path}.f64`)
  for (const [name, [first, length]] of Object.entries(arrays)) {
    problem[name] = all.slice(first, first + length)
  }
  return problem
}

export function readNumbers(path) {
  const bytes = readFileSync(path)
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function productArrays({ n, k, m }) {
  const normal = normals(1)
  return { A: normal(n * k, 1), B: normal(k * m, 1) }
}

function policyArrays(problem) {
  const { sizes, kind, states } = problem
  const normal = normals(1)
  const outputs = sizes.at(-1)
  const parameters = (its) => its.flatMap(([name, rows, cols]) =>
    [...normal(rows * cols, name.startsWith('W') ? 1 / Math.sqrt(rows) : 0.1)])
  const theta = parameters(blocks(problem))
  const arrays = {
    theta,
    v: normal(theta.length, 1),
    observations: normal(states * sizes[0], 1),
    actions: kind === 'gaussian'
      ? normal(states * outputs, 1)
      : normal(states, 1).map((x) => Math.min(outputs - 1, Math.floor(Math.abs(x)))),
    advantages: normal(states, 1),
  }
  if (problem.criticSizes === undefined) return arrays
  return {
    ...arrays,
    phi: parameters(criticBlocks(problem)),
    returns: normal(states, 1),
    // One permutation of the states after another, a pass each: nobody's shuffle is timed.
    orders: Array.from({ length: UPDATE.epochs }, () => {
      const keys = normal(states, 1)
      return [...keys.keys()].sort((a, b) => keys[a] - keys[b])
    }).flat(),
  }
}

/** Normal numbers: mulberry32 through Box and Muller's transform. */
function normals(seed) {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
  return (length, scale) => Float64Array.from(
    { length }, () => scale * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()))
}
