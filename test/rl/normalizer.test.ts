/**
 * Statistics and normalised observations against two-pass moments of the states that environments returned.
 * Tolerances: roundings of sums and of the changes of coordinates; the rest to the bit.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { addSample, runningMoments } from '../../src/math/moments.ts'
import { matrix } from '../../src/math/tensor.ts'
import { type Batch, createBatch } from '../../src/rl/batch.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import {
  createNormalizer, type Normalizer, normalizeRow, rebase, refreshNormalizer,
} from '../../src/rl/normalizer.ts'
import { act } from '../../src/rl/actor.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { collect, createRollout, type Rollout } from '../../src/rl/rollout.ts'
import { discrete, multiBinary, multiDiscrete } from '../../src/rl/world/space.ts'
import { forward } from '../support/naiveUpdate.ts'
import { drawnPolicy } from '../support/policy.ts'
import { bits } from '../support/same.ts'
import { wide } from '../support/spaces.ts'

const dataOf = ({ mean, scale, statistics }: Normalizer): string =>
  bits(mean, scale, statistics.mean, statistics.squares)

/** Observations from its own stream, independent of actions, kept in `shown`; episodes of up to 7 steps. */
function shows(draw: (random: Random) => number[], shown: number[][] = []): Env {
  let random = new Random(0), t = 0
  const look = (): number[] => {
    const observation = draw(random)
    shown.push(observation)
    return observation
  }
  return {
    observationSpace: wide(draw(new Random(0)).length), actionSpace: discrete(2),
    reset(options) {
      if (options?.seed !== undefined) random = new Random(options.seed)
      t = 0
      return { observation: look() }
    },
    step() {
      t++
      const observation = look()
      return { observation, reward: 1, terminated: t === 7, truncated: t === 5 && random.uniform() < 0.5 }
    },
  }
}

/** Around 0, far from 0 and small, and constant. */
const mixed = (random: Random): number[] => [random.normal(), 1e4 + 1e-2 * random.normal(), 0.1]

function policyFor(inputs: number, clip = 10): Policy & { readonly normalizer: Normalizer } {
  const space = wide(inputs)
  const policy = drawnPolicy(space, discrete(2), { normalizer: createNormalizer(space, clip) })
  return policy as Policy & { readonly normalizer: Normalizer }
}

function setup(policy: Policy, envs: readonly Env[], steps: number): { rollout: Rollout; batch: Batch } {
  return {
    rollout: createRollout(envs, policy, new Random(7)),
    batch: createBatch(reference, steps, envs.length, policy.net.sizes[0], 1),
  }
}

/** Mean and deviation of column j, by two plain passes. */
function columnMoments(rows: readonly (readonly number[])[], j: number): { mean: number; std: number } {
  const mean = rows.reduce((sum, row) => sum + row[j], 0) / rows.length
  return { mean, std: Math.sqrt(rows.reduce((sum, row) => sum + (row[j] - mean) ** 2, 0) / rows.length) }
}

test('observations that are not a Box are not normalised', () => {
  for (const space of [discrete(3), multiDiscrete([2, 3]), multiBinary(4)]) {
    assert.is(createNormalizer(space, 10), null)
  }
  const normalizer = createNormalizer(wide(2), 5)!
  assert.equal([normalizer.clip, normalizer.statistics.count], [5, 0])
  for (const clip of [0, -1, NaN, '10']) {
    assert.throws(() => createNormalizer(wide(2), clip as number), /^clip: expected a number /)
  }
})

test('without statistics an observation is not changed, however large', () => {
  const x = matrix(Float64Array.of(3, -1e300, 0, 12), 2, 2), out = matrix(new Float64Array(4), 2, 2)
  for (let i = 0; i < 2; i++) normalizeRow(out, 1 - i, x, i, createNormalizer(wide(2), 10))
  assert.equal([...out.data], [0, 12, 3, -1e300])
})

