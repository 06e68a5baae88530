/**
 * Fit V_φ to the returns within a trust region: on average over its states a batch may move V only so far, measured by
 * V's own errors. Schulman et al. 2016, section 5:
 *
 *   minimise mean (V_φ(s) − R̂)²  such that  mean (V_φ(s) − V_old(s))² / 2σ² ≤ ε,   σ² = mean (V_old(s) − R̂)²
 *
 * which is KL(old‖new) ≤ ε for returns that are normal about V with variance σ². By Gauss–Newton steps: with
 * j = ∂V/∂y, H = mean j jᵀ and b = mean (R̂ − V) j, conjugate gradients solve (H + λI) x = b, and a line search on
 * the true loss and constraint shortens x. φ is written only by steps that both allow.
 *
 * y is φ, but σφ in hidden layers: then all of y has the unit of V, so that H and λ have none, and rewards c times as
 * large give an output layer c times as large and the same hidden layers.
 * But: the paper goes to the edge of the region along H⁻¹ b; here no step goes beyond x, where the model is least.
 */
import {
  cgWorkspace, type CgWorkspace, conjugateGradient, type Operator,
} from '../../math/conjugateGradient.ts'
import { lineSearch } from '../../math/lineSearch.ts'
import type { Random } from '../../math/random.ts'
import { allFinite, combine, dot } from '../../math/vector.ts'
import { createJacobian } from '../../nn/jacobian.ts'
import {
  backward, createMlp, createTape, forward, type Mlp, type Tape, transposeWeights,
} from '../../nn/mlp.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { createShards, type Shards, sumOverTiles } from '../../nn/shards.ts'
import type { Value } from '../../rl/value.ts'
import { explained, type FitBatch, meanSquare, type ValueFit } from './loss.ts'
import type { GaussNewtonFitOptions } from '../options/options.ts'

/** V as a differentiable map on some states. */
interface ValueMap { readonly tape: Tape; readonly shards: Shards }

export interface GaussNewtonFitter {
  readonly value: Value
  readonly options: GaussNewtonFitOptions
  /** All states of a batch, and those that H is made of: a part of them, or the same. */
  readonly all: ValueMap
  readonly part: ValueMap
  readonly order: Int32Array
  readonly candidate: { readonly net: Mlp; readonly tape: Tape }
  readonly gaussNewton: GaussNewton
  /** ∂φ/∂y: 1/σ in hidden layers, 1 in the output layer. */
  readonly units: Float64Array
  readonly gradient: Float64Array
  readonly cg: CgWorkspace
  /** V on the batch before the fit. */
  readonly old: Float64Array
  readonly scratch: Float64Array
}

export function createGaussNewtonFitter(value: Value, states: number, options: GaussNewtonFitOptions): GaussNewtonFitter {
  const { net } = value
  const { backend, sizes } = net
  const P = net.parameters.flat.length
  const mapOf = (rows: number): ValueMap => {
    const tape = createTape(net, backend.allocate(rows, sizes[0]), true)
    return { tape, shards: createShards(net, tape) }
  }
  const all = mapOf(states)
  const part = options.valueCurvatureFraction < 1 ? mapOf(Math.max(1, Math.round(options.valueCurvatureFraction * states))) : all
  const candidate = createMlp(backend, sizes, net.activation.name)
  const units = new Float64Array(P).fill(1)
  return {
    value, options, all, part, units,
    order: new Int32Array(states),
    candidate: { net: candidate, tape: createTape(candidate, all.tape.inputs, false) },
    gaussNewton: createGaussNewton(net, part, units, options.valueDamping),
    gradient: new Float64Array(P),
    cg: cgWorkspace(P),
    old: new Float64Array(states),
    scratch: new Float64Array(states),
  }
}

/** v ↦ (mean j jᵀ + λI) v over the states of the map, at the φ of the last `refresh`, which `forward` there precedes. */
interface GaussNewton { readonly apply: Operator; refresh(): void }

function createGaussNewton(net: Mlp, { tape, shards }: ValueMap, units: Float64Array, lambda: number): GaussNewton {
  const jacobian = createJacobian(net, tape)
  const direction = bindParameters(net.backend.allocate(1, units.length).data, net.sizes, 0)
  const derivatives = tape.outputDerivatives.data, n = tape.inputs.rows
  return {
    refresh: () => jacobian.refresh(),
    apply(out, v) {
      for (let p = 0; p < v.length; p++) direction.flat[p] = units[p] * v[p]
      sumOverTiles(out, shards, (tile, into) => {
        jacobian.tangent(tile, direction)
        for (let i = tile.first; i < tile.first + tile.rows; i++) derivatives[i] /= n
        jacobian.backward(tile, into)
      })
      for (let p = 0; p < v.length; p++) out[p] = units[p] * out[p] + lambda * v[p]
    },
  }
}

