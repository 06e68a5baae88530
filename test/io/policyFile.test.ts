/**
 * What is read from files is compared with what was written, bit for bit, and with means from PyTorch;
 * damaged files with errors written by hand. Tolerance: rounding of sums of five, only for PyTorch.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  decodePolicy, decodeSafetensors, decodeValue, encodePolicy, encodeSafetensors, encodeValue, FileError,
  type StoredTensor,
} from '../../src/io/index.ts'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import { act } from '../../src/rl/actor.ts'
import { createPolicy, distributionFor, initializePolicy, type Policy } from '../../src/rl/policy.ts'
import { createPolicyMap, forwardPolicy } from '../../src/rl/policyMap.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import { sample } from '../../src/rl/world/membership.ts'
import { drawnValue } from '../support/value.ts'
import { fileOf, partsOf } from '../support/safetensorsFile.ts'
import { bits } from '../support/same.ts'
import { wide } from '../support/spaces.ts'

const simd = createSimd(1 << 20)!

const SPACES: readonly Space[] = [
  box([-1, -Infinity, -0, -1e308], [1, Infinity, 5e-324, 1e308]), discrete(4, -3), multiDiscrete([3, 1, 2]),
  multiBinary(3),
]

/** A policy with parameters of every size, including −0 and the smallest double. */
function drawn(
  observationSpace: Space, actionSpace: Space,
  hidden: readonly number[] = [5, 3], activation: ActivationName = 'tanh',
  backend: Backend = reference,
): Policy {
  const policy = createPolicy(backend, observationSpace, actionSpace, hidden, activation)
  const random = new Random(3), theta = policy.net.parameters.flat
  for (let p = 0; p < theta.length; p++) theta[p] = random.normal()
  theta.set([-0, 5e-324, -1e-200], 0)
  return policy
}

test('a policy of any spaces comes back with its spaces, sizes, activation and every bit of θ', () => {
  for (const observationSpace of SPACES) {
    for (const actionSpace of SPACES) {
      const policy = drawn(observationSpace, actionSpace)
      const back = decodePolicy(encodePolicy(policy))
      assert.equal(back.observationSpace, observationSpace)
      assert.equal(back.actionSpace, actionSpace)
      assert.is(back.distribution.name, policy.distribution.name)
      assert.equal(back.net.sizes, policy.net.sizes)
      assert.is(bits(back.net.parameters.flat), bits(policy.net.parameters.flat))
      const observation = sample(observationSpace, new Random(4))
      assert.equal(act(back, observation), act(policy, observation))
      assert.equal(act(back, observation, new Random(5)), act(policy, observation, new Random(5)))
    }
  }
})

test('depth, width and activation are kept, and the file is the same on either backend', () => {
  for (const hidden of [[], [1], [2, 7, 3, 4]]) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      const bytes = encodePolicy(drawn(SPACES[0], SPACES[0], hidden, activation))
      for (const backend of [reference, simd]) {
        const back = decodePolicy(bytes, backend)
        assert.is(back.net.backend, backend)
        assert.is(back.net.activation.name, activation)
        assert.equal(back.net.sizes, [4, ...hidden, 4])
        assert.equal(encodePolicy(back), bytes)
      }
      assert.equal(encodePolicy(drawn(SPACES[0], SPACES[0], hidden, activation, simd)), bytes)
    }
  }
})

test('a policy that PyTorch wrote gives the means that PyTorch computes', () => {
  // Written by test/fixtures/io/make.py, without a checksum.
  const golden = JSON.parse(readFileSync('test/fixtures/io/torch.json', 'utf8'))
  const N = golden.observations.length
  for (const [file, tolerance] of [['torch', 1e-15], ['torch-f32', 1e-6]] as const) {
    const policy = decodePolicy(readFileSync(`test/fixtures/io/${file}.safetensors`))
    const { net, distribution, observationSpace, actionSpace } = policy
    assert.equal(observationSpace, wide(3))
    assert.equal(actionSpace, box([-2, -1], [2, 1]))
    const observations = reference.allocate(N, 3)
    observations.data.set(golden.observations.flat())
    const map = createPolicyMap(net, distribution, observations, false)
    forwardPolicy(map)
    assert.equal([...net.parameters.shared], golden.log_std)
    // Numbers below 1, sums of five: some units in the last place, of float64 or float32.
    golden.means.flat().forEach((mean: number, i: number) => {
      assert.ok(Math.abs(map.eta.rows.data[i] - mean) < tolerance, `${file} ${i}`)
    })
  }
})

