/**
 * Fit V_φ to the returns within a trust region: a batch may change V by a limited mean square, relative to
 * V's own mean square error. Schulman et al. 2016, section 5:
 *
 *   minimise mean (V_φ(s) − R̂)²  such that  mean (V_φ(s) − V_old(s))² / 2σ² ≤ ε,
 *   σ² = mean (V_old(s) − R̂)²
 *
 * The constraint is KL(old‖new) ≤ ε if returns are normal around V with variance σ². By Gauss–Newton steps:
 * with j = ∂V/∂y, H = mean j jᵀ and b = mean (R̂ − V) j, conjugate gradients solve (H + λI) x = b, and a line
 * search on the exact loss and constraint shortens x. φ is written only by steps that satisfy both.
 * In trpo/step and trpo/fisher b is g, H is F (here J = jᵀ and M = 1), y is θ, and ε is δ.
 *
 * y is φ in the output layer, and φ times the root mean square error in hidden layers. All of y then has the
 * unit of V, H and λ have none, and c times the rewards give c times the output layer, equal hidden layers.
 * But: the paper goes to the edge of the region along H⁻¹ b; here no step goes beyond x, the model's minimum.
 */
import { type Communicator, solo } from '../../math/communicator.ts'
import {
  cgWorkspace, type CgWorkspace, conjugateGradient, type Operator,
} from '../../math/conjugateGradient.ts'
import { lineSearch } from '../../math/lineSearch.ts'
import type { Random } from '../../math/random.ts'
import { allFinite, combine, dot, SHARDS } from '../../math/vector.ts'
import { createJacobian, type Jacobian } from '../../nn/jacobian.ts'
import {
  backward, createMlp, createTape, forward, type Mlp, type Tape, transposeWeights,
} from '../../nn/mlp.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { createShards, drawSample, sampleSize, type Shards, sumOverTiles } from '../../nn/shards.ts'
import type { Value } from '../../rl/value.ts'
import type { GaussNewtonFitOptions } from '../options/options.ts'
import { explained, type FitBatch, isRounding, meanSquare, type ValueFit } from './loss.ts'
import { outputLayerStart } from './returnUnits.ts'

/** V as a differentiable map on some states. */
interface ValueMap { readonly tape: Tape; readonly shards: Shards }

/** What fits on batches of N states need, of which each rank has N. P is the number of parameters. */
export interface GaussNewtonFitter {
  readonly value: Value
  readonly options: GaussNewtonFitOptions
  readonly ranks: Communicator
  /** All states of a batch, and the states of H: a part of them, or the same. */
  readonly all: ValueMap
  readonly part: ValueMap
  /** Row numbers of the part's states, and scratch for drawing them: [N]. */
  readonly sample: Int32Array
  readonly order: Int32Array
  readonly candidate: { readonly net: Mlp; readonly tape: Tape }
  /** J = jᵀ at the states of H, but by φ; and v ↦ (H + λI) v. */
  readonly jacobian: Jacobian
  readonly damped: Operator
  /** ∂φ/∂y: [P]. */
  readonly units: Float64Array
  /** b: [P]. */
  readonly gradient: Float64Array
  readonly cg: CgWorkspace
  /** V_old on the batch: [N]. */
  readonly old: Float64Array
  /** [N] */
  readonly scratch: Float64Array
}

export function createGaussNewtonFitter(
  value: Value, states: number, options: GaussNewtonFitOptions, ranks: Communicator = solo,
): GaussNewtonFitter {
  const { net } = value
  const { backend, sizes } = net
  const { valueCurvatureFraction: fraction, valueDamping } = options
  const P = net.parameters.flat.length
  const mapOf = (rows: number): ValueMap => {
    const tape = createTape(net, backend.allocate(rows, sizes[0]), true, SHARDS / ranks.size)
    return { tape, shards: createShards(net, tape, ranks) }
  }
  const all = mapOf(states)
  const part = fraction < 1 ? mapOf(sampleSize(fraction, states * ranks.size) / ranks.size) : all
  const candidate = createMlp(backend, sizes, net.activation.name)
  const candidateTape = createTape(candidate, all.tape.inputs, false)
  const jacobian = createJacobian(net, part.tape)
  const units = new Float64Array(P).fill(1)
  return {
    value, options, ranks, all, part, jacobian, units,
    sample: new Int32Array(part.tape.inputs.rows),
    order: new Int32Array(states),
    candidate: { net: candidate, tape: candidateTape },
    damped: dampedGaussNewton(net, part, jacobian, units, valueDamping),
    gradient: new Float64Array(P),
    cg: cgWorkspace(P),
    old: new Float64Array(states),
    scratch: new Float64Array(states),
  }
}

/** v ↦ (mean j jᵀ + λI) v over the states of the map, at the φ of the last `jacobian.refresh`. */
function dampedGaussNewton(
  net: Mlp, { tape, shards }: ValueMap, jacobian: Jacobian, units: Float64Array, lambda: number,
): Operator {
  const direction = bindParameters(net.backend.allocate(1, units.length).data, net.sizes, 0)
  const derivatives = tape.outputDerivatives.data, n = shards.ranks.size * tape.inputs.rows
  return (out, v) => {
    for (let p = 0; p < v.length; p++) direction.flat[p] = units[p] * v[p]
    sumOverTiles(out, shards, (tile, into) => {
      jacobian.tangent(tile, direction)
      for (let i = tile.first; i < tile.first + tile.rows; i++) derivatives[i] /= n
      jacobian.backward(tile, into)
    })
    for (let p = 0; p < v.length; p++) out[p] = units[p] * out[p] + lambda * v[p]
  }
}

