/**
 * The vine: from each of some states along trajectories of π, several short rollouts (branches), one per
 * action, so that actions are compared in the same state. Schulman et al. 2015, section 5.2.
 *
 *   Q̂(s, a_k) = Σ_{t<H} γᵗ r_t + γᴴ V(s_H)      for a branch of H steps, or fewer if its episode ends
 *
 * All branches of a state use the same random numbers: the environment is set back to the same saved state,
 * including its random stream, and actions after the first are drawn from equal streams. A batch holds M
 * states with K branches each.
 *
 * Drawn branches, a_k ~ π(·|s): Â = Q̂_k − mean Q̂. The paper's estimator is self-normalised,
 *   L_n = Σ w_k Q̂_k / Σ w_k with w_k = π_θ(a_k|s) / π_old(a_k|s).  Its gradient at θ_old, where w = 1, is
 *   (1/K) Σ ∇w_k Q̂_k − (1/K²) Σ Q̂_j Σ ∇w_k = (1/K) Σ ∇log π(a_k|s) (Q̂_k − mean Q̂),
 * the gradient of the plain surrogate with this Â. Its expectation is (1 − 1/K) ∇ Σ π_θ Q̂, since the mean
 * contains Q̂_k itself: shorter, but in the same direction.
 *
 * All actions of a discrete space: Â = K π_old(a|s) (Q̂_a − Σ π_old Q̂). The mean of ratio · Â over rows is
 * then the mean over states of Σ_a π_θ(a|s) Q̂_a, minus a constant: the paper's estimator for few actions,
 * without sampling.
 *
 * But: V is fitted to the trajectories only, not to branches. A trajectory shares its noise with its
 * branches, so neighbouring states are correlated.
 */
import { exp } from '../../math/elementary.ts'
import { expectFunction, expectInteger } from '../../errors/expect.ts'
import { type Cell, numbersCell, streamCell } from '../../math/cells.ts'
import type { Random } from '../../math/random.ts'
import type { Batch } from '../batch.ts'
import { decide } from '../actor.ts'
import { arrive, atOnce, type Late, type Waiting } from '../play/late.ts'
import {
  askMasks, askStep, collecting, type Episode, keepDecision, keepFinal, type Rollout,
} from '../rollout.ts'
import { createSavedPoint, restore, save, type SavedPoint } from './savedPoint.ts'
import type { Space } from '../world/space.ts'

/** Shape of a vine. */
export interface VineOptions {
  /** K, at least 2: actions drawn from π in each state; or 'all' actions of a discrete space, once each. */
  readonly branches: number | 'all'
  /** H: steps per branch, at least 1, of which the first takes the branch's action. */
  readonly horizon: number
  /** Steps of a trajectory between two of its states, at least 1. */
  readonly spacing: number
}

/** A rollout, its saved points, and the memory for branches. */
export interface Vine {
  readonly rollout: Rollout
  readonly options: VineOptions
  /** K */
  readonly branches: number
  /** Streams of the branches' first actions, one per environment: 'branch/0', … of `random`. */
  readonly firsts: readonly Random[]
  /**
   * Streams of all later actions of a branch, one per environment: 'noise/e/m' of `random` for the m-th state
   * of environment e, counted over all batches. (The streams 'noise/e' of held noise are forks of the
   * rollout's.)
   */
  readonly noises: Random[]
  readonly random: Random
  /** States per environment in all batches so far. */
  visited: number
  /** The states of a batch, in order: M/E points. */
  readonly saved: readonly SavedPoint[]
  /** The end of the batch's trajectories, where the next batch continues. */
  readonly end: SavedPoint
  /** Per row of the batch: Σ γᵗ r_t, γ to the number of steps, and π_old of the first action. [N] each */
  readonly partial: Float64Array
  readonly power: Float64Array
  readonly probability: Float64Array
  /** log π of the first actions; 1 while the environment's branch continues, then 0. [E] each */
  readonly logs: Float64Array
  readonly alive: Uint8Array
}