const small = drawn(box([-2], [3]), discrete(2, 1), [3])
const smallBytes = encodePolicy(small, { environment: 'Tiny' })

type Edit = (tensors: Map<string, StoredTensor>, metadata: Map<string, string>) => void

/** The same file changed and without its checksum, as other software might write it. */
function rewritten(bytes: Uint8Array, edit: Edit): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes)
  metadata.delete('crc32')
  edit(tensors, metadata)
  return encodeSafetensors(tensors, metadata)
}

function refusal(bytes: Uint8Array): string {
  try {
    decodePolicy(bytes)
  } catch (error) {
    assert.instance(error, FileError)
    return (error as Error).message
  }
  return 'none'
}

test('the user\'s own text is stored, in any order, and ignored when the policy is read', () => {
  const bytes = encodePolicy(small, { steps: '100', 'ä': '"\\ 😀', ['__proto__']: 'x' })
  assert.equal(encodePolicy(small, { ['__proto__']: 'x', 'ä': '"\\ 😀', steps: '100' }), bytes)
  const { metadata } = decodeSafetensors(bytes)
  assert.is(metadata.get('extra.steps'), '100')
  assert.is(metadata.get('extra.ä'), '"\\ 😀')
  assert.is(metadata.get('extra.__proto__'), 'x')
  assert.is(metadata.get('writer'), `trpo ${JSON.parse(readFileSync('package.json', 'utf8')).version}`)
  assert.equal(encodePolicy(decodePolicy(bytes)), encodePolicy(small))
  for (const extra of [null, 7, 'x']) {
    assert.throws(() => encodePolicy(small, extra as never), /^extra: expected a record of strings, got /)
  }
  assert.throws(() => encodePolicy(small, { steps: 100 as never }),
    /^extra\.steps: expected a string, got 100$/)
  assert.throws(() => encodePolicy(small, { name: '\ud800' }), /^text: expected Unicode, got /)
})

test('weights have the layout of PyTorch, [out, in], and the numbers are those in memory', () => {
  const { tensors } = decodeSafetensors(encodePolicy(drawn(SPACES[0], SPACES[0], [3])))
  const { net: { parameters } } = drawn(SPACES[0], SPACES[0], [3])
  assert.equal([...tensors.keys()].filter((name) => name.startsWith('policy.')), [
    'policy.layers.0.bias', 'policy.layers.0.weight', 'policy.layers.1.bias', 'policy.layers.1.weight',
    'policy.log_std',
  ])
  parameters.layers.forEach(({ W, b }, l) => {
    const { shape, data } = tensors.get(`policy.layers.${l}.weight`)!
    assert.equal(shape, [W.cols, W.rows])
    for (let i = 0; i < W.rows; i++) {
      for (let o = 0; o < W.cols; o++) assert.is(data[o * W.rows + i], W.data[i * W.cols + o])
    }
    assert.equal(tensors.get(`policy.layers.${l}.bias`), { shape: [W.cols], data: b.data })
  })
  assert.equal(tensors.get('policy.log_std'), { shape: [4], data: parameters.shared })
})

