/**
 * Certificates of random updates against their exact values (support/exactCertificate.ts): what says accepted
 * has a KL within its limit and a gain above 0, and other updates leave the bits of θ. The study
 * `npm run bench -- certificates` does the same for many more.
 * Tolerance: none.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { createStepper } from '../../src/trpo/step.ts'
import {
  drawUpdate, judgeStep, judgeUpdate, nearMostEntropy, smallestUpdate,
} from '../support/randomUpdate.ts'

const simd = createSimd(1 << 22)!
const LOG_STD = [-60, 5] as const

test('300 random updates: accepted steps have an exact KL within its limit and an exact gain above 0', () => {
  const statuses = new Map<string, number>(), families = new Map<string, number>()
  const add = (counts: Map<string, number>, name: string): unknown =>
    counts.set(name, (counts.get(name) ?? 0) + 1)
  for (let k = 0; k < 300; k++) {
    const backend = k % 2 === 0 ? reference : simd, random = new Random(501).fork(`update ${k}`)
    const { certificate, judged, family, faults } =
      backend.temporarily(() => judgeUpdate(drawUpdate(backend, random, LOG_STD), random))
    assert.equal(faults, [], `update ${k}, ${family}, ${certificate.status}`)
    add(statuses, certificate.status)
    if (judged) add(families, family)
  }
  assert.equal([...families.keys()].sort(),
    ['bernoulli', 'categorical', 'gaussian', 'multiCategorical', 'stateGaussian'])
  const seen = ['accepted', 'accepted-above-max-kl', 'kl-exceeded', 'no-improvement', 'unresolved',
    'zero-gradient']
  for (const status of seen) assert.ok((statuses.get(status) ?? 0) > 0, status)
})

test('the smallest problem, with σ from 1 down to less than the last bit of μ', () => {
  let accepted = 0
  for (const logStd of [0, -5, -10, -15, -28, -32, -34, -36, -38, -40, -60]) {
    for (let k = 0; k < 20; k++) {
      const random = new Random(502).fork(`${logStd} ${k}`)
      const { judged, faults } = judgeUpdate(smallestUpdate(reference, random, logStd), random)
      assert.equal(faults, [], `log σ ${logStd}, ${k}`)
      if (judged) accepted++
    }
  }
  assert.ok(accepted >= 40, `${accepted}`)
})

test('near the largest entropy, where a bonus gains as much as rounding, exact gains exceed 0', () => {
  let accepted = 0
  for (let k = 0; k < 300; k++) {
    const random = new Random(504).fork(`${k}`)
    const drawn = drawUpdate(reference, random, [-5, 5])
    if (drawn.observations.rows > 8) continue
    const { judged, family, faults } = judgeUpdate(nearMostEntropy(drawn, random.fork('entropy')), random)
    assert.equal(faults, [], `update ${k}, ${family}`)
    if (judged) accepted++
  }
  assert.ok(accepted >= 20, `${accepted}`)
})

test('the judge finds every step that goes farther than it may', () => {
  let found = 0
  for (let k = 0; k < 20; k++) {
    const random = new Random(503).fork(`${k}`), update = smallestUpdate(reference, random, 0)
    // Twice δ is accepted, and judged as if it were not.
    const options = { ...update.options, maxKlFactor: 2, lineSearch: 'longest' } as const
    const stepper = createStepper(update.policy, update.observations, options, random)
    forwardPolicy(stepper.old)
    update.policy.distribution.sample(update.actions, stepper.old.eta, [random, random, random])
    const { certificate, faults } = judgeStep(stepper, update)
    if (certificate.status !== 'accepted-above-max-kl') continue
    assert.is(faults.length, 1)
    assert.match(faults[0], /^KL exceeds its limit by 0\.9/)
    found++
  }
  assert.ok(found >= 15, `${found}`)
})

test.run()
