/**
 * Checks a case of advantages and returns made by other software (Stable-Baselines3, Spinning Up).
 * Arrays of the file are [T][envs]; a batch lies in memory as [envs][T].
 */
import { reference } from '../../src/math/reference.ts'
import { moments } from '../../src/math/moments.ts'
import { generalizedAdvantages, normalize, rewardsToGo } from '../../src/rl/advantage.ts'
import { type Batch, createBatch } from '../../src/rl/batch.ts'
import { type Report, Worst } from './worst.ts'

type Grid = number[][]

/** Environment by environment. */
const flat = (grid: Grid): number[] => grid[0].flatMap((_, e) => grid.map((row) => row[e]))

export interface GaeGolden {
  n_envs: number; T: number; gamma: number; lam: number
  rewards: Grid; values: Grid; terminated: Grid; truncated: Grid; final_values: Grid; last_values: number[]
  expected: {
    advantages: Grid; returns: Grid; rewards_to_go_plain: Grid; rewards_to_go_bootstrapped: Grid
    adv_mean: number; adv_std_ddof0: number
    /** null if one timestep leaves no spread. */
    advantages_normalized_spinup: Grid | null
  }
}

const TOLERANCE = 1e-14

export function checkGaeGolden(golden: GaeGolden): Report {
  const worst = new Worst()
  const { expected, gamma, lam } = golden
  const batch = fill(golden, true)
  generalizedAdvantages(batch, gamma, lam)
  worst.relative('advantages', batch.advantages, flat(expected.advantages), TOLERANCE)
  worst.relative('returns', batch.returns, flat(expected.returns), TOLERANCE)
  const { mean, variance } = moments(batch.advantages)
  const size = Math.max(...flat(expected.advantages).map(Math.abs))
  worst.scaled('adv_mean', [mean], [expected.adv_mean], size, TOLERANCE)
  worst.scaled('adv_std_ddof0', [Math.sqrt(variance)], [expected.adv_std_ddof0], size, TOLERANCE)
  if (expected.advantages_normalized_spinup !== null) {
    normalize(batch.advantages, size, new Float64Array(batch.advantages.length))
    // Taking the mean away and dividing by the spread magnify what rounding is left in the advantages.
    const tolerance = TOLERANCE * Math.max(1, size / expected.adv_std_ddof0)
    worst.relative('advantages_normalized', batch.advantages,
      flat(expected.advantages_normalized_spinup), tolerance)
  }

  const bootstrapped = fill(golden, true)
  rewardsToGo(bootstrapped, gamma)
  worst.relative('rewards_to_go_bootstrapped', bootstrapped.returns,
    flat(expected.rewards_to_go_bootstrapped), TOLERANCE)
  // Without bootstrapping: with a value of 0 wherever an episode was truncated or the batch ended.
  const plain = fill(golden, false)
  rewardsToGo(plain, gamma)
  const sums = flat(expected.rewards_to_go_plain)
  worst.relative('rewards_to_go_plain', plain.returns, sums, TOLERANCE)
  worst.scaled('rewards_to_go_less_values', plain.advantages, sums.map((x, i) => x - plain.values[i]),
    Math.max(...[...sums, ...plain.values].map(Math.abs)), TOLERANCE)
  return worst.report()
}

/** The batch as a rollout would have left it. */
function fill(golden: GaeGolden, bootstrap: boolean): Batch {
  const { T, n_envs: E } = golden
  const batch = createBatch(reference, T, E, 1, 1)
  batch.rewards.set(flat(golden.rewards))
  batch.values.set(flat(golden.values))
  batch.terminated.set(flat(golden.terminated))
  batch.truncated.set(flat(golden.truncated))
  for (let i = 0; i < T * E; i++) {
    const last = i % T === T - 1
    batch.finalRow[i] = -1
    if (batch.terminated[i] === 0 && (batch.truncated[i] === 1 || last)) {
      const value = batch.truncated[i] === 1
        ? flat(golden.final_values)[i] : golden.last_values[Math.floor(i / T)]
      batch.finalRow[i] = batch.finalCount
      batch.finalValues[batch.finalCount++] = bootstrap ? value : 0
    }
  }
  return batch
}
