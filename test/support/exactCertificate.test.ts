/**
 * The judge of certificates against closed forms in decimal digits (Python's decimal module, 90 digits), and
 * on ordinary updates against the naive update with its error bounds.
 * Tolerance: 1e-60 relative; the bounds.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { type Big, bigArithmetic, decimal, roundings } from './bigFloat.ts'
import { certificateAt, exactCertificate, type ExactUpdate } from './exactCertificate.ts'
import { normals } from './dense.ts'
import { entropyAt, type Family, klsBetween, mean, statesAt, surrogateBetween } from './naiveUpdate.ts'

const of = bigArithmetic(224)

/** 1e-60, in units of 2^-224. */
const DIGITS = 1e-60 * 2 ** 224

function near(a: Big, digits: string): void {
  assert.ok(roundings(a, decimal(digits)) < DIGITS, `${of.value(a)}, not ${digits}`)
}

/** One input, no hidden layer; θ = W, b, log σ. */
const NORMAL: ExactUpdate = {
  family: { kind: 'gaussian', n: 1 }, sizes: [1, 1], activation: 'tanh', before: [0.5, 0.25, 0],
  after: [0.75, 0.125, 0.5], observations: [1, -2], actions: [0.5, 1.5], masks: null, advantages: [2, -1],
  entropyCoefficient: 0,
}

test('two Gaussians: mean and maximum of KL, the gain, and the gain with an entropy bonus', () => {
  const found = certificateAt(of, NORMAL)
  near(found.klMean, '2.21302476329695771584807267987753803072870758511297837946120576021e-1')
  near(found.klMax, '2.55791173939518489234387621440390759395915552045526072431230276180e-1')
  near(found.gain, '-7.23568311916210973706697006836207513672825174616144518187903729548e-1')
  // The entropy grows by log σ′ − log σ = ½.
  near(certificateAt(of, { ...NORMAL, entropyCoefficient: 0.5 }).gain,
    '-4.73568311916210973706697006836207513672825174616144518187903729548e-1')
})

test('the same with log σ from the network', () => {
  // [W to μ, W to log σ], [b of μ, b of log σ].
  const found = certificateAt(of, {
    ...NORMAL, family: { kind: 'stateGaussian', n: 1 }, sizes: [1, 2], before: [0.5, 0, 0.25, 0],
    after: [0.75, 0, 0.125, 0.5],
  })
  near(found.klMean, '2.21302476329695771584807267987753803072870758511297837946120576021e-1')
  near(found.gain, '-7.23568311916210973706697006836207513672825174616144518187903729548e-1')
})

test('log σ beyond ±150 is ±150: there it has no effect, and σ is that of the limit', () => {
  const still = certificateAt(of, { ...NORMAL, before: [0.5, 0.25, 151], after: [0.5, 0.25, 1e300] })
  assert.is(of.value(still.klMean), 0)
  assert.is(of.value(still.gain), 0)
  // μ moves by ¼ at σ = e^−150: KL = e^300 / 32.
  const apart = certificateAt(of, { ...NORMAL, before: [0, 0, -150], after: [0, 0.25, -7e7] })
  const expected = of.multiply(of.exp(of.constant(300)), of.constant(1 / 32))
  assert.ok(roundings(apart.klMean, expected) < DIGITS)
})

const CHOICE: ExactUpdate = {
  ...NORMAL, family: { kind: 'categorical', choices: [3] }, sizes: [1, 3], before: [0, 0, 0, 0, 5, 1],
  after: [0, 0, 0, 1, -7, 0.5], observations: [0], actions: [2], masks: [1, 0, 1], advantages: [1],
}

test('three logits of which a mask forbids the second, alone and as a component among others', () => {
  const found = certificateAt(of, CHOICE)
  near(found.klMean, '2.57403164606891165700740722846069519388033069245099245396300622141e-1')
  near(found.gain, '-4.83569880944900231286076896320736543502665735073239447293929682355e-1')
  near(certificateAt(of, { ...CHOICE, entropyCoefficient: 2 }).gain,
    '-3.22281461562977343774655258195942257845023602057007638837131508651e-1')
  // A component of one value, the three logits, and two logits that do not move.
  const among = certificateAt(of, {
    ...CHOICE, family: { kind: 'multiCategorical', choices: [1, 3, 2] }, sizes: [1, 6],
    before: [0, 0, 0, 0, 0, 0, 3, 0, 5, 1, 1, -1], after: [0, 0, 0, 0, 0, 0, -4, 1, -7, 0.5, 1, -1],
    actions: [0, 2, 1], masks: [1, 1, 0, 1, 1, 1],
  })
  near(among.klMean, '2.57403164606891165700740722846069519388033069245099245396300622141e-1')
  near(among.gain, '-4.83569880944900231286076896320736543502665735073239447293929682355e-1')
})

