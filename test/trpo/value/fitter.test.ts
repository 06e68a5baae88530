/**
 * Both fitters through one contract: V in new coordinates of its inputs against V in the old ones, by the
 * naive network; and what a fit promises of the values of its batch.
 * Tolerance: 1e-12 of the numbers that cancel when inputs of size 100 are shifted, some hundred roundings.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { createFitter } from '../../../src/trpo/value/fitter.ts'
import { predict } from '../../../src/rl/value.ts'
import { naiveForward } from '../../support/naive.ts'
import { drawnValue } from '../../support/value.ts'

const N = 40, INPUTS = 3
const ratio = Float64Array.of(0.5, 2, 30), shift = Float64Array.of(-1, 0.25, 100)

for (const valueFit of ['adam', 'trust-region'] as const) {
  for (const hidden of [[], [6], [5, 4]]) {
    test(`${valueFit}, layers ${hidden.join() || 'none'}: in new coordinates V is the same function`, () => {
      const random = new Random(11)
      const value = drawnValue(reference, INPUTS, hidden, 'tanh', random)
      const fitter = createFitter(value, N, resolveOptions({ valueFit }))
      const naive = { sizes: value.net.sizes, activation: 'tanh' as const }
      const before = value.net.parameters.flat.slice()
      fitter.changeInputs({ ratio, shift })
      const after = value.net.parameters.flat
      assert.ok(before.some((x, p) => x !== after[p]))
      for (let i = 0; i < 20; i++) {
        // x = ratio ∘ x′ + shift: x′ are the new coordinates of the same state.
        const fresh = Array.from({ length: INPUTS }, () => random.normal())
        const old = fresh.map((x, j) => ratio[j] * x + shift[j])
        const [was] = naiveForward(naive, before, old), [is] = naiveForward(naive, after, fresh)
        const size = 100 * Math.max(...before.map(Math.abs))
        assert.ok(Math.abs(is - was) <= 1e-12 * size, `${is}, before ${was}`)
      }
    })

    test(`${valueFit}, layers ${hidden.join() || 'none'}: a fit leaves V in the values of its batch`, () => {
      const random = new Random(12)
      const value = drawnValue(reference, INPUTS, hidden, 'tanh', random)
      const fitter = createFitter(value, N, resolveOptions({ valueFit, valueMinibatch: 16 }))
      const observations = reference.allocate(N, INPUTS)
      for (let i = 0; i < N * INPUTS; i++) observations.data[i] = random.normal()
      const values = new Float64Array(N), expected = new Float64Array(N)
      predict(values, value, observations, N)
      const returns = Float64Array.from({ length: N }, (_, i) => values[i] + random.normal())
      const error = (): number => returns.reduce((sum, r, i) => sum + (r - values[i]) ** 2, 0)
      const first = error()
      const { status } = fitter.fit({ observations, values, returns }, random)
      assert.is(status, 'fitted')
      assert.ok(error() < first)
      predict(expected, value, observations, N)
      assert.equal(values, expected)
    })
  }
}

test.run()
