/**
 * `npm run bench:solver`: what conjugate gradients need on batches of real trainings.
 *
 * At some iterations of a preset's training a fresh batch is collected, and x̂ sought with and without
 * preconditioner and warm start: products until ‖r‖ ≤ tolerance · ‖g‖. And what they are worth: the gain of the
 * surrogate that a direction promises at KL δ by the full Fisher matrix, gᵀx √(2δ / xᵀF x), as a share of what the
 * exact solution of F x = g promises, for directions cut short, damped, or from a part of the states.
 * `--smoke` looks at one batch of each training, not to the last digits, and writes nothing.
 */
import process from 'node:process'
import { environments } from '../src/envs/index.ts'
import { cgWorkspace, conjugateGradient, type Operator } from '../src/math/conjugateGradient.ts'
import { Random } from '../src/math/random.ts'
import { dot } from '../src/math/vector.ts'
import { createShards } from '../src/nn/shards.ts'
import { generalizedAdvantages, normalize } from '../src/rl/advantage.ts'
import { createBatch } from '../src/rl/batch.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../src/rl/policyMap.ts'
import { collect, createRollout } from '../src/rl/rollout.ts'
import { predict } from '../src/rl/value.ts'
import { createFisher } from '../src/trpo/fisher.ts'
import { createSubset, drawSubset } from '../src/trpo/variants/subset.ts'
import { resolveOptions } from '../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../src/trpo/options/options.ts'
import { createPreconditioner, refreshPreconditioner } from '../src/trpo/variants/preconditioner.ts'
import { presets } from '../src/trpo/options/presets.ts'
import { policyGradient } from '../src/trpo/surrogate.ts'
import { type Iteration, train } from '../src/trpo/train.ts'
import { pasteInto } from './paste.ts'

/** Batches: after these iterations, of these trainings; the 64-64 network is the peers' habit. */
const smoke = process.argv.includes('--smoke')
const ITERATIONS = smoke ? [2] : [2, 5, 15, 30, 45]
const RUNS: readonly (readonly [string, string, Partial<TrainOptions>])[] = [
  ['CartPole, preset', 'CartPole', presets.CartPole],
  ['CartPole, 64-64', 'CartPole', { ...presets.CartPole, hiddenSizes: [64, 64] }],
  ['Pendulum, preset', 'Pendulum', presets.Pendulum],
  ['Pendulum, 64', 'Pendulum', { ...presets.Pendulum, hiddenSizes: [64] }],
]
const DAMPINGS = [0.1, 0.01, 0.001]
const TOLERANCES = [0.1, 0.01, 0.001]
const CAP = smoke ? 3 : 200
const MOST = smoke ? 3 : 3000

interface Problem { readonly map: PolicyMap; readonly gradient: Float64Array; readonly random: Random }

/** A fresh batch of the policy that `iteration` left, and its gradient. */
function problemOf({ policy, value, iteration }: Iteration, options: TrainOptions, name: string): Problem {
  const { backend } = policy.net
  const random = new Random(iteration)
  const envs = Array.from({ length: options.envCount }, () => environments[name].make())
  const batch = createBatch(
    backend, options.batchSteps / envs.length, envs.length, policy.net.sizes[0], policy.distribution.actionSize)
  collect(createRollout(envs, policy, random), batch)
  predict(batch.values, value, batch.observations, options.batchSteps)
  predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
  generalizedAdvantages(batch, options.discount, options.gaeLambda)
  normalize(batch.advantages, 1, new Float64Array(options.batchSteps))
  const map = createPolicyMap(policy.net, policy.distribution, batch.observations, true)
  forwardPolicy(map)
  const gradient = new Float64Array(policy.net.parameters.flat.length)
  policyGradient(gradient, map, createShards(policy.net, map.tape), batch.actions, batch.advantages.slice())
  return { map, gradient, random }
}

const rows: string[] = []
const mean = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0) / values.length
const show = (values: readonly number[], digits: number): string => mean(values).toFixed(digits)
const say = (cells: readonly string[]): void => {
  rows.push(`| ${cells.join(' | ')} |`)
  process.stdout.write(`${rows[rows.length - 1]}\n`)
}

const header = ['training', 'λ', ...TOLERANCES.flatMap((t) => [`to ${t}`, 'diagonal', 'warm']), 'gain: 3 its', '5', '10', '20',
  'to 0.1', 'to 0.01', 'states ½', '¼', '⅒']