test('policies with a σ that depends on the state, or with squashed actions, come back the same', () => {
  const space = box([-1, 0], [2, 0.5])
  for (const stateDependentStd of [false, true]) {
    for (const actionBounds of ['clip', 'squash'] as const) {
      const options = { stateDependentStd, actionBounds }
      const policy = createPolicy(reference, box([-2], [3]), space, [3], 'tanh', options)
      initializePolicy(policy, -0.5, new Random(9))
      const back = decodePolicy(encodePolicy(policy))
      assert.equal([back.stateDependentStd, back.actionBounds], [stateDependentStd, actionBounds])
      assert.is(back.distribution.name, policy.distribution.name)
      assert.equal(back.net.parameters.flat, policy.net.parameters.flat)
      for (const x of [-2, 0, 3]) {
        assert.equal(act(back, [x], new Random(4)), act(policy, [x], new Random(4)))
      }
    }
  }
  const open = createPolicy(reference, box([-2], [3]), box([-Infinity], [1]), [], 'tanh')
  const refusalWith = (name: string, word: string, policy: Policy = open): string =>
    refusal(rewritten(encodePolicy(policy), (_, metadata) => metadata.set(name, word)))
  assert.is(refusalWith('bounds', 'squash'), 'none')
  assert.match(refusalWith('bounds', 'tanh'), /^bounds: expected "clip" \| "squash", got "tanh"$/)
  assert.is(refusalWith('bounds', 'clip'), 'none')
  assert.match(refusalWith('bounds', 'clip', small), /^"bounds": expected nothing by that name/)
  assert.match(refusalWith('distribution', 'stateGaussian'),
    /^"policy\.log_std": expected nothing by that name/)
  assert.match(refusalWith('distribution', 'categorical'),
    /^distribution: expected "gaussian" \| "stateGaussian", got "categorical"$/)
  assert.throws(() => encodePolicy({ ...small, actionBounds: 'tanh' as 'clip' }),
    /^policy\.actionBounds: expected "clip" \| "squash", got "tanh"$/)
})

test('NaN and infinities in θ never become a file', () => {
  const tensor = 'policy\\.(layers\\.[01]\\.(weight|bias)|log_std)'
  const refused = new RegExp(`^${tensor}: expected \\[\\d+\\] to be a finite number, got (NaN|-?Infinity)$`)
  const policy = drawn(SPACES[0], SPACES[0], [3])
  const theta = policy.net.parameters.flat
  for (let p = 0; p < theta.length; p++) {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const before = theta[p]
      theta[p] = bad
      assert.throws(() => encodePolicy(policy), refused)
      theta[p] = before
    }
  }
  encodePolicy(policy)
})

test('a part of a policy that the file cannot hold is refused, not left out', () => {
  assert.throws(() => encodePolicy({ ...small, horizon: { steps: 3 } } as Policy),
    /^policy\.horizon: expected a part that the file can hold \(.*\), got Object$/)
  assert.equal(encodePolicy({ ...small, horizon: null } as Policy, { environment: 'Tiny' }), smallBytes)
  assert.throws(() => encodePolicy({ ...small, distribution: distributionFor(multiBinary(2)) }),
    /^policy\.distribution: expected "categorical" for its actions, got "bernoulli"$/)
  assert.throws(() => encodePolicy({ ...small, actionSpace: { kind: 'text' } as unknown as Space }),
    /^action_space: expected kind "box" /)
  const activation = { ...small.net.activation, name: 'gelu' as ActivationName }
  assert.throws(() => encodePolicy({ ...small, net: { ...small.net, activation } }),
    /^policy\.net\.activation: expected "tanh" \| .*, got "gelu"$/)
  for (const value of [null, undefined, 7, {}, { net: null }]) {
    assert.throws(() => encodePolicy(value as never), /^policy: expected a policy, got /)
  }
})

test('a file truncated anywhere, or continued, is refused', () => {
  for (let length = 0; length < smallBytes.length; length++) {
    assert.is.not(refusal(smallBytes.slice(0, length)), 'none', `${length}`)
  }
  for (const more of [1, 8, 4096]) {
    const longer = new Uint8Array(smallBytes.length + more)
    longer.set(smallBytes)
    assert.match(refusal(longer), /^data: expected \d+ bytes, got /)
  }
})

test('a flipped bit is refused, wherever it is', () => {
  for (let bit = 0; bit < 8 * smallBytes.length; bit++) {
    const damaged = smallBytes.slice()
    damaged[bit >> 3] ^= 1 << (bit & 7)
    assert.is.not(refusal(damaged), 'none', `${bit}`)
  }
})

test('the checksum covers the content of the file, not its spacing or order', () => {
  const { header, data } = partsOf(smallBytes)
  const entries = Object.entries(JSON.parse(header)).reverse()
  const spaced = fileOf(JSON.stringify(Object.fromEntries(entries), undefined, 2), data)
  assert.is(bits(decodePolicy(spaced).net.parameters.flat), bits(small.net.parameters.flat))
  assert.match(refusal(fileOf(header.replace('Tiny', 'Tidy'), data)),
    /^crc32: expected "[0-9a-f]{8}", got "[0-9a-f]{8}": the file is damaged$/)
  // By its definition: the bytes with zeros in the checksum's place.
  const crc = /"crc32":"([0-9a-f]{8})"/.exec(header)![1]
  let remainder = -1
  for (const byte of fileOf(header.replace(crc, '00000000'), data)) {
    remainder ^= byte
    for (let k = 0; k < 8; k++) remainder = remainder >>> 1 ^ (remainder & 1 ? 0xedb88320 : 0)
  }
  assert.is((~remainder >>> 0).toString(16).padStart(8, '0'), crc)
})

