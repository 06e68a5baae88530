/**
 * What conjugate gradients need on batches of real trainings.
 *
 * At some iterations of a preset's training a fresh batch is collected, and x̂ is sought with and without
 * the exact diagonal as preconditioner and with a warm start: products until ‖r‖ ≤ tolerance · ‖g‖. And what
 * they are worth: the gain of
 * the surrogate that a direction promises at KL δ by the full Fisher matrix, gᵀx √(2δ / xᵀF x), as a share of
 * what the exact solution of F x = g promises, for directions after few iterations, damped, from a part of
 * the states, or from the empirical Fisher matrix. Diagonal, warm start and empirical matrix lost, and live
 * in studies/losing. A second table compares Kronecker factors as preconditioner (preconditioners.ts).
 */
import { environments } from '../../src/envs/index.ts'
import { cgWorkspace, conjugateGradient, type Operator } from '../../src/math/conjugateGradient.ts'
import { Random } from '../../src/math/random.ts'
import { createFastest } from '../../src/math/simd/backend.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { dot } from '../../src/math/vector.ts'
import { createShards } from '../../src/nn/shards.ts'
import { generalizedAdvantages, normalize } from '../../src/rl/advantage.ts'
import { createBatch } from '../../src/rl/batch.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../src/rl/policyMap.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { predict } from '../../src/rl/value.ts'
import { createFisher } from '../../src/trpo/fisher.ts'
import { createSubset, drawSubset } from '../../src/trpo/variants/subset.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { policyGradient } from '../../src/trpo/surrogate.ts'
import { type Iteration, train } from '../../src/trpo/train.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, mean } from '../harness/table.ts'
import { diagonalOf } from './losing/diagonal.ts'
import { createEmpiricalFisher } from './losing/empiricalFisher.ts'
import { solveFrom } from './losing/warmStart.ts'
import { comparePreconditioners, PRECONDITIONER_HEAD, preconditionerRows } from './preconditioners.ts'

/** After which iterations batches are collected; limits of products, to a tolerance and for the best one. */
interface Extent {
  readonly iterations: readonly number[]
  readonly maxProducts: number
  readonly maxBest: number
}

const FULL: Extent = { iterations: [2, 5, 15, 30, 45], maxProducts: 200, maxBest: 3000 }
const SMOKE: Extent = { iterations: [2], maxProducts: 3, maxBest: 3 }

/** A title, the environment, and options; the 64-64 network is what peers usually have. */
const RUNS: readonly (readonly [string, string, Partial<TrainOptions>])[] = [
  ['CartPole, preset', 'CartPole', presets.CartPole],
  ['CartPole, 64-64', 'CartPole', { ...presets.CartPole, hiddenSizes: [64, 64] }],
  ['Pendulum, preset', 'Pendulum', presets.Pendulum],
  ['Pendulum, 64', 'Pendulum', { ...presets.Pendulum, hiddenSizes: [64] }],
]
const DAMPINGS = [0.1, 0.01, 0.001]
const TOLERANCES = [0.1, 0.01, 0.001]
/** Bytes for four trainings, and a batch with its operators: the slower reference works what does not fit. */
const ROOM = 2 ** 30
const PRODUCTS = [3, 5, 10, 20], FRACTIONS = [0.5, 0.25, 0.1]

interface Problem {
  readonly map: PolicyMap
  readonly gradient: Float64Array
  readonly actions: Tensor
  readonly random: Random
}

/** A fresh batch of the policy that `iteration` left, and its gradient. */
function problemOf({ policy, value, iteration }: Iteration, options: TrainOptions, name: string): Problem {
  const { backend } = policy.net
  const random = new Random(iteration)
  const envs = Array.from({ length: options.envCount }, () => environments[name].make())
  const batch = createBatch(
    backend, options.batchSteps / envs.length, envs.length, policy.net.sizes[0],
    policy.distribution.actionSize)
  collect(createRollout(envs, policy, random), batch)
  predict(batch.values, value, batch.observations, options.batchSteps)
  predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
  generalizedAdvantages(batch, options.discount, options.gaeLambda)
  normalize(batch.advantages, 1, new Float64Array(options.batchSteps))
  const map = createPolicyMap(policy.net, policy.distribution, batch.observations, true)
  forwardPolicy(map)
  const gradient = new Float64Array(policy.net.parameters.flat.length)
  policyGradient(gradient, map, createShards(policy.net, map.tape), batch.actions, batch.advantages.slice())
  return { map, gradient, actions: batch.actions, random }
}

