/**
 * A policy as an ONNX model: an observation in, the most likely action out, as `act` returns it.
 *
 *   observation → normalise → W₁, b₁, f, W₂, b₂, f, …, W_L, b_L → outputs → action
 *
 * with a batch axis of any length. An integer observation selects a row of W₁, which is the product with its
 * one-hot code. Only operators that ONNX Runtime has in float64, too.
 * But: other software adds in another order, so outputs equal those of `act` up to rounding; if two actions
 * are equally likely up to rounding, another one may be taken. Observations are not checked.
 */
import { expectBoolean, expectRecord } from '../../errors/expect.ts'
import type { Policy } from '../../rl/policy.ts'
import { isMaskable } from '../../rl/world/mask.ts'
import type { Box, Space } from '../../rl/world/space.ts'
import type { Extra } from '../contents.ts'
import { VERSION } from '../version.ts'
import { expectFloat32, inward } from './float32.ts'
import {
  BOOL, booleans, DOUBLE, FLOAT, type Graph, INT64, integers, model, node, type Port, reals,
} from './graph.ts'
import { stored } from './stored.ts'

/** How a policy becomes an ONNX model. */
export interface OnnxOptions {
  /** Numbers of four bytes, for runtimes without float64; outputs are less exact. Default: false. */
  readonly float32?: boolean
  /** A second input `mask` [batch, logits]: true for each allowed action. Default: false. */
  readonly mask?: boolean
}

/**
 * The policy as an ONNX model (operator set 13): `observation` [batch, …], float for a Box, else int64 as the
 * environment has it; `action` [batch, …], float for a Box, else int64; `outputs` [batch, …], the network's.
 * `extra` is your own text. Throws as `encodePolicy`, and if float32 cannot hold a parameter.
 */
export function encodeOnnx(policy: Policy, options: OnnxOptions = {}, extra: Extra = {}): Uint8Array {
  const { float32 = false, mask = false } = expectRecord<OnnxOptions>('options', options, ['float32', 'mask'])
  expectBoolean('options.float32', float32)
  expectBoolean('options.mask', mask)
  const { policy: exact, metadata } = stored(policy, extra)
  const { observationSpace, actionSpace, distribution: { etaSize } } = exact
  if (mask && !isMaskable(actionSpace)) {
    throw new RangeError(`options.mask: expected false where actions are ${actionSpace.kind}, got true`)
  }
  const real = float32 ? FLOAT : DOUBLE
  const graph: Graph = { real, nodes: [], constants: [] }
  const outputs = network(graph, exact)
  addAction(graph, exact, outputs, mask)
  const inputs: Port[] = [port('observation', observationSpace, real)]
  if (mask) inputs.push({ name: 'mask', type: BOOL, shape: [etaSize] })
  const results = [port('action', actionSpace, real), { name: outputs, type: real, shape: [etaSize] }]
  return model(graph, inputs, results, metadata, VERSION)
}

function port(name: string, space: Space, real: number): Port {
  switch (space.kind) {
    case 'box': return { name, type: real, shape: [space.low.length] }
    case 'discrete': return { name, type: INT64, shape: [] }
    case 'multiDiscrete': return { name, type: INT64, shape: [space.nvec.length] }
    default: return { name, type: INT64, shape: [space.n] }
  }
}

/** Adds everything from `observation` to `outputs`, and returns the latter name. */
function network(graph: Graph, policy: Policy): string {
  const { net: { parameters: { layers }, activation, sizes } } = policy
  let x = ''
  layers.forEach(({ W, b }, l) => {
    const isLast = l + 1 === layers.length
    const names = [
      reals(graph, `W${l}`, [sizes[l], sizes[l + 1]], W.data), reals(graph, `b${l}`, [W.cols], b.data),
    ]
    const output = isLast ? 'outputs' : undefined
    x = l === 0 ? firstLayer(graph, policy, names, output) : node(graph, 'Gemm', [x, ...names], {}, output)
    if (isLast || activation.name === 'identity') return
    x = node(graph, activation.name === 'tanh' ? 'Tanh' : 'Relu', [x])
  })
  return x
}

