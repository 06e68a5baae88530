/**
 * Checks a policy-update case made by other software (PyTorch double backprop): forward values, gradients,
 * Fisher products, conjugate gradients, step lengths and line searches. Works for any sizes.
 *
 * Files keep W as [out][in]; here it is [in][out], so that parameter vectors are permuted on the way in and
 * out.
 */
import { cgWorkspace, conjugateGradient } from '../../src/math/conjugateGradient.ts'
import { exp } from '../../src/math/elementary.ts'
import { reference } from '../../src/math/reference.ts'
import { dot, sum } from '../../src/math/vector.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import { createShards } from '../../src/nn/shards.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../src/rl/policyMap.ts'
import { discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import { createFisher } from '../../src/trpo/fisher.ts'
import { policyGradient, surrogate } from '../../src/trpo/surrogate.ts'
import { wide } from './spaces.ts'
import { type Report, Worst } from './worst.ts'

type Vector = number[]
/** A long vector is given by its norm, its sum and some entries. */
type Summary = Vector | { norm: number; sum: number; idx: number[]; val: number[] }

interface At {
  output: Vector[]; log_prob: Vector; entropy: Vector; mean_entropy: number
  surrogate: number; surrogate_grad: Summary
  kl_per_sample?: Vector; mean_kl_old_new?: number; mean_kl_new_old?: number
}

interface Solve {
  damping: number; delta: number; cg_max_iters: number; cg_iters: number; cg_iters_stable: boolean
  residual_norms: Vector; residuals_reliable_upto: number; x: Summary | null; x_noise: number
  xAx: number; beta: number | null; x_exact: Vector | null
  line_search: { shrink: number; trace: [number | null, number | null][]; accepted: number | null }[]
}

export interface PolicyGolden {
  name: string; dist: 'categorical' | 'multidiscrete' | 'bernoulli' | 'gaussian'; act: number[]
  obs_dim: number; hidden: number[]; activation: ActivationName; batch: number; n_params: number
  layers: { out: number; in: number; W: Vector; b: Vector }[]; log_std: Vector | null
  obs: Vector[]; actions: (number | Vector)[]; advantages: Vector; old_log_prob: Vector
  delta_theta: Vector; v: Vector[]
  expected: { at_old: At; at_new: At; fvp: Summary[]; vFv: Vector; fisher: Vector | null; solves: Solve[] }
}

/** Worst error of each quantity, against the tolerance that the goldens' README grants it. */
export function checkPolicyGolden(golden: PolicyGolden): Report {
  const worst = new Worst()
  const { expected, batch: N } = golden
  const extreme = expected.solves.length === 0 && expected.fvp.length === 0
  const saturated = golden.name.includes('saturated')
  const gradientTolerance = saturated ? 1e-11 : 1e-12

  const old = place(golden, thetaOf(golden))
  const moved = place(golden, add(thetaOf(golden), permuteIn(golden, golden.delta_theta)))
  const P = old.policy.net.parameters.flat.length
  if (P !== golden.n_params) {
    throw new RangeError(`n_params: expected ${golden.n_params}, got ${P}`)
  }
  const values = (name: string, actual: ArrayLike<number>, wanted: Vector, tolerance: number): void => {
    if (extreme) worst.absolute(name, actual, wanted, 1e-9)
    else worst.relative(name, actual, wanted, tolerance)
  }

  const oldLog = Float64Array.from(golden.old_log_prob)
  const advantages = Float64Array.from(golden.advantages)
  for (const [label, here, at] of [['old', old, expected.at_old], ['new', moved, expected.at_new]] as const) {
    const { map } = here
    values(`${label} output`, map.tape.outputs.data, at.output.flat(), 1e-13)
    const logProbability = new Float64Array(N), entropy = new Float64Array(N)
    map.distribution.logProbability(logProbability, here.actions, map.eta)
    map.distribution.entropy(entropy, map.eta)
    values(`${label} log_prob`, logProbability, at.log_prob, 1e-13)
    values(`${label} entropy`, entropy, at.entropy, 1e-13)
    values(`${label} mean_entropy`, [sum(entropy) / N], [at.mean_entropy], 1e-13)
    const L = surrogate(reference, logProbability, oldLog, advantages, reference.allocate(1, N))
    values(`${label} surrogate`, [L], [at.surrogate], 1e-13)
    const gradient = new Float64Array(golden.n_params)
    policyGradient(gradient, map, createShards(map.net, map.tape), here.actions,
      advantages.map((a, i) => exp(logProbability[i] - oldLog[i]) * a))
    compareSummary(worst, `${label} surrogate_grad`, permuteOut(golden, gradient), at.surrogate_grad,
      gradientTolerance, extreme)
  }

  const kl = new Float64Array(N)
  const klOf = (from: PolicyMap, to: PolicyMap): Float64Array => {
    from.distribution.klOldNew(kl, from.eta, to.eta)
    return kl
  }
  const { kl_per_sample, mean_kl_old_new, mean_kl_new_old } = expected.at_new
  const meanKl = (from: PolicyMap, to: PolicyMap): number => sum(klOf(from, to)) / N
  if (kl_per_sample !== undefined) values('kl_per_sample', klOf(old.map, moved.map), kl_per_sample, 1e-11)
  if (mean_kl_old_new !== undefined) {
    values('mean_kl_old_new', [meanKl(old.map, moved.map)], [mean_kl_old_new], 1e-11)
  }
  if (mean_kl_new_old !== undefined) {
    values('mean_kl_new_old', [meanKl(moved.map, old.map)], [mean_kl_new_old], 1e-11)
  }

  const { map } = old
  const shards = createShards(map.net, map.tape)
  const { apply: F, refresh } = createFisher(map, shards, 0)
  refresh()
  expected.fvp.forEach((wanted, k) => {
    const v = permuteIn(golden, golden.v[k])
    const out = new Float64Array(v.length)
    F(out, v)
    compareSummary(worst, `fvp[${k}]`, permuteOut(golden, out), wanted, gradientTolerance, false)
    worst.relative(`vFv[${k}]`, [dot(v, out)], [expected.vFv[k]], gradientTolerance)
  })
  if (expected.fisher !== null) {
    const P = golden.n_params
    const dense: Vector = []
    for (let j = 0; j < P; j++) {
      const unit = new Array<number>(P).fill(0)
      unit[j] = 1
      const column = new Float64Array(P)
      F(column, permuteIn(golden, unit))
      permuteOut(golden, column).forEach((x, i) => { dense[i * P + j] = x })
    }
    worst.relative('fisher', dense, expected.fisher, gradientTolerance)
  }

  const gradient = new Float64Array(golden.n_params)
  policyGradient(gradient, map, shards, old.actions, Float64Array.from(advantages))
  expected.solves.forEach((solve, s) => checkSolve(worst, `solve ${s}`, golden, old, gradient, solve))
  return worst.report()
}

function checkSolve(
  worst: Worst, label: string, golden: PolicyGolden, old: Placed, gradient: Float64Array, solve: Solve,
): void {
  const { map } = old
  const workspace = cgWorkspace(golden.n_params)
  const { apply: operator, refresh } = createFisher(map, createShards(map.net, map.tape), solve.damping)
  refresh()
  const gradientNorm = Math.sqrt(dot(gradient, gradient))
  // The files stop at r·r < 1e-10: the same as a relative residual of 1e-5 / ‖g‖.
  const run = (maxIterations: number): ReturnType<typeof conjugateGradient> => conjugateGradient(
    workspace, operator, gradient,
    { maxIterations, relativeTolerance: gradientNorm > 0 ? 1e-5 / gradientNorm : 0 })
  const tolerance = Math.max(1e-9, 100 * solve.x_noise)
  solve.residual_norms.slice(0, solve.residuals_reliable_upto + 1).forEach((wanted, k) => {
    worst.relative(`${label} residual_norms`, [run(k).relativeResidual * gradientNorm], [wanted], tolerance)
  })
  const solved = run(solve.cg_max_iters)
  if (solve.cg_iters_stable) worst.exact(`${label} cg_iters`, solved.iterations, solve.cg_iters)
  if (solve.beta === null) {
    worst.exact(`${label} zero gradient`, gradientNorm, 0)
    worst.exact(`${label} iterations at zero gradient`, solved.iterations, 0)
    return
  }
  const x = permuteOut(golden, workspace.x)
  if (solve.x !== null) compareSummary(worst, `${label} x`, x, solve.x, tolerance, false)
  worst.relative(`${label} xAx`, [solved.xAx], [solve.xAx], tolerance)
  const beta = Math.sqrt(2 * solve.delta / solved.xAx)
  worst.relative(`${label} beta`, [beta], [solve.beta], tolerance)

  const theta = thetaOf(golden), direction = workspace.x.slice()
  const N = golden.batch
  const oldLog = Float64Array.from(golden.old_log_prob), advantages = Float64Array.from(golden.advantages)
  const scratch = reference.allocate(1, N)
  const before = golden.expected.at_old.surrogate
  for (const search of solve.line_search) {
    let accepted: number | null = null
    let scale = 1
    // Far from θ the ratios underflow, and a surrogate of 1e-25 has no correct digits: all are measured by
    // the largest.
    const size = Math.max(...search.trace.map(([L]) => Math.abs(L ?? 0)))
    for (let j = 0; j < search.trace.length; j++, scale *= search.shrink) {
      const trial = place(golden, theta.map((t, i) => t + scale * beta * direction[i]))
      const log = new Float64Array(N), kl = new Float64Array(N)
      trial.map.distribution.logProbability(log, trial.actions, trial.map.eta)
      trial.map.distribution.klOldNew(kl, map.eta, trial.map.eta)
      const L = surrogate(reference, log, oldLog, advantages, scratch), meanKl = sum(kl) / N
      const [wantedL, wantedKl] = search.trace[j]
      if (wantedL !== null) worst.scaled(`${label} trace surrogate`, [L], [wantedL], size, tolerance)
      if (wantedKl !== null) worst.relative(`${label} trace kl`, [meanKl], [wantedKl], tolerance)
      if (accepted === null && meanKl <= solve.delta && L > before) accepted = j
    }
    worst.exact(`${label} accepted (shrink ${search.shrink})`, accepted ?? -1, search.accepted ?? -1)
  }
}

interface Placed { policy: Policy; map: PolicyMap; actions: ReturnType<typeof reference.allocate> }

/** The golden's policy at θ, evaluated on its states. */
function place(golden: PolicyGolden, theta: Float64Array): Placed {
  const policy =
    createPolicy(reference, wide(golden.obs_dim), actionSpace(golden), golden.hidden, golden.activation)
  policy.net.parameters.flat.set(theta)
  const observations = reference.allocate(golden.batch, golden.obs_dim)
  observations.data.set(golden.obs.flat())
  const actions = reference.allocate(golden.batch, policy.distribution.actionSize)
  actions.data.set(golden.actions.flat())
  const map = createPolicyMap(policy.net, policy.distribution, observations, true)
  forwardPolicy(map)
  return { policy, map, actions }
}

function actionSpace({ dist, act }: PolicyGolden): Space {
  if (dist === 'categorical') return discrete(act[0])
  if (dist === 'multidiscrete') return multiDiscrete(act)
  if (dist === 'bernoulli') return multiBinary(act[0])
  if (dist === 'gaussian') return wide(act[0])
  throw new RangeError(`dist: expected categorical, multidiscrete, bernoulli or gaussian, got ${dist}`)
}

function thetaOf(golden: PolicyGolden): Float64Array {
  return permuteIn(golden, [...golden.layers.flatMap(({ W, b }) => [...W, ...b]), ...(golden.log_std ?? [])])
}

/** Where entry (i of in, j of out) of our order stands in the file's. */
function eachEntry(golden: PolicyGolden, visit: (ours: number, theirs: number) => void): void {
  let at = 0
  for (const { in: inputs, out: outputs } of golden.layers) {
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < outputs; j++) visit(at + i * outputs + j, at + j * inputs + i)
    }
    for (let j = 0; j < outputs; j++) visit(at + inputs * outputs + j, at + inputs * outputs + j)
    at += (inputs + 1) * outputs
  }
  for (; at < golden.n_params; at++) visit(at, at)
}