export function solver(words: readonly string[]): number {
  const { smoke, write } = readFlags(words)
  const extent = smoke ? SMOKE : FULL, { iterations } = extent
  const backend = createFastest(ROOM)
  const table = createTable([
    'training', 'λ', ...TOLERANCES.flatMap((t) => [`to ${t}`, 'diagonal', 'warm']),
    'gain: 3 its', '5', '10', '20', 'to 0.1', 'to 0.01', 'states ½', '¼', '⅒', 'empirical F',
  ])
  const preconditioned: string[][] = []
  for (const [title, name, given] of smoke ? RUNS.filter((_, r) => r % 2 === 0) : RUNS) {
    const resolved = resolveOptions({ ...given, seed: 0 })
    const totalSteps = iterations[iterations.length - 1] * resolved.batchSteps
    const options = { ...resolved, backend, totalSteps }
    const cells = new Map<string, number[]>()
    const note = (key: string, value: number): void => { cells.set(key, [...cells.get(key) ?? [], value]) }
    const previous = new Map<number, Float64Array>()
    for (const record of train(() => environments[name].make(), options)) {
      // The batch before each that is studied gives the direction that a warm start begins from.
      if (iterations.includes(record.iteration + 1)) {
        backend.temporarily(() => remember(problemOf(record, options, name), previous, extent))
      }
      if (!iterations.includes(record.iteration)) continue
      backend.temporarily(() => {
        const problem = problemOf(record, options, name)
        const best = bestGain(problem, extent)
        for (const lambda of DAMPINGS) {
          compare(problem, lambda, best, previous.get(lambda)!, extent, (key, value) => {
            note(`${lambda} ${key}`, value)
          })
        }
      })
    }
    for (const lambda of DAMPINGS) {
      const of = (key: string, digits: number): string => mean(cells.get(`${lambda} ${key}`)!).toFixed(digits)
      table.add([
        title, lambda,
        ...TOLERANCES.flatMap((t) => ['plain', 'diagonal', 'warm'].map((way) => of(`${way} ${t}`, 1))),
        ...PRODUCTS.map((k) => of(`gain ${k}`, 3)), of('gain to 0.1', 3), of('gain to 0.01', 3),
        ...FRACTIONS.map((f) => of(`subset ${f}`, 3)), of('empirical', 3),
      ])
      preconditioned.push(...preconditionerRows(title, lambda, of))
    }
  }
  const second = createTable(PRECONDITIONER_HEAD)
  for (const row of preconditioned) second.add(row)
  if (write) pasteInto('docs/results/benchmarks.md', 'solver', table.text())
  if (write) pasteInto('docs/results/benchmarks.md', 'preconditioner', second.text())
  return 0
}

/** gᵀx / √(xᵀF x): the gain that the direction promises, divided by √2δ. */
function promise({ gradient }: Problem, F: Operator, x: Float64Array): number {
  const Fx = new Float64Array(x.length)
  F(Fx, x)
  return dot(gradient, x) / Math.sqrt(dot(x, Fx))
}

function operatorOf({ map }: Problem, lambda: number): Operator {
  const fisher = createFisher(map, createShards(map.net, map.tape), lambda)
  fisher.refresh()
  return fisher.apply
}

/**
 * The promise of the best direction, with almost no damping: F x = g as exactly as conjugate gradients solve
 * it.
 */
function bestGain(problem: Problem, { maxBest }: Extent): number {
  const workspace = cgWorkspace(problem.gradient.length)
  const F = operatorOf(problem, 1e-6)
  conjugateGradient(workspace, F, problem.gradient, { maxIterations: maxBest, relativeTolerance: 1e-5 })
  return promise(problem, operatorOf(problem, 0), workspace.x)
}

function remember(problem: Problem, previous: Map<number, Float64Array>, { maxProducts }: Extent): void {
  for (const lambda of DAMPINGS) {
    const workspace = cgWorkspace(problem.gradient.length)
    const A = operatorOf(problem, lambda), options = { maxIterations: maxProducts, relativeTolerance: 0.001 }
    conjugateGradient(workspace, A, problem.gradient, options)
    previous.set(lambda, workspace.x)
  }
}

function compare(
  problem: Problem, lambda: number, best: number, previous: Float64Array, { maxProducts }: Extent,
  note: (key: string, value: number) => void,
): void {
  const { map, gradient, actions, random } = problem
  const full = operatorOf(problem, 0), damped = operatorOf(problem, lambda)
  const workspace = cgWorkspace(gradient.length)
  const solve = (A: Operator, maxIterations: number, relativeTolerance: number, M?: Operator): number => {
    const options = { maxIterations, relativeTolerance, preconditioner: M }
    return conjugateGradient(workspace, A, gradient, options).iterations
  }
  const share = (x: Float64Array = workspace.x): number => promise(problem, full, x) / best
  comparePreconditioners({ map, gradient, lambda, damped, share, maxProducts }, note)

  const diagonal = diagonalOf(map, createShards(map.net, map.tape), lambda)
  for (const tolerance of TOLERANCES) {
    note(`diagonal ${tolerance}`, solve(damped, maxProducts, tolerance, diagonal))
    const options = { maxIterations: maxProducts, relativeTolerance: tolerance }
    note(`warm ${tolerance}`, solveFrom(previous, workspace, damped, gradient, options))
    note(`plain ${tolerance}`, solve(damped, maxProducts, tolerance))
    if (tolerance >= 0.01) note(`gain to ${tolerance}`, share())
  }
  for (const k of PRODUCTS) {
    solve(damped, k, 0)
    note(`gain ${k}`, share())
  }
  for (const fraction of FRACTIONS) {
    const subset = createSubset(map, fraction, random)
    drawSubset(subset)
    const fisher = createFisher(subset.map, createShards(subset.map.net, subset.map.tape), lambda)
    fisher.refresh()
    solve(fisher.apply, 10, 0)
    note(`subset ${fraction}`, share())
  }
  const empirical = createEmpiricalFisher(map, createShards(map.net, map.tape), lambda, actions)
  empirical.refresh()
  solve(empirical.apply, 10, 0)
  note('empirical', share())
}
