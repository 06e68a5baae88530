/**
 * The page's built program, in which some sources have others in their place, as a worker in a realm of its
 * own. Oracle: `train` of src with the same options, to the bit.
 */
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Order, Report, Setting } from '../../docs/playground/protocol.ts'
import { resolveSetting } from '../../docs/playground/setting.ts'
import { environments } from '../../src/envs/index.ts'
import { hashWeights } from '../../src/nn/hash.ts'
import { train } from '../../src/trpo/train.ts'
import { run } from '../support/package.ts'
import { turn } from '../support/playground.ts'

interface Port { close(): void }
interface Channel { readonly port1: Port; readonly port2: Port }
declare const MessageChannel: new () => Channel, performance: unknown, process: { readonly execPath: string }

const FOLDER = '.build/playground-program', ITERATIONS = 3
run('.', process.execPath, 'docs/playground/build.js', FOLDER)
const program = readFileSync(`${FOLDER}/playground/page.js`, 'utf8')

/** Reports up to the first that ends the run, or to the last record allowed. */
async function reportsOf(setting: Setting): Promise<Report[]> {
  const reports: Report[] = [], channels: Channel[] = []
  const scope: { onmessage?: (event: { data: Order }) => void } & Record<string, unknown> = {
    performance, location: { protocol: 'blob:' },
    MessageChannel: function open(): Channel {
      channels.push(new MessageChannel())
      return channels[channels.length - 1]
    },
    postMessage: (report: Report) => { reports.push(report) },
  }
  runInNewContext(program, scope)
  const looking = { whole: true, plain: true, plane: 0 }
  scope.onmessage!({ data: { kind: 'open', run: 1, setting, looking } })
  scope.onmessage!({ data: { kind: 'allow', run: 1, until: ITERATIONS } })
  const isLast = (report: Report): boolean => report.kind === 'refused'
    || (report.kind === 'record' && report.record.iteration === ITERATIONS)
  while (!reports.some(isLast)) await turn(1)
  // An open port would keep this process alive.
  for (const { port1 } of channels) port1.close()
  return reports
}

const SETTINGS: readonly Setting[] = [
  { world: 'CartPole', seed: 1, options: {}, source: null },
  {
    world: 'Pendulum', seed: 2, source: null,
    options: { batchSteps: 400, envCount: 4, fisherFraction: 0.5, entropyCoefficient: 0.01,
      constraint: 'max-kl', normalizeObservations: 'plain', activation: 'relu' },
  },
  {
    world: 'PointMass', seed: 3, source: null,
    options: { conventions: 'baselines', batchSteps: 256, stateDependentStd: true, actionNoiseHold: 4 },
  },
]

for (const setting of SETTINGS) {
  test(`${setting.world}: the program trains to the bits of train`, async () => {
    const reports = await reportsOf(setting)
    const got = reports.flatMap((report) => report.kind === 'record'
      ? [[report.record.steps, report.record.hash, report.record.certificate.kl]] : [])
    const expected: unknown[] = []
    for (const { steps, policy, certificate } of train(environments[setting.world].make,
      resolveSetting(setting))) {
      if (expected.push([steps, hashWeights(policy), certificate.kl]) === ITERATIONS) break
    }
    assert.equal(got, expected)
  })
}

test('what the program leaves out is refused by the option that would need it', async () => {
  for (const [name, value] of [
    ['sampling', 'vine'], ['valueFit', 'trust-region'], ['preconditioner', 'kronecker'],
  ]) {
    const [report] = await reportsOf({ ...SETTINGS[0], options: { [name]: value } })
    assert.is(report.kind, 'refused')
    const [problem, ...rest] = report.kind === 'refused' ? report.problems : []
    assert.match(problem, new RegExp(`^${name}: expected ".*" on this page, got "${value}"$`))
    assert.equal(rest, [])
  }
})

test.run()