test('a Bernoulli above one unit of tanh', () => {
  const found = certificateAt(of, {
    ...NORMAL, family: { kind: 'bernoulli', n: 1 }, sizes: [1, 1, 1], before: [0.5, 0.25, 2, -1],
    after: [0.5, 0.25, 3, -1], observations: [1], actions: [1], advantages: [-3],
  })
  near(found.klMean, '4.73933601987738419021965821176070275662573048942559313341405296807e-2')
  near(found.gain, '-7.66450196912078411831418842417495542460674623357139519323614120589e-1')
})

test('relu and identity: an input of −1 or 1 through a unit of weight 1', () => {
  // The output is the mean of a Gaussian with σ = 1; its weight moves from 0 to ½, so that KL = h² / 8.
  for (const [activation, input, kl] of [
    ['relu', -1, 0], ['relu', 1, 1 / 8], ['identity', -1, 1 / 8], ['identity', 1, 1 / 8],
  ] as const) {
    const { klMean } = certificateAt(of, {
      ...NORMAL, sizes: [1, 1, 1], activation, before: [1, 0, 0, 0, 0], after: [1, 0, 0.5, 0, 0],
      observations: [input], actions: [0], advantages: [1],
    })
    assert.is(of.value(klMean), kl)
  }
})

test('the precision rises until rounding cannot put the KL beyond its limit, or the gain beyond 0', () => {
  // μ moves by half of the last bit of an action that lies 1e30 σ away.
  const far: ExactUpdate = {
    ...NORMAL, before: [0, 0, 0], after: [0, 2 ** -60, 0], observations: [1], actions: [1e30],
    advantages: [1],
  }
  assert.is(exactCertificate(NORMAL, 0.01).bits, 224)
  assert.is(exactCertificate(far, 0.01).bits, 448)
  // KL = 2^-121, exactly, which is that limit at every precision.
  assert.is(exactCertificate(far, 2 ** -121).bits, 4096)
  assert.is(of.value(exactCertificate(far, 2 ** -121).klMean), 2 ** -121)
  const { gain } = exactCertificate(far, 0.01)
  // ratio = exp(2^-60 · 1e30 − 2^-121)
  const exponent = of.subtract(of.multiply(of.constant(1e30), of.constant(2 ** -60)), of.constant(2 ** -121))
  assert.ok(roundings(gain, of.expm1(exponent)) < DIGITS)
})

const FAMILIES: readonly (readonly [Family, ExactUpdate['family'], number])[] = [
  [{ kind: 'gaussian', n: 2 }, { kind: 'gaussian', n: 2 }, 2],
  [{ kind: 'categorical', n: 3 }, { kind: 'categorical', choices: [3] }, 3],
  [{ kind: 'multiCategorical', sizes: [2, 3] }, { kind: 'multiCategorical', choices: [2, 3] }, 5],
  [{ kind: 'bernoulli', n: 2 }, { kind: 'bernoulli', n: 2 }, 2],
]

test('on ordinary updates of random networks it is within the bounds of the naive update', () => {
  const random = new Random(5), N = 4
  for (const [naive, family, outputs] of FAMILIES) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      for (const hidden of [[], [3], [3, 2]]) {
        const sizes = [2, ...hidden, outputs], width = naive.kind === 'categorical' ? 1 : 2
        let P = naive.kind === 'gaussian' ? 2 : 0
        for (let l = 1; l < sizes.length; l++) P += (sizes[l - 1] + 1) * sizes[l]
        const before = normals(P, random), after = before.map((x) => x + 0.05 * random.normal())
        const observations = normals(2 * N, random), advantages = normals(N, random)
        const actions = Float64Array.from({ length: width * N },
          () => (naive.kind === 'gaussian' ? random.normal() : random.integer(2)))
        const found = certificateAt(of, {
          family, sizes, activation, before, after, observations, actions, masks: null, advantages,
          entropyCoefficient: 0.5,
        })
        const rows = (x: Float64Array, n: number): Float64Array[] =>
          Array.from({ length: N }, (_, i) => x.slice(n * i, n * i + n))
        const batch = { states: rows(observations, 2), actions: rows(actions, width), advantages }
        const policy = { sizes, activation, family: naive }
        const [old, new_] = [before, after].map((theta) => statesAt(policy, theta, batch))
        const kl = mean(klsBetween(old, new_))
        const L = [old, new_].map((to) => surrogateBetween(old, to, advantages))
        const H = [old, new_].map(entropyAt)
        const gain = L[1].value - L[0].value + 0.5 * (H[1].value - H[0].value)
        const gainError = L[1].error + L[0].error + 0.5 * (H[1].error + H[0].error)
        assert.ok(Math.abs(of.value(found.klMean) - kl.value) <= kl.error, `${naive.kind}: ${kl.value}`)
        assert.ok(Math.abs(of.value(found.gain) - gain) <= 2 * gainError, `${naive.kind}: ${gain}`)
        assert.ok(kl.error < 1e-9 * kl.value && gainError < 1e-9 * Math.abs(gain))
      }
    }
  }
})

test.run()