function firstLayer(graph: Graph, policy: Policy, [W, b]: readonly string[], output?: string): string {
  const { observationSpace: space } = policy
  if (space.kind === 'box') return node(graph, 'Gemm', [normalized(graph, policy, space), W, b], {}, output)
  if (space.kind === 'multiBinary') {
    return node(graph, 'Gemm', [node(graph, 'Cast', ['observation'], { to: graph.real }), W, b], {}, output)
  }
  // The row of W₁ at which each component's one-hot code begins.
  const counts = space.kind === 'discrete' ? [space.n] : space.nvec
  let begin = 0
  const begins = counts.map((n) => (begin += n) - n)
  const row = space.kind === 'discrete'
    ? node(graph, 'Sub', ['observation', integers(graph, 'start', [space.start])])
    : node(graph, 'Add', ['observation', integers(graph, 'begins', begins)])
  const rows = node(graph, 'Gather', [W, row])
  if (space.kind === 'discrete') return node(graph, 'Add', [rows, b], {}, output)
  const sum = node(graph, 'ReduceSum', [rows, integers(graph, 'components', [1])], { keepdims: 0 })
  return node(graph, 'Add', [sum, b], {}, output)
}

/** x̂ = (x − μ) / σ, clipped once there are statistics. */
function normalized(graph: Graph, { normalizer }: Policy, { low }: Box): string {
  if (normalizer === null) return 'observation'
  const { mean, scale, clip, statistics } = normalizer
  const shape = [low.length]
  if (graph.real === FLOAT) expectFloat32('normalizer.scale', scale, true)
  const shifted = node(graph, 'Sub', ['observation', reals(graph, 'mean', shape, mean)])
  const scaled = node(graph, 'Div', [shifted, reals(graph, 'scale', shape, scale)])
  if (!(statistics.count > 0 && clip < Infinity)) return scaled
  return node(graph, 'Clip', [
    scaled, reals(graph, 'lowest', [], [-clip]), reals(graph, 'highest', [], [clip]),
  ])
}

/** Adds everything from `outputs` to `action`. */
function addAction(graph: Graph, policy: Policy, outputs: string, mask: boolean): void {
  const { actionSpace: space } = policy
  if (space.kind === 'box') return addBoxAction(graph, policy, space, outputs)
  if (space.kind === 'multiBinary') {
    const ones = node(graph, 'Greater', [outputs, reals(graph, 'zero', [], [0])])
    node(graph, 'Cast', [ones], { to: INT64 }, 'action')
    return
  }
  const logits = mask
    ? node(graph, 'Where', ['mask', outputs, reals(graph, 'forbidden', [], [-Infinity])]) : outputs
  if (space.kind === 'discrete') {
    const best = node(graph, 'ArgMax', [logits], { axis: 1, keepdims: 0 })
    node(graph, 'Add', [best, integers(graph, 'first', [space.start])], {}, 'action')
    return
  }
  const axis = integers(graph, 'axis', [1])
  let begin = 0
  const best = space.nvec.map((n, c) => {
    const from = integers(graph, `from${c}`, [begin]), to = integers(graph, `to${c}`, [begin += n])
    return node(graph, 'ArgMax', [node(graph, 'Slice', [logits, from, to, axis])], { axis: 1, keepdims: 1 })
  })
  node(graph, 'Concat', best, { axis: 1 }, 'action')
}

/** The mean of each dimension, within its bounds as `bounded` of rl/actionBounds puts it. */
function addBoxAction(
  graph: Graph, { distribution, actionBounds }: Policy, space: Box, outputs: string,
): void {
  const { low, high } = graph.real === FLOAT ? inward(space) : space
  const d = low.length, shape = [d]
  // Behind the d means, stateGaussian has d values of log σ.
  const u = distribution.etaSize === d ? outputs : node(graph, 'Slice', [
    outputs, integers(graph, 'from', [0]), integers(graph, 'to', [d]), integers(graph, 'axis', [1]),
  ])
  const isBounded = Array.from(low, (x, j) => Number.isFinite(x) && Number.isFinite(high[j]))
  let a = u
  if (actionBounds === 'squash' && isBounded.includes(true)) {
    const half = reals(graph, 'half', [], [0.5])
    const t = node(graph, 'Mul', [node(graph, 'Tanh', [u]), half])
    // low · ½(1 − tanh u) + high · ½(1 + tanh u)
    const term = (op: string, name: string, bounds: Float64Array): string =>
      node(graph, 'Mul', [node(graph, op, [half, t]),
        reals(graph, name, shape, bounds.map((x, j) => isBounded[j] ? x : 0))])
    a = node(graph, 'Add', [term('Sub', 'low_end', low), term('Add', 'high_end', high)])
    if (isBounded.includes(false)) {
      a = node(graph, 'Where', [booleans(graph, 'is_bounded', isBounded), a, u])
    }
  }
  const below = node(graph, 'Min', [a, reals(graph, 'high', shape, high)])
  node(graph, 'Max', [below, reals(graph, 'low', shape, low)], {}, 'action')
}