/** M · K rows of at most `steps` steps of simulation in `envs` environments; 0 if not one state fits. */
export function vineRows(
  steps: number, envs: number, branches: number, { horizon, spacing }: VineOptions,
): number {
  return Math.floor(steps / (envs * (spacing + branches * horizon))) * envs * branches
}

/** K for actions of `space`. */
export function branchesIn(space: Space, { branches }: VineOptions): number {
  if (branches !== 'all') return branches
  if (space.kind === 'discrete') return space.n
  throw new RangeError(`branches: expected an integer where actions are ${space.kind}, got "all"`)
}

/**
 * A vine on `rollout` for batches of `rows` rows, a multiple of K · environments. The environments must have
 * `getState` and `setState`.
 */
export function createVine(rollout: Rollout, rows: number, options: VineOptions, random: Random): Vine {
  const { envs, actor, first } = rollout
  expectInteger('horizon', options.horizon, 1)
  expectInteger('spacing', options.spacing, 1)
  if (options.branches !== 'all') expectInteger('branches', options.branches, 2)
  envs.forEach((env, e) => {
    for (const method of ['getState', 'setState'] as const) {
      expectFunction(`environment ${e}.${method}`, env[method], 'a function for a vine')
    }
  })
  const E = envs.length, branches = branchesIn(actor.policy.actionSpace, options)
  const states = rows / (branches * E)
  if (!Number.isInteger(states)) {
    const unit = `branches times environments (${branches * E})`
    throw new RangeError(`rows: expected a multiple of ${unit}, got ${rows}`)
  }
  return {
    rollout, options, branches, random,
    firsts: envs.map((_, e) => random.fork(`branch/${first + e}`)),
    noises: envs.map(() => random),
    visited: 0,
    saved: Array.from({ length: states }, () => createSavedPoint(rollout)),
    end: createSavedPoint(rollout),
    partial: new Float64Array(rows),
    power: new Float64Array(rows),
    probability: new Float64Array(rows),
    logs: new Float64Array(E),
    alive: new Uint8Array(E),
  }
}

/**
 * Fill `paths`, M/E · spacing steps per environment, like `collect`; then fill `batch` with observations,
 * actions and final observations of the branches. Row e·N/E + m·K + k is branch k of the m-th state of
 * environment e. Returns the episodes that ended on the trajectories. rollout.steps counts all steps, also
 * those of branches.
 */
export function collectVine(vine: Vine, paths: Batch, batch: Batch, gamma: number): Episode[] {
  return atOnce(collectingVine(vine, paths, batch, gamma), 'trainAsync')
}

/** The same, for environments that may answer later; `visit(t)` is called before timestep t of `paths`. */
export function* collectingVine(
  vine: Vine, paths: Batch, batch: Batch, gamma: number, visit: (t: number) => void = () => {},
): Waiting<Episode[]> {
  const { rollout, branches: K, options: { spacing }, saved, end } = vine
  const episodes = yield* collecting(rollout, paths, (t) => {
    visit(t)
    if (t % spacing === 0) save(rollout, saved[t / spacing])
  })
  save(rollout, end)
  batch.finalCount = 0
  for (let m = 0; m < saved.length; m++) {
    for (let k = 0; k < K; k++) {
      restore(rollout, saved[m])
      yield* runBranch(vine, batch, m * K + k, gamma)
    }
    vine.visited++
  }
  restore(rollout, end)
  return episodes
}

/** What later vines depend on, the rollout aside: of each environment, and of all together. */
export function vineCells(vine: Vine): { readonly cells: Cell[]; readonly sharedCells: Cell[] } {
  return {
    cells: vine.firsts.map((random, e) => streamCell(`branch/${vine.rollout.first + e}`, random)),
    sharedCells: [numbersCell('visited', 0, () => [vine.visited], ([visited]) => {
      vine.visited = expectInteger('visited', visited, 0)
    })],
  }
}

