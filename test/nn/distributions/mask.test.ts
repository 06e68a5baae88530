/**
 * Masked categoricals against themselves: without mask, row by row, with other logits of forbidden actions.
 * Exact: equal terms in equal order. (Against a naive distribution: distribution.test.ts.)
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { allFinite } from '../../../src/math/vector.ts'
import { categorical, multiCategorical } from '../../../src/nn/distributions/categorical.ts'
import { createEta, type Distribution, type Eta } from '../../../src/nn/distributions/distribution.ts'
import { verifyDistribution } from '../../../src/verify/distribution/distribution.ts'
import { normals } from '../../support/dense.ts'

const SIZES: readonly (readonly number[])[] = [[2], [5], [1, 4], [2, 3, 2]]

function etaOf(distribution: Distribution, logits: ArrayLike<number>, mask: ArrayLike<number> | null): Eta {
  const rows = reference.allocate(logits.length / distribution.etaSize, distribution.etaSize)
  rows.data.set(Array.from(logits))
  const eta = createEta(reference, distribution, rows, new Float64Array(0),
    mask === null ? null : Uint8Array.from(mask))
  distribution.prepare(eta)
  return eta
}

/** One random mask per row, with at least one action allowed in each component. */
function randomMasks(sizes: readonly number[], N: number, random: Random): number[] {
  return Array.from({ length: N }, () => sizes.flatMap((n) => {
    const sure = random.integer(n)
    return Array.from({ length: n }, (_, j) => (j === sure || random.uniform() < 0.5 ? 1 : 0))
  })).flat()
}

/** All results of a distribution on the rows of `eta`, on draws from them, and KL to `other`. */
function everything(distribution: Distribution, eta: Eta, other: Eta): Float64Array[] {
  const N = eta.rows.rows, n = distribution.etaSize
  const drawn = reference.allocate(N, distribution.actionSize)
  const mode = reference.allocate(N, distribution.actionSize)
  const vector = (fill: (out: Float64Array) => void): Float64Array => {
    const out = new Float64Array(N)
    fill(out)
    return out
  }
  distribution.sample(drawn, eta, Array.from({ length: N }, (_, i) => new Random(i)))
  distribution.mode(mode, eta)
  const score = reference.allocate(N, n), weights = Float64Array.from({ length: N }, (_, i) => i - 2.5)
  distribution.score(score, new Float64Array(0), weights, drawn, eta, 0, N)
  const factors = Array.from({ length: n }, (_, k) => {
    const factor = reference.allocate(N, n)
    distribution.metricFactor(factor, eta, k, 0, N)
    return factor.data
  })
  const entropyScore = reference.allocate(N, n)
  distribution.entropyScore(entropyScore, new Float64Array(0), 0.7, eta, 0, N)
  const metric = reference.allocate(N, n)
  metric.data.set(normals(N * n, new Random(5)))
  distribution.metric(metric, eta, 0, N, 0.3)
  return [
    eta.cache.data, drawn.data, mode.data, score.data, metric.data, entropyScore.data, ...factors,
    vector((out) => distribution.logProbability(out, drawn, eta)),
    vector((out) => distribution.entropy(out, eta)),
    vector((out) => distribution.klOldNew(out, eta, other)),
  ]
}

test('a mask that allows everything changes no bit', () => {
  const random = new Random(301)
  for (const sizes of SIZES) {
    const distribution = multiCategorical(sizes), n = distribution.etaSize
    const old = normals(20 * n, random).map((z) => 3 * z), new_ = normals(20 * n, random)
    const all = new Uint8Array(20 * n).fill(1)
    assert.equal(everything(distribution, etaOf(distribution, old, all), etaOf(distribution, new_, all)),
      everything(distribution, etaOf(distribution, old, null), etaOf(distribution, new_, null)))
  }
})