function permuteIn(golden: PolicyGolden, theirs: ArrayLike<number>): Float64Array {
  const ours = new Float64Array(golden.n_params)
  eachEntry(golden, (to, from) => { ours[to] = theirs[from] })
  return ours
}

function permuteOut(golden: PolicyGolden, ours: Float64Array): Vector {
  const theirs = new Array<number>(golden.n_params)
  eachEntry(golden, (from, to) => { theirs[to] = ours[from] })
  return theirs
}

function add(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, i) => value + y[i])
}

function compareSummary(
  worst: Worst, name: string, actual: Vector, wanted: Summary, tolerance: number, extreme: boolean,
): void {
  const compare = (a: Vector, w: Vector): void => {
    if (extreme) worst.absolute(name, a, w, 1e-9)
    else worst.relative(name, a, w, tolerance)
  }
  if (Array.isArray(wanted)) {
    compare(actual, wanted)
    return
  }
  compare(wanted.idx.map((i) => actual[i]), wanted.val)
  const length = Math.sqrt(actual.reduce((total, x) => total + x * x, 0))
  compare([length], [wanted.norm])
  // A sum of many terms of either sign: its rounding is measured by the norm, not by its own size.
  const total = actual.reduce((s, x) => s + x, 0)
  worst.scaled(`${name} sum`, [total], [wanted.sum], length, tolerance)
}
