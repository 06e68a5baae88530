/**
 * What directions promise on a batch of a real training, and what they cost. After some iterations fresh
 * batches of the policy are collected. On the first, one step each solves F x = g in another way; then for
 * all batches the gain of the surrogate that x promises at a given KL by the quadratic model,
 * gᵀx / √(xᵀF x), is compared with what the damped system's exact solution promises on the first.
 */
import { clonePolicy, resolveOptions, train } from 'trpo'
import {
  collect, createBatch, createFastest, createFisher, createPolicyMap, createRollout, createShards,
  createStepper, dot, forwardPolicy, generalizedAdvantages, normalizeAdvantages, policyGradient, predict,
  Random, step,
} from 'trpo/parts'
import tasks from '../index.js'

const EXACT = { cgIterations: 1000, cgTolerance: 1e-6, preconditioner: 'kronecker', fisherFraction: 1 }
/** How many other batches a promise held out is the mean of. */
const HELD_OUT = 8
/** Bytes for the training, and a batch with its steppers: the slower reference works what does not fit. */
const ROOM = 2 ** 30

/** A batch of `policy` with advantages by `value`, as the training has them. */
function batchOf(make, { policy, value }, options, random) {
  const { batchSteps, envCount, actionNoiseHold, discount, gaeLambda } = options
  const { backend, sizes: [inputs] } = policy.net
  const envs = Array.from({ length: envCount }, make)
  const batch = createBatch(backend, batchSteps / envCount, envCount, inputs, policy.distribution.actionSize)
  collect(createRollout(envs, policy, random, actionNoiseHold), batch)
  predict(batch.values, value, batch.observations, batchSteps)
  predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
  generalizedAdvantages(batch, discount, gaeLambda)
  normalizeAdvantages(batch, new Float64Array(batchSteps))
  for (const env of envs) env.close?.()
  return batch
}

/** x ↦ gᵀx / √(xᵀF x), of a batch. */
function promiseOn(batch, policy) {
  const { net, distribution } = policy
  const map = createPolicyMap(net, distribution, batch.observations, true)
  forwardPolicy(map)
  const g = new Float64Array(net.parameters.flat.length), Fx = new Float64Array(g.length)
  const shards = createShards(net, map.tape)
  policyGradient(g, map, shards, batch.actions, batch.advantages.slice())
  const fisher = createFisher(map, shards, 0)
  fisher.refresh()
  return (x) => {
    fisher.apply(Fx, x)
    return dot(g, x) / Math.sqrt(dot(x, Fx))
  }
}

/** The direction of a step of a copy of `policy`, and the median milliseconds of its phase `fisher`. */
function solve(batch, policy, options, repeats) {
  const times = []
  let x
  for (let i = 0; i < repeats; i++) {
    policy.net.backend.temporarily(() => {
      const stepper = createStepper(clonePolicy(policy), batch.observations, options, new Random(i))
      let before = performance.now()
      step(stepper, batch, (phase) => {
        const now = performance.now()
        if (phase === 'fisher') times.push(now - before)
        before = now
      })
      x ??= stepper.cg.x.slice()
    })
  }
  return { x, time: times.sort((a, b) => a - b)[repeats >> 1] }
}

/**
 * Trains task `name` by its preset and `seed`, and after each of the `iterations` calls
 * `note(way, { promised, heldOut, milliseconds })` for all `ways`, which are options by name. `promised` and
 * `heldOut` are shares of the exact solution's promise on the first batch: that of the way's direction
 * there, and its mean on the others, which no solver saw. Milliseconds are the median of `repeats`.
 */
export function lookAtDirections(name, ways, { seed, iterations, repeats, change = {} }, note) {
  const { make, preset } = tasks[name]
  const options = { ...resolveOptions({ ...preset, ...change, seed }), backend: createFastest(ROOM) }
  for (const record of train(make, options)) {
    const { policy, iteration } = record
    if (!iterations.includes(iteration)) continue
    const temporarily = (work) => policy.net.backend.temporarily(work)
    const fresh = (i) => batchOf(make, record, options, new Random((HELD_OUT + 1) * iteration + i))
    const solved = temporarily(() => {
      const batch = fresh(HELD_OUT), promise = promiseOn(batch, policy)
      const best = promise(solve(batch, policy, { ...options, ...EXACT }, 1).x)
      return Object.entries(ways).map(([way, given]) => {
        const { x, time } = solve(batch, policy, { ...options, ...given }, repeats)
        return { way, x, best, promised: promise(x) / best, heldOut: 0, milliseconds: time }
      })
    })
    for (let i = 0; i < HELD_OUT; i++) {
      temporarily(() => {
        const promise = promiseOn(fresh(i), policy)
        for (const each of solved) each.heldOut += promise(each.x) / each.best / HELD_OUT
      })
    }
    for (const { way, promised, heldOut, milliseconds } of solved) {
      note(way, { promised, heldOut, milliseconds })
    }
    if (iteration === Math.max(...iterations)) return
  }
}