/** Fit φ to the returns of `batch`. Its values must be V before the fit, and are V afterwards. */
export function fitByGaussNewton(fitter: GaussNewtonFitter, batch: FitBatch, random: Random): ValueFit {
  const { observations, returns, values } = batch
  const { all, old, scratch, options, ranks } = fitter
  const explainedVariance = explained(scratch, returns, values, ranks)
  const lossBefore = meanSquare(scratch, returns, values, ranks)
  if (lossBefore === Number.MAX_VALUE || isRounding(lossBefore, returns, ranks)) {
    const status = lossBefore === Number.MAX_VALUE ? 'undone' : 'fitted'
    return { status, lossBefore, lossAfter: lossBefore, explainedVariance }
  }
  old.set(values)
  all.tape.inputs.data.set(observations.data)
  const fit: Fit = { returns, values, variance: lossBefore }
  let status: ValueFit['status'] = 'fitted', lossAfter = lossBefore
  for (let k = 0; k < options.valueSteps; k++) {
    const outcome = gaussNewtonStep(fitter, fit, lossAfter, random)
    if (outcome === 'failed' && k === 0) status = 'undone'
    if (typeof outcome !== 'number') break
    lossAfter = outcome
  }
  return { status, lossBefore, lossAfter, explainedVariance }
}

/** The present fit: returns, V, and σ². */
interface Fit { readonly returns: Float64Array; readonly values: Float64Array; readonly variance: number }

/**
 * One Gauss–Newton step of φ and `values` from `loss`; returns the loss after it. `arrived`: b = 0, or the
 * region has no room left. `failed`: no trial was acceptable. Both leave φ and `values` as they were.
 */
function gaussNewtonStep(
  fitter: GaussNewtonFitter, fit: Fit, loss: number, random: Random,
): number | 'arrived' | 'failed' {
  const { gradient } = fitter
  const room = roomLeft(fitter, fit)
  if (!(room > 0)) return 'arrived'
  linearize(fitter, fit, loss)
  if (dot(gradient, gradient) === 0) return 'arrived'
  const beta = solve(fitter, room, random)
  if (!(beta > 0)) return 'failed'
  return search(fitter, fit, loss, beta)
}

/** By the triangle inequality V may move by this much further, as a root mean square, wherever it is now. */
function roomLeft({ old, scratch, options, ranks }: GaussNewtonFitter, { values, variance }: Fit): number {
  return Math.sqrt(2 * options.valueMaxKl * variance) - Math.sqrt(meanSquare(scratch, values, old, ranks))
}

/** fitter.gradient ← b, with `units` those of the present loss. */
function linearize(fitter: GaussNewtonFitter, { returns, values }: Fit, loss: number): void {
  const { value: { net }, all, units, gradient, ranks } = fitter
  const N = ranks.size * returns.length
  units.fill(1 / Math.sqrt(loss), 0, outputLayerStart(net))
  forward(net, all.tape)
  transposeWeights(net)
  const derivatives = all.tape.outputDerivatives.data
  for (let i = 0; i < returns.length; i++) derivatives[i] = (returns[i] - values[i]) / N
  sumOverTiles(gradient, all.shards, (tile, into) => backward(net, tile, into))
  for (let p = 0; p < units.length; p++) gradient[p] *= units[p]
}

/** fitter.cg.x ← x, as a step of φ; returns β ≤ 1, with which the model of V moves within `room`. */
function solve(fitter: GaussNewtonFitter, room: number, random: Random): number {
  const { options, all, part, jacobian, damped, units, gradient, cg } = fitter
  if (part !== all) drawPart(fitter, random)
  jacobian.refresh()
  const { xAx } = conjugateGradient(cg, damped, gradient, {
    maxIterations: options.valueCgIterations, relativeTolerance: options.cgTolerance,
  })
  const xHx = xAx - options.valueDamping * dot(cg.x, cg.x)
  for (let p = 0; p < units.length; p++) cg.x[p] *= units[p]
  return Math.min(1, room / Math.sqrt(xHx))
}

/** φ and `values` ← the first acceptable trial φ + scale · β x; returns its loss. */
function search(fitter: GaussNewtonFitter, fit: Fit, loss: number, beta: number): number | 'failed' {
  const { value, options, candidate, cg, old, scratch, ranks } = fitter
  const { returns, values, variance } = fit
  const phi = value.net.parameters.flat, trial = candidate.net.parameters.flat
  const outputs = candidate.tape.outputs.data
  let after = loss
  const acceptable = (scale: number): boolean => {
    combine(trial, phi, scale * beta, cg.x)
    forward(candidate.net, candidate.tape)
    after = meanSquare(scratch, returns, outputs, ranks)
    const kl = meanSquare(scratch, outputs, old, ranks) / (2 * variance)
    return after < loss && kl <= options.valueMaxKl && allFinite(trial)
  }
  if (lineSearch(acceptable, options).backtracks < 0) return 'failed'
  phi.set(trial)
  values.set(outputs)
  return after
}

/** Draw the states of H without replacement, and run V on them. */
function drawPart(
  { value: { net }, all, part, sample, order, ranks }: GaussNewtonFitter, random: Random,
): void {
  const { data, cols } = all.tape.inputs
  const drawn = part.tape.inputs.data
  drawSample(sample, order, random, ranks)
  for (let i = 0; i < sample.length; i++) {
    for (let j = 0; j < cols; j++) drawn[i * cols + j] = data[sample[i] * cols + j]
  }
  forward(net, part.tape)
}