test('each row uses its own mask, as if it were alone', () => {
  const random = new Random(302)
  for (const sizes of SIZES) {
    const distribution = multiCategorical(sizes), n = distribution.etaSize
    const N = 12, old = normals(N * n, random), new_ = normals(N * n, random)
    const masks = randomMasks(sizes, N, random)
    const kl = new Float64Array(N), alone = new Float64Array(1)
    distribution.klOldNew(kl, etaOf(distribution, old, masks), etaOf(distribution, new_, masks))
    const { data } = etaOf(distribution, old, masks).cache
    for (let i = 0; i < N; i++) {
      const row = <T extends ArrayLike<number>>(x: T): number[] => Array.from(x).slice(i * n, (i + 1) * n)
      const eta = etaOf(distribution, row(old), row(masks))
      assert.equal(eta.cache.data, data.slice(2 * i * n, 2 * (i + 1) * n))
      distribution.klOldNew(alone, eta, etaOf(distribution, row(new_), row(masks)))
      assert.is(alone[0], kl[i])
    }
  }
})

test('a forbidden action has probability, score, metric and factors 0, for any logit', () => {
  const random = new Random(303)
  for (const sizes of SIZES) {
    const distribution = multiCategorical(sizes), n = distribution.etaSize, N = 30
    const masks = randomMasks(sizes, N, random), logits = normals(N * n, random)
    const spoilt = logits.map((z, p) => (masks[p] === 1 ? z : [NaN, Infinity, -Infinity, 1e308, 50][p % 5]))
    const plain = etaOf(distribution, logits, masks)
    const results = everything(distribution, etaOf(distribution, spoilt, masks), plain)
    for (const numbers of results) assert.ok(allFinite(numbers))
    assert.equal(results, everything(distribution, etaOf(distribution, logits, masks), plain))
    const [cache, drawn, mode, score, metric, entropyScore, ...rest] = results
    for (let p = 0; p < N * n; p++) {
      if (masks[p] === 1) continue
      assert.is(cache[2 * n * Math.floor(p / n) + p % n], 0)
      // 0 or −0: both add nothing.
      const factors = rest.slice(0, n).map((factor) => factor[p])
      for (const x of [score[p], metric[p], entropyScore[p], ...factors]) assert.ok(x === 0)
    }
    for (const actions of [drawn, mode]) {
      for (let i = 0, a = 0; i < N; i++) {
        let first = i * n
        for (const size of sizes) {
          assert.is(masks[first + actions[a++]], 1)
          first += size
        }
      }
    }
  }
})

test('a forbidden action is never drawn, for any uniform number', () => {
  for (const u of [0, 0.5, 1 - 2 ** -53]) {
    const stream = { uniform: () => u } as unknown as Random
    for (const [distribution, logits, mask, wanted] of [
      [categorical(4), [900, 0, 900, 900], [0, 1, 0, 0], [1]],
      [categorical(3), [0, -1e300, 0], [0, 1, 0], [1]],
      [multiCategorical([2, 3]), [0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [1, 0]],
    ] as const) {
      const actions = reference.allocate(1, distribution.actionSize)
      for (const way of ['sample', 'mode'] as const) {
        distribution[way](actions, etaOf(distribution, logits, mask), [stream])
        assert.equal([...actions.data], [...wanted], `${way} at ${u}`)
      }
    }
  }
})

test('verifyDistribution compares a masked distribution with itself under the same masks', () => {
  const random = new Random(304)
  for (const sizes of [[5], [2, 3, 2]]) {
    const distribution = multiCategorical(sizes), n = distribution.etaSize, N = 40
    const eta = etaOf(distribution, normals(N * n, random), randomMasks(sizes, N, random))
    const subject = { backend: reference, distribution, eta }
    for (const { name, passed, error } of verifyDistribution(subject, 3, random)) {
      assert.ok(passed, `${name}: ${error}`)
    }
  }
})

test('with one allowed action, log π, entropy, KL, score and metric are 0', () => {
  const distribution = categorical(3)
  const eta = etaOf(distribution, [3, -2, 8], [0, 1, 0]), other = etaOf(distribution, [0, 7, 1], [0, 1, 0])
  const results = everything(distribution, eta, other).slice(3)
  for (const numbers of results) assert.ok(numbers.every((x) => x === 0))
})

test.run()
