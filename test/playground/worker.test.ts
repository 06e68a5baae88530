/**
 * The worker's records against iterations of `train` with the same options, to the bit, while everything is
 * looked at; what is looked at against probes of another training's observer, and against the certificate.
 * Tolerance: a direction that is computed in another order differs in rounding, 1e-9 of the number.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { IterationRecord, Looking, Opened, Setting } from '../../docs/playground/protocol.ts'
import { resolveSetting } from '../../docs/playground/setting.ts'
import { pointsPerSide } from '../../docs/playground/worker/look.ts'
import { environments } from '../../src/envs/index.ts'
import { decodePolicy } from '../../src/io/policyFile.ts'
import { dot, norm } from '../../src/math/vector.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Solved } from '../../src/trpo/observer.ts'
import { train } from '../../src/trpo/train.ts'
import { startHere, turn } from '../support/playground.ts'
import { bits } from '../support/same.ts'

const ALL: Looking = { whole: true, plain: true, plane: 1e6 }
const SETTINGS: readonly Setting[] = [
  { world: 'CartPole', seed: 1, options: {}, source: null },
  {
    world: 'Pendulum', seed: 2, source: null,
    options: { batchSteps: 400, envCount: 4, hiddenSizes: [8], lineSearch: 'longest' },
  },
  {
    world: 'MountainCar', seed: 3, source: null,
    options: { conventions: 'sb3', batchSteps: 256, envCount: 1 },
  },
]

async function recordsOf(setting: Setting, until: number, looking: Looking): Promise<{
  readonly opened: Opened; readonly records: readonly IterationRecord[]
}> {
  let opened: Opened | null = null
  const records: IterationRecord[] = []
  const worker = startHere((report) => {
    if (report.kind === 'opened') opened = report.opened
    if (report.kind === 'refused') throw new Error(report.problems.join('\n'))
    if (report.kind === 'record') records.push(report.record)
  })
  worker.post({ kind: 'open', run: 1, setting, looking })
  worker.post({ kind: 'allow', run: 1, until })
  while (records.length < until) await turn(1)
  worker.end()
  return { opened: opened!, records }
}

const weights = (file: Uint8Array): unknown => bits(decodePolicy(file).net.parameters.flat)

for (const setting of SETTINGS) {
  const { world } = setting
  test(`${world}: looked at or not, records are the iterations of train`, async () => {
    const { records } = await recordsOf(setting, 4, ALL)
    const blind = await recordsOf(setting, 4, { whole: false, plain: false, plane: 0 })
    const makeEnv = environments[world].make
    for (const expected of train(() => makeEnv(), resolveSetting(setting))) {
      const k = expected.iteration - 1, record = records[k]
      const { iteration, steps, episodes, meanReturnNow, meanReturn, meanLength } = record
      assert.equal([iteration, steps, meanReturnNow], [k + 1, expected.steps, expected.meanReturnNow])
      assert.equal([meanReturn, meanLength], [expected.meanReturn, expected.meanLength])
      assert.equal([...episodes], [...expected.episodes])
      assert.equal(record.certificate, expected.certificate)
      assert.equal(record.valueFit, expected.valueFit)
      assert.equal(record.normalization, expected.normalization)
      assert.equal(weights(record.policy), bits(expected.policy.net.parameters.flat))
      assert.is(record.hash, blind.records[k].hash)
      assert.is(record.deterministicReturn,
        evaluate(decodePolicy(record.policy), () => makeEnv(), { episodes: 5, maxSteps: 1000 }).mean)
      assert.ok(record.plane !== null && record.plain?.return !== null)
      const { plane, plain, curve } = blind.records[k]
      assert.equal([plane, plain, curve], [null, null, null])
      if (iteration === 4) break
    }
  })
}

test('the policy before the first iteration is the one that collects the first batch', async () => {
  for (const setting of SETTINGS) {
    const { opened } = await recordsOf(setting, 1, ALL)
    let first: unknown = null
    const observer = { solved: ({ policy }: Solved): void => { first ??= bits(policy.net.parameters.flat) } }
    train(() => environments[setting.world].make(), { ...resolveSetting(setting), observer }).next()
    assert.equal(weights(opened.policy), first)
  }
})

test('curve, plane and plain step are what an observer of the same training probes', async () => {
  for (const setting of SETTINGS) {
    const { records: [first] } = await recordsOf(setting, 1, ALL)
    const { curve, plane, plain, residuals, trials, certificate } = first
    const close = (got: number, expected: number, what: string): void =>
      assert.ok(Math.abs(got - expected) <= 1e-9 * Math.abs(expected) + 1e-13, `${what}: ${got} ${expected}`)
    let looked = 0
    const solved = ({ gradient: g, x, beta, surrogate, probe }: Solved): void => {
      looked++
      curve!.at.forEach((at, i) => {
        const { kl, surrogate: there } = probe(at * beta)
        assert.equal([curve!.kl[i], curve!.gain[i]], [kl, there - surrogate])
      })
      const length = beta * norm(x)
      const direct = probe(length / norm(g), g)
      close(plain!.kl, direct.kl, 'plain KL')
      close(plain!.gain, direct.surrogate - surrogate, 'plain gain')
      // Of one length, p is the cosine; and the two coordinates lead to the same step.
      const [p, q] = plane!.plain, cosine = dot(g, x) / (norm(g) * norm(x))
      close(p, cosine, 'p')
      close(q, Math.sqrt(1 - cosine * cosine), 'q')
      const { n, reach } = plane!
      const middle = (n - 1) / 2
      for (const [row, column] of [[0, 0], [0, n - 1], [n - 1, middle], [middle, middle], [3, 1]]) {
        const at = (k: number): number => reach * (2 * k / (n - 1) - 1)
        // From p βx + q w = (p − q cos/sin) βx + (q / sin) × a step of that length along g.
        const along = at(column) - at(row) * cosine / Math.sqrt(1 - cosine * cosine)
        const plainly = at(row) / Math.sqrt(1 - cosine * cosine) * length / norm(g)
        const there = probe(1, x.map((each, i) => along * beta * each + plainly * g[i]))
        close(plane!.kl[row * n + column], there.kl, `KL at ${row}, ${column}`)
        close(plane!.gain[row * n + column], there.surrogate - surrogate, `gain at ${row}, ${column}`)
      }
    }
    const seen = train(() => environments[setting.world].make(),
      { ...resolveSetting(setting), observer: { solved } }).next()
    assert.is(seen.done, false)
    assert.is(looked, 1)
    assert.is(curve!.quadratic[8], 0.5 * certificate.beta * certificate.beta * certificate.xFx)
    assert.is(residuals.length, certificate.cgIterations + 1)
    assert.is(residuals.at(-1), certificate.cgResidual)
    assert.is(trials.at(-1)!.accepted, certificate.scale > 0)
  }
})

test('a plane has as many probes as there is time for, in a square with θ in its middle', () => {
  const probes = [0, 48, 49, 80, 81, 624, 625, 1e9, Infinity]
  assert.equal(probes.map(pointsPerSide), [0, 0, 7, 7, 9, 23, 25, 25, 25])
})

test.run()
