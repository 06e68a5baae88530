/**
 * Where the batch of a step comes from, chosen once: single paths with advantages along them, or a vine (Schulman et
 * al. 2015, sections 5.1 and 5.2). The step and the value fit cannot tell them apart.
 */
import { expectInteger } from '../../errors/expect.ts'
import type { Random } from '../../math/random.ts'
import { generalizedAdvantages, rewardsToGo } from '../../rl/advantage.ts'
import { type Batch, createBatch } from '../../rl/batch.ts'
import type { Policy } from '../../rl/policy.ts'
import { collect, type Episode, type Rollout } from '../../rl/rollout.ts'
import type { Space } from '../../rl/world/space.ts'
import { predict, type Value } from '../../rl/value.ts'
import { branchesIn, collectVine, createVine, vineAdvantages, type VineOptions, vineRows } from '../../rl/vine.ts'
import type { TrainOptions } from '../options/options.ts'

/** What a step improves π on, and what V is fitted to: one and the same where no vine grows; and each of them once. */
export interface Batches { readonly batch: Batch; readonly paths: Batch; readonly all: readonly Batch[] }

export interface Sampler {
  /** Overwrite observations and actions of both batches; returns the episodes that ended. */
  collect(): Episode[]
  /** values, advantages and returns, from V's present opinion. */
  estimate(): void
}

/** K of the vine that options ask for. Throws where actions of `space` are not to be listed, or not one state fits. */
export function vineBranchesFor(options: TrainOptions, space: Space): number {
  const { batchSteps, environments, vineBranches, vineHorizon, vineSpacing } = options
  if (vineBranches === 'all' && space.kind !== 'discrete') {
    throw new RangeError(`vineBranches: expected an integer where actions are ${space.kind}, got "all"`)
  }
  const K = branchesIn(space, vineOptions(options))
  expectInteger('batchSteps', batchSteps, environments * (vineSpacing + K * vineHorizon))
  return K
}

/**
 * Batches whose simulation takes at most options.batchSteps steps; `maskLength` is that of `maskLengthOf`. Throws where
 * there is no such vine.
 */
export function createBatches(options: TrainOptions, { net, distribution, actionSpace }: Policy, maskLength: number): Batches {
  const { batchSteps, environments, vineSpacing } = options
  const create = (rows: number): Batch =>
    createBatch(net.backend, rows / environments, environments, net.sizes[0], distribution.actionSize, maskLength)
  if (options.sampling === 'single-path') {
    const batch = create(batchSteps)
    return { batch, paths: batch, all: [batch] }
  }
  const K = vineBranchesFor(options, actionSpace)
  const rows = vineRows(batchSteps, environments, K, vineOptions(options))
  const batch = create(rows), paths = create(rows / K * vineSpacing)
  return { batch, paths, all: [paths, batch] }
}

export function createSampler(
  options: TrainOptions, rollout: Rollout, { batch, paths }: Batches, value: Value, random: Random,
): Sampler {
  const { discount: gamma } = options
  const alongPaths = (): void => {
    predict(paths.values, value, paths.observations, paths.values.length)
    predict(paths.finalValues, value, paths.finalObservations, paths.finalCount)
    if (options.advantages === 'gae') generalizedAdvantages(paths, gamma, options.gaeLambda)
    else rewardsToGo(paths, gamma)
  }
  if (options.sampling === 'single-path') return { collect: () => collect(rollout, paths), estimate: alongPaths }
  const vine = createVine(rollout, batch.advantages.length, vineOptions(options), random)
  return {
    collect: () => collectVine(vine, paths, batch, gamma),
    estimate() {
      alongPaths()
      predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
      vineAdvantages(vine, batch)
    },
  }
}

function vineOptions({ vineBranches: branches, vineHorizon: horizon, vineSpacing: spacing }: TrainOptions): VineOptions {
  return { branches, horizon, spacing }
}