const numbers = (shape: readonly number[], fill: number = 0): StoredTensor =>
  ({ shape, data: new Float64Array(shape.reduce((product, n) => product * n, 1)).fill(fill) })

const WRONG: readonly (readonly [string, Edit, RegExp])[] = [
  ['nothing', (tensors, metadata) => { tensors.clear(); metadata.clear() },
    /^format: expected it in the metadata, got nothing$/],
  ['another format', (_, metadata) => metadata.set('format', 'pt'),
    /^format: expected "trpo policy", got "pt"$/],
  ['a later version', (_, metadata) => metadata.set('format_version', '2').set('writer', 'trpo 9.0.0'),
    /^format_version: expected "1", got "2" \(writer: "trpo 9\.0\.0", this is trpo \d/],
  ['an unknown part', (_, metadata) => metadata.set('momentum', '{}'),
    /^"momentum": expected nothing by that name, got a part unknown to this version \(writer: /],
  ['an unknown tensor', (tensors) => tensors.set('momentum.mean', numbers([1])),
    /^"momentum\.mean": expected nothing by that name/],
  ['the name of a prototype', (_, metadata) => metadata.set('__proto__', '{}'),
    /^"__proto__": expected nothing by that name/],
  ['another distribution', (_, metadata) => metadata.set('distribution', 'gaussian'),
    /^distribution: expected "categorical", got "gaussian"$/],
  ['another activation', (_, metadata) => metadata.set('activation', 'constructor'),
    /^activation: expected "tanh" \| "relu" \| "identity", got "constructor"$/],
  ['no activation', (_, metadata) => metadata.delete('activation'),
    /^activation: expected it in the metadata, got nothing$/],
  ['a space that is no JSON', (_, metadata) => metadata.set('action_space', 'Discrete(2)'),
    /^action_space: expected a value at character 0/],
  ['a space that is no object', (_, metadata) => metadata.set('action_space', '2'),
    /^action_space: expected an object, got 2$/],
  ['an unknown kind of space', (_, metadata) => metadata.set('action_space', '{"kind":"__proto__"}'),
    /^action_space: expected kind "box" \| .*, got "__proto__"$/],
  ['a field unknown to the space',
    (_, metadata) => metadata.set('action_space', '{"kind":"discrete","n":2,"start":0,"step":2}'),
    /^action_space: expected kind, n, start, got "step"$/],
  ['a space without its n', (_, metadata) => metadata.set('action_space', '{"kind":"discrete","start":0}'),
    /^action_space: expected n to be an integer of at least 1, got undefined$/],
  ['a space of 2.5 actions',
    (_, metadata) => metadata.set('action_space', '{"kind":"discrete","n":2.5,"start":0}'),
    /^action_space: expected n to be an integer/],
  ['a space of 2⁵³ − 1 actions',
    (_, metadata) => metadata.set('action_space', '{"kind":"discrete","n":9007199254740991,"start":0}'),
    /^outputs of policy\.layers\.1, for its actions: expected 9007199254740991, got 2$/],
  ['2⁵³ − 1 bits', (tensors, metadata) => {
    for (const bound of ['low', 'high']) tensors.delete(`observation_space.${bound}`)
    metadata.set('observation_space', '{"kind":"multiBinary","n":9007199254740991}')
  }, /^inputs of policy\.layers\.0, for its observations: expected 9007199254740991, got 1$/],
  ['more than 2⁵³ outputs', (_, metadata) => {
    metadata.set('action_space', `{"kind":"multiDiscrete","nvec":[${Array(9).fill(2 ** 53 - 1)}]}`)
    metadata.set('distribution', 'multiCategorical')
  }, /^outputs of policy\.layers\.1, for its actions: expected 8\d+, got 2$/],
  ['a Box without a bound', (tensors) => tensors.delete('observation_space.low'),
    /^observation_space\.low: expected a tensor, got none$/],
  ['bounds of two lengths', (tensors) => tensors.set('observation_space.low', numbers([2])),
    /^observation_space: expected high of length 2, got 1$/],
  ['bounds in the wrong order', (tensors) => tensors.set('observation_space.low', numbers([1], 4)),
    /^observation_space: expected low\[0\] ≤ high\[0\], got 4 and 3$/],
  ['bounds of no number', (tensors) => tensors.set('observation_space.low', numbers([0])),
    /^observation_space: expected low to be a Float64Array of at least one number/],
  ['bounds as a matrix', (tensors) => tensors.set('observation_space.low', numbers([1, 1])),
    /^observation_space\.low: expected 1 axes, got 2$/],
  ['more inputs than observations', (tensors) => tensors.set('policy.layers.0.weight', numbers([3, 5])),
    /^inputs of policy\.layers\.0, for its observations: expected 1, got 5$/],
  ['fewer outputs than the actions need', (tensors) => {
    tensors.set('policy.layers.1.weight', numbers([1, 3])).set('policy.layers.1.bias', numbers([1]))
  }, /^outputs of policy\.layers\.1, for its actions: expected 2, got 1$/],
  ['layers that do not fit each other', (tensors) => tensors.set('policy.layers.1.weight', numbers([2, 4])),
    /^policy\.layers\.1\.weight: expected a shape of \[1 or more, 3\], got \[2,4\]$/],
  ['a layer of no unit', (tensors) => tensors.set('policy.layers.0.weight', numbers([0, 1])),
    /^policy\.layers\.0\.weight: expected a shape of \[1 or more, 1\], got \[0,1\]$/],
  ['a layer of no input', (tensors) => tensors.set('policy.layers.0.weight', numbers([3, 0])),
    /^policy\.layers\.0\.weight: expected a shape of \[1 or more, 1\], got \[3,0\]$/],
  ['a bias of another size', (tensors) => tensors.set('policy.layers.0.bias', numbers([4])),
    /^policy\.layers\.0\.bias: expected 3 numbers, got 4$/],
  ['a weight of three axes', (tensors) => tensors.set('policy.layers.0.weight', numbers([3, 1, 1])),
    /^policy\.layers\.0\.weight: expected 2 axes, got 3$/],
  ['no first layer', (tensors) => tensors.delete('policy.layers.0.weight'),
    /^policy\.layers\.0\.weight: expected a tensor, got none$/],
  ['no last layer', (tensors) => {
    tensors.delete('policy.layers.1.weight')
    tensors.delete('policy.layers.1.bias')
  }, /^outputs of policy\.layers\.0, for its actions: expected 2, got 3$/],
  ['a layer after a gap', (tensors) => tensors.set('policy.layers.3.weight', numbers([2, 2])),
    /^"policy\.layers\.3\.weight": expected nothing by that name/],
  ['log σ for a distribution without one', (tensors) => tensors.set('policy.log_std', numbers([2])),
    /^"policy\.log_std": expected nothing by that name/],
  ['an infinity in a weight', (tensors) => tensors.set('policy.layers.0.bias', numbers([3], Infinity)),
    /^policy\.layers\.0\.bias: expected \[0\] to be a finite number, got Infinity$/],
]

for (const [what, edit, message] of WRONG) {
  test(`refused without a checksum, too: ${what}`, () => {
    assert.match(refusal(rewritten(smallBytes, edit)), message)
  })
}

test('refused: NaN, which is never written, in weights and bounds; log σ that is missing or too long', () => {
  for (const [name, message] of [
    ['policy.layers.0.bias', /^policy\.layers\.0\.bias: expected \[0\] to be a finite number, got NaN$/],
    ['observation_space.low', /^observation_space: expected low\[0\] ≤ high\[0\], got NaN and 3$/],
  ] as const) {
    const { header, data } = partsOf(rewritten(smallBytes, () => {}))
    new DataView(data.buffer).setFloat64(JSON.parse(header)[name].data_offsets[0], NaN, true)
    assert.match(refusal(fileOf(header, data)), message)
  }
  const gaussian = encodePolicy(drawn(SPACES[0], SPACES[0]))
  assert.match(refusal(rewritten(gaussian, (tensors) => tensors.delete('policy.log_std'))),
    /^policy\.log_std: expected a tensor, got none$/)
  assert.match(refusal(rewritten(gaussian, (tensors) => tensors.set('policy.log_std', numbers([5])))),
    /^length of policy\.log_std, for its actions: expected 4, got 5$/)
})

test('any change of a file without checksum gives a FileError or a policy that acts', () => {
  const random = new Random(7)
  const plain = rewritten(smallBytes, () => {})
  const { header, data } = partsOf(plain)
  const pieces = [
    '{', '}', '[', ']', ',', ':', '"', '\\', '0', '1', '-', '9'.repeat(20), '1e9', 'null', '"__proto__"',
    '"F32"', '"F64"', '"policy.layers.0.weight"', '"policy.layers.1.weight"', '"shape"', '"dtype"', '[2,1]',
    '[0,8]', '[8,16]', ' ', 'ä', '\\"n\\"', 'box',
  ]
  let refused = 0, read = 0
  for (let k = 0; k < 5000; k++) {
    let text = header
    for (let edits = 1 + random.integer(3); edits > 0; edits--) {
      const at = random.integer(text.length), length = random.integer(random.uniform() < 0.5 ? 3 : 40)
      const piece = random.uniform() < 0.3
        ? text.slice(at, at + length) : pieces[random.integer(pieces.length)]
      text = text.slice(0, at) + piece + text.slice(random.uniform() < 0.5 ? at : at + length)
    }
    const end = random.uniform() < 0.9 ? undefined : 8 * random.integer(data.length / 8)
    const bytes = fileOf(text, data.slice(0, end))
    try {
      const policy = decodePolicy(bytes)
      act(policy, sample(policy.observationSpace, random), random)
      decodePolicy(encodePolicy(policy))
      read++
    } catch (error) {
      assert.instance(error, FileError, (error as Error).stack)
      refused++
    }
  }
  assert.ok(refused > 4000 && read > 5, `${refused} ${read}`)
  assert.is(({} as { kind?: unknown }).kind, undefined)
})

test('bytes at random are refused', () => {
  const random = new Random(8)
  for (let k = 0; k < 5000; k++) {
    const bytes = Uint8Array.from({ length: random.integer(64) }, () => random.integer(256))
    // Half of them with a header length that could be true.
    if (k % 2 === 0) bytes.set([random.integer(56), 0, 0, 0, 0, 0, 0, 0].slice(0, bytes.length))
    assert.is.not(refusal(bytes), 'none')
  }
})

test('a value function is a file of its own, and comes back the same', () => {
  for (const hidden of [[], [4, 3]]) {
    const value = drawnValue(reference, 3, hidden, 'relu', new Random(2))
    const bytes = encodeValue(value, { of: 'Tiny' })
    for (const backend of [reference, simd]) {
      const back = decodeValue(bytes, backend)
      assert.is(back.net.backend, backend)
      assert.equal(back.net.sizes, [3, ...hidden, 1])
      assert.is(back.net.activation.name, 'relu')
      assert.is(bits(back.net.parameters.flat), bits(value.net.parameters.flat))
      assert.equal(encodeValue(back, { of: 'Tiny' }), bytes)
    }
    assert.match(refusal(bytes), /^format: expected "trpo policy", got "trpo value"$/)
    const longer = rewritten(bytes, (tensors) => tensors.set('value.layers.9.bias', numbers([1])))
    assert.throws(() => decodeValue(longer), /nothing by that name/)
  }
  assert.throws(() => decodeValue(smallBytes), /^format: expected "trpo value", got "trpo policy"$/)
  const value = drawnValue(reference, 3, [4], 'tanh', new Random(2))
  const twice = rewritten(encodeValue(value), (tensors) => {
    tensors.set('value.layers.1.weight', numbers([2, 4])).set('value.layers.1.bias', numbers([2]))
  })
  assert.throws(() => decodeValue(twice), /^outputs of value\.layers\.1: expected 1, got 2$/)
  value.net.parameters.flat[0] = NaN
  assert.throws(() => encodeValue(value),
    /^value\.layers\.0\.weight: expected \[0\] to be a finite number, got NaN$/)
  assert.throws(() => encodeValue(null as never), /^value: expected a value function, got null$/)
})

test.run()
