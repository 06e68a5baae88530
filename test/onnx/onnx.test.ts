/**
 * ONNX models against `act`: the oracle is ONNX Runtime, which reads and runs them. It sums in another order,
 * so numbers differ by rounding: less than 1e-12 in float64, 1e-5 in float32, relative to their size or 1.
 * Actions that are integers are equal; in float32 except where two actions are as likely up to rounding.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeOnnx, type OnnxOptions } from '../../src/io/index.ts'
import { Random } from '../../src/math/random.ts'
import { act, createActor, decide } from '../../src/rl/actor.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { encode } from '../../src/rl/world/encoding.ts'
import { isMaskable } from '../../src/rl/world/mask.ts'
import { box, discrete, type Space } from '../../src/rl/world/space.ts'
import { anyMask, anyObservation, anyPolicies } from '../support/anyPolicy.ts'
import { drawnPolicy } from '../support/policy.ts'
import { skipped } from '../support/programs.ts'

type Numbers = Float64Array | Float32Array | BigInt64Array | Uint8Array
interface OrtTensor { readonly data: Numbers; readonly dims: readonly number[]; readonly type: string }
interface Session {
  readonly inputNames: readonly string[]
  run(inputs: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>
}
interface Ort {
  readonly Tensor: new (type: string, data: Numbers, dims: readonly number[]) => OrtTensor
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> }
}

const RUNTIME = resolve('test/onnx/node_modules/onnxruntime-node/dist/index.js')
const ort: Ort | null = existsSync(RUNTIME) ? (await import(RUNTIME)).default : null
if (ort === null) skipped('ONNX models, for want of ONNX Runtime (npm ci in test/onnx)')

/** The model's answers for a batch. */
async function answers(
  policy: Policy, observations: readonly (number | Float64Array)[], masks: readonly (number[] | null)[],
  options: OnnxOptions = {},
): Promise<Record<string, OrtTensor>> {
  const session = await ort!.InferenceSession.create(encodeOnnx(policy, options), { intraOpNumThreads: 1 })
  const flat = observations.flatMap((x) => typeof x === 'number' ? [x] : [...x])
  const isBox = policy.observationSpace.kind === 'box', n = observations.length
  const data = !isBox ? BigInt64Array.from(flat, BigInt)
    : options.float32 ? Float32Array.from(flat) : Float64Array.from(flat)
  const type = !isBox ? 'int64' : options.float32 ? 'float32' : 'float64'
  const dims = typeof observations[0] === 'number' ? [n] : [n, flat.length / n]
  const inputs: Record<string, OrtTensor> = { observation: new ort!.Tensor(type, data, dims) }
  if (options.mask) {
    const mask = Uint8Array.from(masks.flatMap((each) => each!))
    inputs.mask = new ort!.Tensor('bool', mask, [n, mask.length / n])
  }
  assert.equal(session.inputNames, Object.keys(inputs))
  return session.run(inputs)
}

/** The network's outputs, as they are when `act` chooses. */
function outputsOf(policy: Policy, observation: unknown): Float64Array {
  const actor = createActor(policy, 1)
  assert.is(encode(actor.observations.data, 0, policy.observationSpace, observation), null)
  decide(actor, null)
  return actor.map.eta.rows.data
}

const far = (x: number, y: number): number => x === y ? 0 : Math.abs(x - y) / Math.max(1, Math.abs(y))
const flatten = (action: number | Float64Array): number[] =>
  typeof action === 'number' ? [action] : [...action]
const shape = (space: Space, n: number): number[] => space.kind === 'discrete' ? [n]
  : [n, space.kind === 'box' ? space.low.length : space.kind === 'multiBinary' ? space.n : space.nvec.length]

/** The largest errors on all policies, and how many integers, of how many, differ. */
interface Compared { outputs: number; boxes: number; other: number; of: number }