say(header)
say(header.map(() => '---'))
for (const [title, name, given] of RUNS) {
  const resolved = resolveOptions({ ...given, seed: 0 })
  const options = { ...resolved, totalSteps: ITERATIONS[ITERATIONS.length - 1] * resolved.batchSteps }
  const cells = new Map<string, number[]>()
  const note = (key: string, value: number): void => { cells.set(key, [...cells.get(key) ?? [], value]) }
  const previous = new Map<number, Float64Array>()
  for (const iteration of train(() => environments[name].make(), options)) {
    // The batch before each that is looked at gives the direction that a warm start begins from.
    if (ITERATIONS.includes(iteration.iteration + 1)) remember(problemOf(iteration, options, name), previous)
    if (!ITERATIONS.includes(iteration.iteration)) continue
    const problem = problemOf(iteration, options, name)
    const best = bestGain(problem)
    for (const lambda of DAMPINGS) {
      compare(problem, lambda, best, previous.get(lambda)!, (key, value) => note(`${lambda} ${key}`, value))
    }
  }
  for (const lambda of DAMPINGS) {
    const of = (key: string, digits: number): string => show(cells.get(`${lambda} ${key}`)!, digits)
    say([title, String(lambda),
      ...TOLERANCES.flatMap((t) => [of(`plain ${t}`, 1), of(`diagonal ${t}`, 1), of(`warm ${t}`, 1)]),
      ...[3, 5, 10, 20].map((k) => of(`gain ${k}`, 3)), of('gain to 0.1', 3), of('gain to 0.01', 3),
      ...[0.5, 0.25, 0.1].map((f) => of(`subset ${f}`, 3))])
  }
}
if (!smoke) pasteInto('docs/benchmarks.md', 'solver', rows.join('\n'))

/** gᵀx / √(xᵀF x) of the workspace's x: what its direction promises, but for a factor √2δ. */
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

/** The promise of the best direction, all but undamped: F x = g to the last digits that conjugate gradients give. */
function bestGain(problem: Problem): number {
  const workspace = cgWorkspace(problem.gradient.length)
  conjugateGradient(workspace, operatorOf(problem, 1e-6), problem.gradient, { maxIterations: MOST, relativeTolerance: 1e-5 })
  return promise(problem, operatorOf(problem, 0), workspace.x)
}

function remember(problem: Problem, previous: Map<number, Float64Array>): void {
  for (const lambda of DAMPINGS) {
    const workspace = cgWorkspace(problem.gradient.length)
    conjugateGradient(
      workspace, operatorOf(problem, lambda), problem.gradient, { maxIterations: CAP, relativeTolerance: 0.001 })
    previous.set(lambda, workspace.x)
  }
}

function compare(
  problem: Problem, lambda: number, best: number, previous: Float64Array, note: (key: string, value: number) => void,
): void {
  const { map, gradient, random } = problem
  const full = operatorOf(problem, 0), damped = operatorOf(problem, lambda)
  const workspace = cgWorkspace(gradient.length)
  const solve = (A: Operator, maxIterations: number, relativeTolerance: number, more: object = {}): number =>
    conjugateGradient(workspace, A, gradient, { maxIterations, relativeTolerance, ...more }).iterations
  const share = (): number => promise(problem, full, workspace.x) / best

  const preconditioner = createPreconditioner(map, createShards(map.net, map.tape), lambda)
  refreshPreconditioner(preconditioner, lambda)
  for (const tolerance of TOLERANCES) {
    note(`diagonal ${tolerance}`, solve(damped, CAP, tolerance, { preconditioner: preconditioner.apply }))
    workspace.x.set(previous)
    // The start itself costs a product.
    note(`warm ${tolerance}`, 1 + solve(damped, CAP, tolerance, { warmStart: true }))
    note(`plain ${tolerance}`, solve(damped, CAP, tolerance))
    if (tolerance >= 0.01) note(`gain to ${tolerance}`, share())
  }
  for (const k of [3, 5, 10, 20]) {
    solve(damped, k, 0)
    note(`gain ${k}`, share())
  }
  for (const fraction of [0.5, 0.25, 0.1]) {
    const subset = createSubset(map, fraction, random)
    drawSubset(subset)
    const fisher = createFisher(subset.map, createShards(subset.map.net, subset.map.tape), lambda)
    fisher.refresh()
    solve(fisher.apply, 10, 0)
    note(`subset ${fraction}`, share())
  }
}