test('mean and deviation are those of the states acted in, over all batches, and of no others', () => {
  const policy = policyFor(3)
  const { rollout, batch } = setup(policy, [shows(mixed), shows(mixed), shows(mixed)], 20)
  // The states acted in: not the last observation of an episode, nor, until the next batch, that of a batch.
  const acted: number[][] = []
  for (let turn = 0; turn < 4; turn++) {
    const inputs = rollout.actor.observations
    const watched = rollout.envs.map((env, e) => ({
      ...env, step: (action: never) => {
        acted.push([...inputs.data.subarray(3 * e, 3 * e + 3)])
        return env.step(action)
      },
    }))
    collect({ ...rollout, envs: watched }, batch)
    refreshNormalizer(policy.normalizer, rollout.seen)
    const { mean, scale, statistics } = policy.normalizer
    assert.is(statistics.count, acted.length)
    assert.is(acted.length, 60 * (turn + 1))
    for (let j = 0; j < 2; j++) {
      const wanted = columnMoments(acted, j)
      // 240 roundings of numbers of size 1e4 against a deviation of 1e-2.
      assert.ok(Math.abs(mean[j] - wanted.mean) < 240 * 2 ** -53 * (1 + Math.abs(wanted.mean)))
      assert.ok(Math.abs(scale[j] / wanted.std - 1) < 1e-7, `${scale[j]} ${wanted.std}`)
    }
    assert.equal([mean[2], scale[2]], [0.1, 1], 'the third never varies')
    assert.ok(rollout.seen.every(({ count }) => count === 0))
  }
})

test('a batch, final observations too, is normalised by earlier statistics, and clipped', () => {
  const shown = [[], []] as number[][][]
  const policy = policyFor(2, 1.5)
  const envs = shown.map((list) => shows((random) => [5 * random.normal(), 3 + random.uniform()], list))
  const { rollout, batch } = setup(policy, envs, 30)
  collect(rollout, batch)
  refreshNormalizer(policy.normalizer, rollout.seen)
  const { mean, scale } = policy.normalizer
  const reads = (row: readonly number[]): number[] =>
    row.map((x, j) => Math.min(1.5, Math.max(-1.5, (x - mean[j]) / scale[j])))
  const frozen = dataOf(policy.normalizer)
  shown.forEach((list) => list.splice(0, list.length - 1))
  collect(rollout, batch)
  assert.is(dataOf(policy.normalizer), frozen, 'statistics do not change within a batch')
  let finals = 0, clipped = 0
  shown.forEach((list, e) => {
    let at = 0
    for (let t = 0; t < 30; t++) {
      const i = e * 30 + t
      assert.equal([...batch.observations.data.subarray(2 * i, 2 * i + 2)], reads(list[at++]))
      clipped += reads(list[at - 1]).filter((x) => Math.abs(x) === 1.5).length
      if (batch.finalRow[i] >= 0) {
        const row = batch.finalRow[i]
        assert.equal([...batch.finalObservations.data.subarray(2 * row, 2 * row + 2)], reads(list[at]))
        finals++
      }
      // After an end comes the observation of the reset.
      if (batch.terminated[i] === 1 || batch.truncated[i] === 1) at++
    }
  })
  assert.ok(finals > 5 && clipped > 5, `${finals} ${clipped}`)
})

test('statistics of environments run separately, merged by index, have the same bits as together', () => {
  const worlds = [3, 4, 5].map((scale) => (): Env => shows((random) => [scale * random.normal(), scale]))
  const together = policyFor(2), apart = policyFor(2)
  const all = setup(together, worlds.map((make) => make()), 25)
  const single = worlds.map((make, e) => {
    // The seed of the e-th of several.
    const env = make()
    const seed = new Random(7).fork(`environment/${e}`).integer(2147483648)
    const reset: Env['reset'] = (options) => env.reset(options?.seed === undefined ? options : { seed })
    return setup(apart, [{ ...env, reset }], 25)
  })
  for (let turn = 0; turn < 3; turn++) {
    collect(all.rollout, all.batch)
    for (const { rollout, batch } of [...single].reverse()) collect(rollout, batch)
    refreshNormalizer(together.normalizer, all.rollout.seen)
    refreshNormalizer(apart.normalizer, single.flatMap(({ rollout }) => rollout.seen))
    assert.is(dataOf(apart.normalizer), dataOf(together.normalizer))
  }
})

test('evaluate and act use the statistics and change no bit of them', () => {
  const policy = policyFor(3)
  const { rollout, batch } = setup(policy, [shows(mixed)], 40)
  collect(rollout, batch)
  refreshNormalizer(policy.normalizer, rollout.seen)
  const random = new Random(9), theta = policy.net.parameters.flat
  for (let p = 0; p < theta.length; p++) theta[p] = random.normal()
  const before = dataOf(policy.normalizer)
  evaluate(policy, () => shows(mixed), { episodes: 5 })
  let ones = 0
  for (let k = 0; k < 50; k++) {
    const observation = mixed(random)
    const { mean, scale } = policy.normalizer
    const [a, b] = forward({ sizes: policy.net.sizes, activation: 'tanh' }, theta,
      observation.map((x, j) => (x - mean[j]) / scale[j]))
    const action = act(policy, observation)
    assert.is(action, b.value > a.value ? 1 : 0)
    ones += Number(action)
  }
  assert.ok(ones > 5 && ones < 45, `${ones}`)
  assert.is(dataOf(policy.normalizer), before)
})