async function compared(options: OnnxOptions): Promise<Compared> {
  const random = new Random(7), found = { outputs: 0, boxes: 0, other: 0, of: 0 }
  for (const policy of anyPolicies(random)) {
    if (options.mask && !isMaskable(policy.actionSpace)) continue
    const n = 1 + random.integer(5)
    const observations = Array.from({ length: n }, () => {
      const x = anyObservation(policy, random)
      return options.float32 && typeof x !== 'number' ? x.map(Math.fround) : x
    })
    const masks = observations.map(() => options.mask ? anyMask(policy, random) : null)
    const { action, outputs } = await answers(policy, observations, masks, options)
    assert.equal(action.dims, shape(policy.actionSpace, n))
    const isBox = policy.actionSpace.kind === 'box'
    assert.is(action.type, !isBox ? 'int64' : options.float32 ? 'float32' : 'float64')
    const expected = observations.flatMap((x, i) => flatten(act(policy, x, null, masks[i])))
    expected.forEach((y, i) => {
      const x = Number(action.data[i])
      if (isBox) found.boxes = Math.max(found.boxes, far(x, y))
      else {
        found.of++
        if (x !== y) found.other++
      }
    })
    if (isBox) {
      const { low, high } = policy.actionSpace
      const inside = (x: number, j: number): boolean => x >= low[j] && x <= high[j]
      assert.ok([...action.data].every((x, i) => inside(Number(x), i % low.length)))
    }
    observations.flatMap((x) => [...outputsOf(policy, x)]).forEach((y, i) => {
      found.outputs = Math.max(found.outputs, far(Number(outputs.data[i]), y))
    })
  }
  return found
}

if (ort !== null) {
  test('in float64 every kind of policy acts as `act` does, within 1e-12', async () => {
    const { outputs, boxes, other, of } = await compared({})
    assert.ok(outputs < 1e-12 && boxes < 1e-12 && other === 0 && of > 200, `${[outputs, boxes, other, of]}`)
  })

  test('in float32 within 1e-5, and no action leaves its bounds', async () => {
    const { outputs, boxes, other, of } = await compared({ float32: true })
    assert.ok(outputs < 1e-5 && boxes < 1e-5 && other <= 2 && of > 200, `${[outputs, boxes, other, of]}`)
  })

  test('with a mask it takes the most likely of the allowed actions', async () => {
    for (const float32 of [false, true]) {
      const { other, of } = await compared({ mask: true, float32 })
      assert.ok(other === 0 && of > 100, `${[other, of]}`)
    }
  })

  test('actions stay within bounds that float32 cannot hold, and within the largest ones', async () => {
    const space = box([-1e308, 0.1, -1e300, 0.1], [1e308, 0.3, -1e290, 0.1])
    const policy = drawnPolicy(box([-1], [1]), space, { seed: 3 })
    policy.net.parameters.flat.fill(30)
    for (const x of [-1, -0.1, 0.1, 1]) {
      const { action } = await answers(policy, [Float64Array.of(x)], [])
      assert.ok(flatten(act(policy, [x])).every((y, j) => far(Number(action.data[j]), y) < 1e-12))
      const { action: { data } } = await answers(policy, [Float64Array.of(x)], [], { float32: true })
      assert.ok(data[1] >= 0.1 && data[1] <= 0.3 && data[3] === Math.fround(0.1), `${data}`)
      assert.ok([...data].every((y) => Number.isFinite(y)), `${data}`)
    }
  })
}

test('what a model cannot be is one error', () => {
  const policy = drawnPolicy(box([-1], [1]), box([-1], [1]))
  const wrong = (options: unknown, message: RegExp, of: Policy = policy): void =>
    assert.throws(() => encodeOnnx(of, options as OnnxOptions), message)
  wrong(null, /^options: expected a record, got null$/)
  wrong({ double: true }, /^options: expected only float32, mask, got "double"$/)
  wrong({ float32: 1 }, /^options.float32: expected a boolean, got 1$/)
  wrong({ mask: true }, /^options.mask: expected false where actions are box, got true$/)
  policy.net.parameters.flat[1] = -1e39
  encodeOnnx(policy)
  wrong({ float32: true }, /^W0: expected \[1\] within float32, got -1e\+39$/)
  policy.net.parameters.flat[1] = NaN
  wrong({}, /^policy.layers.0.weight: expected \[1\] to be a finite number, got NaN$/)
  const narrow = drawnPolicy(box([-1], [1]), discrete(2), {
    normalizer: {
      mean: Float64Array.of(0), scale: Float64Array.of(1e-60), clip: 10,
      statistics: { count: 1, mean: Float64Array.of(0), squares: Float64Array.of(0) },
    },
  })
  wrong({ float32: true }, /^normalizer.scale: expected \[0\] within float32, got 1e-60$/, narrow)
})

test.run()