/** Move φ towards the returns of `batch`; its values are V there before, and V there afterwards. */
export function fitByGaussNewton(fitter: GaussNewtonFitter, batch: FitBatch, random: Random): ValueFit {
  const { observations, returns, values } = batch
  const { all, old, scratch, options } = fitter
  const explainedVariance = explained(scratch, returns, values)
  const lossBefore = meanSquare(scratch, returns, values)
  if (lossBefore === Number.MAX_VALUE) return { status: 'undone', lossBefore, lossAfter: lossBefore, explainedVariance }

  old.set(values)
  all.tape.inputs.data.set(observations.data)
  let status: ValueFit['status'] = 'fitted', lossAfter = lossBefore
  for (let k = 0; k < options.valueSteps; k++) {
    const outcome = descend(fitter, returns, values, lossBefore, lossAfter, random)
    if (outcome === 'failed' && k === 0) status = 'undone'
    if (typeof outcome !== 'number') break
    lossAfter = outcome
  }
  return { status, lossBefore, lossAfter, explainedVariance }
}

/**
 * One Gauss–Newton step of φ and `values`; returns the loss that it leaves. `arrived` where there is nothing to
 * follow, or no room left; `failed` where no trial was acceptable: φ and `values` are what they were.
 */
function descend(
  fitter: GaussNewtonFitter, returns: Float64Array, values: Float64Array, variance: number, loss: number, random: Random,
): number | 'arrived' | 'failed' {
  const { value: { net }, options, all, part, candidate, gaussNewton, units, gradient, cg, old, scratch } = fitter
  const { valueMaxKl: epsilon, valueDamping: lambda } = options
  const phi = net.parameters.flat
  const trial = candidate.net.parameters.flat
  const N = returns.length

  // However far V has moved, by the triangle inequality it may move by this much more, as a root of the mean square.
  const room = Math.sqrt(2 * epsilon * variance) - Math.sqrt(meanSquare(scratch, values, old))
  if (!(room > 0)) return 'arrived'
  units.fill(1 / Math.sqrt(loss), 0, units.length - net.parameters.layers.at(-1)!.W.rows - 1)
  forward(net, all.tape)
  transposeWeights(net)
  const derivatives = all.tape.outputDerivatives.data
  for (let i = 0; i < N; i++) derivatives[i] = (returns[i] - values[i]) / N
  sumOverTiles(gradient, all.shards, (tile, into) => backward(net, tile, into))
  for (let p = 0; p < units.length; p++) gradient[p] *= units[p]
  if (dot(gradient, gradient) === 0) return 'arrived'

  if (part !== all) choose(fitter, random)
  gaussNewton.refresh()
  const solved = conjugateGradient(cg, gaussNewton.apply, gradient, {
    maxIterations: options.valueCgIterations, relativeTolerance: options.cgTolerance,
  })
  const xHx = solved.xAx - lambda * dot(cg.x, cg.x)
  const beta = Math.min(1, room / Math.sqrt(xHx))
  if (!(beta > 0)) return 'failed'
  for (let p = 0; p < units.length; p++) cg.x[p] *= units[p]

  const outputs = candidate.tape.outputs.data
  let after = loss
  const acceptable = (scale: number): boolean => {
    combine(trial, phi, scale * beta, cg.x)
    forward(candidate.net, candidate.tape)
    after = meanSquare(scratch, returns, outputs)
    const kl = meanSquare(scratch, outputs, old) / (2 * variance)
    return after < loss && kl <= epsilon && allFinite(trial)
  }
  if (lineSearch(acceptable, options).backtracks < 0) return 'failed'
  phi.set(trial)
  values.set(outputs)
  return after
}

/** Draw the states that H is made of, without replacement, and run V on them. The draw depends on the stream alone. */
function choose({ value: { net }, all, part, order }: GaussNewtonFitter, random: Random): void {
  const { data, rows, cols } = all.tape.inputs
  const chosen = part.tape.inputs.data
  for (let i = 0; i < rows; i++) order[i] = i
  for (let i = 0; i < part.tape.inputs.rows; i++) {
    const at = i + random.integer(rows - i)
    const state = order[at]
    order[at] = order[i]
    for (let j = 0; j < cols; j++) chosen[i * cols + j] = data[state * cols + j]
  }
  forward(net, part.tape)
}
