/**
 * A training is blind to the units of its world: rewards, observations and bounded actions in units of 2ᵏ
 * leave every bit of θ, and V times the unit of rewards; what depends on a unit after all is named.
 * No tolerance, since a power of two changes no rounding.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, mountainCarContinuous, pendulum } from '../../src/envs/index.ts'
import { box, checkEnv, type Env, type Iteration, train, type TrainOptions } from '../../src/index.ts'
import { bits } from '../support/same.ts'
import { heater, inUnits, swingUp, target, type Units } from '../support/unitWorlds.ts'

const SMALL: Partial<TrainOptions> = {
  totalSteps: 1600, batchSteps: 400, envCount: 4, hiddenSizes: [8], valueHiddenSizes: [8, 4], seed: 3,
}
const WORLDS: Readonly<Record<string, () => Env<any>>> =
  { cartPole, pendulum, mountainCarContinuous, heater, swingUp }
const UNITS: readonly Units[] = [
  { reward: 2 ** -40 }, { reward: 2 ** 30 }, { observation: 2 ** -20 }, { observation: 2 ** 33 },
  { action: 2 ** -14 }, { action: 2 ** 14 }, { reward: 2 ** 7, observation: 2 ** -9, action: 2 ** 5 },
]
const VARIANTS: readonly Partial<TrainOptions>[] = [
  {}, { valueFit: 'trust-region' }, { normalizeObservations: 'plain', stateDependentStd: true },
  { sampling: 'vine', normalizeAdvantages: true },
]

/** Per iteration: θ and the hidden layers of V, bit by bit, and V's output layer in units of rewards. */
function history(make: () => Env<any>, options: Partial<TrainOptions>, unit: number): string[] {
  return Array.from(train(make, { ...SMALL, ...options }), ({ policy, value, certificate }) => {
    const phi = value.net.parameters.flat, last = phi.length - value.net.sizes.at(-2)! - 1
    return [
      certificate.status, certificate.kl, bits(policy.net.parameters.flat), bits(phi.slice(0, last)),
      bits(phi.slice(last).map((w) => w / unit)),
    ].join()
  })
}

for (const [name, make] of Object.entries(WORLDS)) {
  test(`${name} in units of 2^k is learnt with the same bits, by the defaults and by variants`, () => {
    for (const variant of VARIANTS) {
      if (variant.sampling === 'vine' && make().getState === undefined) continue
      const wanted = history(make, variant, 1)
      assert.ok(new Set(wanted).size > 1, 'it learns')
      for (const units of UNITS) {
        const found = history(() => withState(make(), units), variant, units.reward ?? 1)
        assert.ok(found.join() === wanted.join(), `${JSON.stringify(variant)} ${JSON.stringify(units)}`)
      }
    }
  })
}

/** `inUnits`, with the world's own saved states. */
function withState(env: Env<any>, units: Units): Env<any> {
  const { getState, setState } = env
  return getState === undefined ? inUnits(env, units) : { ...inUnits(env, units), getState, setState }
}

test('rewards of 0 teach nothing: every status is zero-gradient, and neither π nor V moves', () => {
  for (const make of [cartPole, pendulum] as const) {
    for (const valueFit of ['adam', 'trust-region'] as const) {
      const still = (): Env<any> => inUnits<any>(make() as Env<any>, { reward: 0 })
      const records = train(still, { ...SMALL, valueFit })
      let entropy = null
      for (const { certificate, value } of records) {
        assert.is(certificate.status, 'zero-gradient')
        entropy ??= certificate.entropy
        assert.ok(Math.abs(certificate.entropy - entropy) < 1e-12)
        assert.ok(value.net.parameters.layers.at(-1)!.W.data.every((w) => w === 0))
      }
    }
  }
})

test('a constant added to rewards changes no first step beyond rounding, if nothing terminates', () => {
  const first = (constant: number): number[] => {
    const training = train(() => inUnits(pendulum(), { constant }), SMALL)
    const { policy, certificate } = training.next().value as Iteration
    return [certificate.kl, certificate.surrogateAfter, ...policy.net.parameters.flat]
  }
  const wanted = first(0)
  for (const constant of [10, -1000, 1e6]) {
    // Rounding of V at c/(1 − γ) = 1e8, against advantages of size 1: 1e-8, through conjugate gradients.
    const found = first(constant)
    wanted.forEach((x, p) => assert.ok(Math.abs(found[p] - x) < 1e-6, `${constant}: ${x} ${found[p]}`))
  }
})

test('the first record says which actions stay in a unit of their own; checkEnv does, too', () => {
  const open = (low: number, high: number): Env<any> => {
    const env = swingUp()
    return { ...env, actionSpace: box([-10, low], [10, high]), step: (a) => env.step(a.subarray(0, 1)) }
  }
  const remarks = (make: () => Env<any>, options: Partial<TrainOptions> = {}): string[][] =>
    Array.from(train(make, { ...SMALL, totalSteps: 800, ...options }), (record) => [...record.remarks])
  const infinite = 'actionSpace: [1] has an infinite bound, so σ is in its own unit: see initialLogStd'
  assert.equal(remarks(() => open(0, Infinity)), [[infinite], []])
  assert.ok(checkEnv(open(0, Infinity)).remarks.includes(infinite))
  for (const make of [cartPole, swingUp, heater]) assert.equal(remarks(make as () => Env<any>), [[], []])
  const clip = { actionBounds: 'clip' } as const
  assert.equal(remarks(heater, clip)[0],
    ['actionSpace: [0] is 2000 wide, σ is 1: see initialLogStd and actionBounds'])
  assert.equal(remarks(heater, { ...clip, initialLogStd: 6 }), [[], []])
  assert.is(remarks(() => target(0.001), clip)[0].length, 1)
})

test.run()
