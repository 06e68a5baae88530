/**
 * How the batch of a step is sampled, chosen once by the options: single paths with advantages along them, or
 * a vine (Schulman et al. 2015, sections 5.1 and 5.2). The step and the value fit are the same for both.
 */
import { expectInteger } from '../../errors/expect.ts'
import type { Cell } from '../../math/cells.ts'
import { type Communicator, solo } from '../../math/communicator.ts'
import type { Random } from '../../math/random.ts'
import { generalizedAdvantages } from '../../rl/advantage.ts'
import { type Batch, createBatch } from '../../rl/batch.ts'
import type { Policy } from '../../rl/policy.ts'
import type { Waiting } from '../../rl/play/late.ts'
import { collect, collecting, type Episode, type Rollout } from '../../rl/rollout.ts'
import type { Space } from '../../rl/world/space.ts'
import {
  branchesIn, collectingVine, collectVine, createVine, vineAdvantages, vineCells, type VineOptions, vineRows,
} from '../../rl/vine/vine.ts'
import type { TrainOptions } from '../options/options.ts'

/** The batches of one iteration. */
export interface Batches {
  /** For the policy step. */
  readonly batch: Batch
  /** For the value fit: the same object, unless sampling is 'vine'. */
  readonly paths: Batch
  /** Both, without duplicates. */
  readonly all: readonly Batch[]
}

/** How batches are filled. */
export interface Sampler {
  /** Run π_θ: overwrite observations, actions and rewards of all batches. Returns the episodes that ended. */
  collect(): Episode[]
  /** The same for environments that may answer later; `visit` is called before every timestep. */
  collecting(visit?: () => void): Waiting<Episode[]>
  /** returns ← G_t or Q̂ and advantages ← Â_t of all batches, from their values. */
  estimateAdvantages(): void
  /** What later batches depend on, the rollout aside: of each environment, and of all together. */
  readonly cells: readonly Cell[]
  readonly sharedCells: readonly Cell[]
}

/** K, branches per state. Throws if actions of `space` cannot be listed, or if a batch is too small for K. */
export function vineBranchesFor(options: TrainOptions, space: Space): number {
  const { batchSteps, envCount, vineBranches, vineHorizon, vineSpacing } = options
  if (vineBranches === 'all' && space.kind !== 'discrete') {
    throw new RangeError(`vineBranches: expected an integer where actions are ${space.kind}, got "all"`)
  }
  const K = branchesIn(space, vineOptions(options))
  expectInteger('batchSteps', batchSteps, envCount * (vineSpacing + K * vineHorizon))
  return K
}

/**
 * Batches that take at most options.batchSteps environment steps; `maskLength` is that of `maskLengthOf`. Of
 * several ranks each has batches of its environments.
 * Throws if actions cannot be listed for a vine, or if a batch is too small for one.
 */
export function createBatches(
  options: TrainOptions, { net, distribution, actionSpace }: Policy, maskLength: number,
  { size }: Communicator = solo,
): Batches {
  const { batchSteps, envCount, vineSpacing } = options, envs = envCount / size
  const create = (rows: number): Batch =>
    createBatch(net.backend, rows / envCount, envs, net.sizes[0], distribution.actionSize, maskLength)
  if (options.sampling === 'single-path') {
    const batch = create(batchSteps)
    return { batch, paths: batch, all: [batch] }
  }
  const K = vineBranchesFor(options, actionSpace)
  const rows = vineRows(batchSteps, envCount, K, vineOptions(options))
  const batch = create(rows), paths = create(rows / K * vineSpacing)
  return { batch, paths, all: [paths, batch] }
}

/** The sampler of options.sampling, for `batches` as `createBatches` makes them; `random` is for a vine. */
export function createSampler(
  options: TrainOptions, rollout: Rollout, { batch, paths }: Batches, random: Random,
): Sampler {
  const { discount: gamma, gaeLambda: lambda } = options
  if (options.sampling === 'single-path') {
    return {
      collect: () => collect(rollout, batch),
      collecting: (visit) => collecting(rollout, batch, visit),
      estimateAdvantages: () => generalizedAdvantages(batch, gamma, lambda),
      cells: [], sharedCells: [],
    }
  }
  const vine = createVine(rollout, batch.advantages.length, vineOptions(options), random)
  return {
    collect: () => collectVine(vine, paths, batch, gamma),
    collecting: (visit) => collectingVine(vine, paths, batch, gamma, visit),
    estimateAdvantages() {
      generalizedAdvantages(paths, gamma, lambda)
      vineAdvantages(vine, batch)
    },
    ...vineCells(vine),
  }
}

function vineOptions({ vineBranches, vineHorizon, vineSpacing }: TrainOptions): VineOptions {
  return { branches: vineBranches, horizon: vineHorizon, spacing: vineSpacing }
}