/** batch.returns ← Q̂; batch.advantages ← Â. Reads finalValues; to be called after `collectVine`. */
export function vineAdvantages(vine: Vine, batch: Batch): void {
  const { options, branches: K, partial, power, probability } = vine
  const { advantages, returns, finalRow, finalValues } = batch
  const all = options.branches === 'all'
  for (let i = 0; i < partial.length; i++) {
    returns[i] = partial[i] + (finalRow[i] < 0 ? 0 : power[i] * finalValues[finalRow[i]])
  }
  for (let first = 0; first < partial.length; first += K) {
    let mean = 0
    for (let i = first; i < first + K; i++) mean += (all ? probability[i] : 1 / K) * returns[i]
    for (let i = first; i < first + K; i++) {
      advantages[i] = (all ? K * probability[i] : 1) * (returns[i] - mean)
    }
  }
}

/** One branch of the state that each environment is in: the environment's row `b` of the batch. */
function* runBranch(vine: Vine, batch: Batch, b: number, gamma: number): Waiting<void> {
  const { rollout, branches: K, options: { horizon }, alive } = vine
  for (let t = 0; t < horizon && (t === 0 || alive.includes(1)); t++) {
    const masks = askMasks(rollout, t === 0 ? null : alive)
    if (masks.length > 0) yield* arrive(masks)
    if (t === 0) {
      chooseFirst(vine, b % K)
      startRows(vine, batch, b)
    } else decide(rollout.actor, vine.noises)          // streams equal for all branches of a state

    const late: Late[] = []
    for (let e = 0; e < alive.length; e++) if (alive[e] === 1) askStep(rollout, e, late, null)
    if (late.length > 0) yield* arrive(late)
    keepResults(vine, batch, b, gamma, t + 1 === horizon)
  }
}

/** The actor's actions ← branch k's first actions, drawn or given; logs ← log π; alive ← 1 if it is run. */
function chooseFirst(vine: Vine, k: number): void {
  const { options, rollout: { envs, actor }, firsts, logs, alive } = vine
  decide(actor, firsts)
  const all = options.branches === 'all'
  if (all) actor.actions.data.fill(k)
  const { distribution } = actor.policy, { eta } = actor.map
  distribution.logProbability(logs, actor.actions, eta)
  // With all actions, one that the mask forbids has probability 0 and is not tried.
  for (let e = 0; e < envs.length; e++) {
    alive[e] = all && eta.mask?.[e * distribution.etaSize + k] === 0 ? 0 : 1
  }
}

/** The row of the batch that is environment e's row `b`. */
function rowOf({ saved, branches }: Vine, b: number, e: number): number {
  return e * saved.length * branches + b
}

/** Begin the rows of one branch: states, actions and masks; sums of rewards start at 0. */
function startRows(vine: Vine, batch: Batch, b: number): void {
  const { rollout: { envs, actor, first }, noises, partial, power, probability, logs } = vine
  for (let e = 0; e < envs.length; e++) {
    const i = rowOf(vine, b, e)
    keepDecision(batch, i, actor, e)
    batch.finalRow[i] = -1
    partial[i] = 0
    power[i] = 1
    probability[i] = exp(logs[e])
    noises[e] = vine.random.fork(`noise/${first + e}/${vine.visited}`)
  }
}

/** Add the rewards of the last step to the branches that continue; keeps observations to bootstrap from. */
function keepResults(vine: Vine, batch: Batch, b: number, gamma: number, isLast: boolean): void {
  const { rollout: { actor, rewards, terminated, truncated }, partial, power, alive } = vine
  for (let e = 0; e < alive.length; e++) {
    if (alive[e] === 0) continue
    const i = rowOf(vine, b, e)
    partial[i] += power[i] * rewards[e]
    power[i] *= gamma
    if (terminated[e] === 0 && truncated[e] === 0 && !isLast) continue
    if (terminated[e] === 0) batch.finalRow[i] = keepFinal(batch, actor, e)
    alive[e] = 0
  }
}