test('an evaluation with statistics is the same in parts and in one call', () => {
  const policy = policyFor(3)
  const { rollout, batch } = setup(policy, [shows(mixed)], 40)
  collect(rollout, batch)
  refreshNormalizer(policy.normalizer, rollout.seen)
  const lengths = (firstEpisode: number, episodes: number): number[] =>
    [...evaluate(policy, () => shows(mixed), { firstEpisode, episodes }).lengths]
  assert.equal([...lengths(0, 3), ...lengths(3, 20)], lengths(0, 23))
})

/** The normaliser after rows of one environment. */
function after(
  rows: readonly (readonly number[])[], normalizer = createNormalizer(wide(rows[0].length), 10)!,
): Normalizer {
  const part = runningMoments(rows[0].length)
  for (const row of rows) addSample(part, Float64Array.from(row), 0)
  refreshNormalizer(normalizer, [part])
  return normalizer
}

const through = (normalizer: Normalizer, row: readonly number[]): number[] => {
  const out = matrix(Float64Array.from(row), 1, row.length)
  normalizeRow(out, 0, out, 0, normalizer)
  return [...out.data]
}

test('an input that varies only by rounding is shifted, not scaled; any other is scaled', () => {
  const normalizer = after([[1e8, 0, 1e-200, 2], [1e8 * (1 + 2 ** -50), 1e-8, 3e-200, 2 + 1e-9]])
  assert.equal([...normalizer.scale.subarray(0, 3)], [1, 5e-9, 1])
  assert.ok(Math.abs(normalizer.scale[3] / 5e-10 - 1) < 1e-6)
  assert.equal(through(normalizer, [2e8, 1e-8, 0, 2])[1], 1)
})

test('an input whose squares overflow is only clipped from then on; other inputs do not change', () => {
  for (const huge of [1e160, -1e300, Number.MAX_VALUE]) {
    const rows = [[1, 0], [3, huge], [1, 0], [3, -huge]]
    const normalizer = after(rows)
    const twin = after(rows.map(([x]) => [x, 1]))
    for (let turn = 0; turn < 3; turn++) {
      assert.equal([normalizer.mean[0], normalizer.scale[0]], [twin.mean[0], twin.scale[0]])
      assert.equal([normalizer.mean[1], normalizer.scale[1]], [0, 1])
      assert.equal(through(normalizer, [2, 4])[1], 4)
      assert.equal(through(normalizer, [2, huge])[1], 10 * Math.sign(huge))
      const { mean, squares } = normalizer.statistics
      assert.ok([...mean, ...squares].every(Number.isFinite), 'what would be saved is finite')
      for (const each of [normalizer, twin]) after([[turn, 1], [turn + 5, 2]], each)
    }
  }
})

test('the returned change maps new coordinates to old ones; rebasing normalises anew, clipping aside', () => {
  const random = new Random(11)
  const rows = (n: number, at: number): number[][] =>
    Array.from({ length: n }, () => [at + random.normal(), 1e-3 * random.normal() - at, 7])
  const normalizer = after(rows(30, 0))
  for (let turn = 1; turn < 5; turn++) {
    const x = rows(20, turn), old = x.map((row) => through(normalizer, row))
    const part = runningMoments(3)
    for (const row of x) addSample(part, Float64Array.from(row), 0)
    const change = refreshNormalizer(normalizer, [part])
    const uncut = { ...normalizer, clip: Infinity }
    const moved = matrix(Float64Array.from(old.flat()), 20, 3)
    rebase(moved, change, Infinity)
    x.forEach((row, i) => through(uncut, row).forEach((now, j) => {
      if (Math.abs(old[i][j]) === 10) return
      // A few roundings of numbers up to 10, through shifts as large as the ratio of deviations.
      const ratio = change.ratio[j], shift = change.shift[j], rounding = 2 ** -50 * (10 + Math.abs(shift))
      assert.ok(Math.abs(ratio * now + shift - old[i][j]) <= rounding)
      const again = moved.data[3 * i + j]
      assert.ok(Math.abs(again - now) <= rounding / Math.min(1, ratio), `${again} ${now}`)
    }))
    rebase(moved, change, 0.5)
    assert.ok(moved.data.every((value) => Math.abs(value) <= 0.5))
  }
})

test.run()
