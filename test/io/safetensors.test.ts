/**
 * Safetensors files, compared with bytes put together by hand, with a file that Python's safetensors wrote,
 * and invalid ones with errors written by hand. No tolerance: bits.
 */
import { readFileSync } from 'node:fs'
import { TextEncoder } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeSafetensors, encodeSafetensors, FileError, type StoredTensor } from '../../src/io/index.ts'
import { Random } from '../../src/math/random.ts'
import { doubles, fileOf } from '../support/safetensorsFile.ts'
import { bits } from '../support/same.ts'

const tensor = (shape: readonly number[], ...x: readonly number[]): StoredTensor =>
  ({ shape, data: Float64Array.from(x) })

test('the bytes are those of the format: in the order of names, the header padded to a multiple of 8', () => {
  const tensors = new Map([
    ['b', tensor([2, 2], 1, -0, 5e-324, Infinity)], ['a', tensor([], 7)], ['c', tensor([0, 3])],
  ])
  const header = '{"__metadata__":{"k":"\\u00e9\\ud83d\\ude00\\"","z":""},'
    + '"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},'
    + '"b":{"dtype":"F64","shape":[2,2],"data_offsets":[8,40]},'
    + '"c":{"dtype":"F64","shape":[0,3],"data_offsets":[40,40]}}'
  const padded = header + ' '.repeat(7 - (header.length + 7) % 8)
  const expected = fileOf(padded, doubles(7, 1, -0, 5e-324, Infinity))
  assert.equal(encodeSafetensors(tensors, new Map([['z', ''], ['k', 'é😀"']])), expected)
  assert.equal(encodeSafetensors(new Map(), new Map()), fileOf('{}      '))
  assert.equal(encodeSafetensors(new Map()), fileOf('{}      '))
})

test('tensors and metadata in any order come back, bit for bit', () => {
  const random = new Random(1)
  for (let k = 0; k < 50; k++) {
    const names = Array.from({ length: random.integer(6) }, (_, i) =>
      `${['', 'ä', '😀', '__proto__', '"\\', 'shape'][i]}${random.integer(10)}`)
    const entries = names.map((name): [string, StoredTensor] => {
      const shape = Array.from({ length: random.integer(4) }, () => random.integer(4))
      const count = shape.reduce((product, n) => product * n, 1)
      return [name, tensor(shape, ...Array.from({ length: count }, () => random.normal()))]
    })
    const texts = names.map((name, i): [string, string] => [name, names[names.length - 1 - i]])
    const bytes = encodeSafetensors(new Map(entries), new Map(texts))
    assert.equal(encodeSafetensors(new Map([...entries].reverse()), new Map([...texts].reverse())), bytes)
    assert.is(bytes.length % 8, 0)
    const { tensors, metadata } = decodeSafetensors(bytes)
    assert.equal([...metadata].sort(), [...new Map(texts)].sort())
    assert.equal([...tensors.keys()].sort(), [...names].sort())
    for (const [name, { shape, data }] of entries) {
      assert.equal(tensors.get(name)!.shape, shape)
      assert.is(bits(tensors.get(name)!.data), bits(data))
    }
  }
})

test('a file of Python\'s safetensors is read: scalars, empty tensors, infinities, names, float32', () => {
  // Written by test/fixtures/io/make.py.
  const { tensors, metadata } = decodeSafetensors(readFileSync('test/fixtures/io/other.safetensors'))
  assert.equal([...metadata].sort(), [['__proto__', 'x'], ['größe', 'ä\n"\u2028']])
  const expected: Readonly<Record<string, StoredTensor>> = {
    single: tensor([], -0),
    empty: tensor([0, 3]),
    'Höhe 😀 "\\': tensor([2, 2], 1.5, Infinity, -Infinity, 5e-324),
    ['__proto__']: tensor([1], 1),
    narrow: tensor([3], Math.fround(0.1), Math.fround(-3.4e38), Math.fround(1.4e-45)),
    cube: tensor([2, 3, 4], ...Array.from({ length: 24 }, (_, i) => i)),
  }
  assert.equal([...tensors.keys()].sort(), Object.keys(expected).sort())
  for (const [name, { shape, data }] of tensors) {
    assert.equal(shape, expected[name].shape)
    assert.is(bits(data), bits(expected[name].data), name)
  }
})

test('bytes at any offset are read, and the tensors are copies', () => {
  const bytes = encodeSafetensors(new Map([['x', tensor([2], 1, 2)]]))
  for (let offset = 0; offset < 8; offset++) {
    const shifted = new Uint8Array(bytes.length + offset + 3).subarray(offset, offset + bytes.length)
    shifted.set(bytes)
    const { data } = decodeSafetensors(shifted).tensors.get('x')!
    shifted.fill(255)
    assert.equal(data, Float64Array.of(1, 2))
  }
})

/** An entry of the header. */
const place = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`
const one = (entry: string, data: Uint8Array = doubles(1, 2)): Uint8Array => fileOf(`{"x":${entry}}`, data)
const two = (a: string, b: string, data: Uint8Array = doubles(1, 2)): Uint8Array =>
  fileOf(`{"x":${place('"F64"', '[1]', a)},"y":${place('"F64"', '[1]', b)}}`, data)

const MALFORMED: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['nothing', new Uint8Array(0), /^file: expected at least 8 bytes, got 0$/],
  ['seven bytes', new Uint8Array(7), /^file: expected at least 8 bytes, got 7$/],
  ['an empty header', new Uint8Array(8), /^header: expected to begin with "\{", got ""$/],
  ['a header longer than the file', fileOf('{}', undefined, 3n), /^header: expected at most 2 bytes, got 3$/],
  ['a header of 2⁶³ bytes', fileOf('{}', undefined, 1n << 63n),
    /^header: expected at most 2 bytes, got 9223372036854776000$/],
  ['a header of 2⁶⁴ − 1 bytes', fileOf('{}', undefined, (1n << 64n) - 1n),
    /^header: expected at most 2 bytes, got /],
  ['another kind of file', new TextEncoder().encode('<!DOCTYPE html><html>'),
    /^header: expected at most 13 bytes, got /],
  ['a header of more than 10 MB', fileOf('{', new Uint8Array(10_000_001), 10_000_001n),
    /^header: expected at most 10000000 bytes, got 10000001$/],
  ['white space before the header', fileOf(' {}'), /^header: expected to begin with "\{", got " "$/],
  ['an array', fileOf('[]'), /^header: expected to begin with "\{", got "\["$/],
  ['a header that ends early', fileOf('{"x":'), /^header: expected a value at character 5, got the end$/],
  ['a second value', fileOf('{} {}'), /^header: expected the end at character 3, got "\{\}"$/],
  ['bytes that are no UTF-8', fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)),
    /^header: expected UTF-8, got other bytes$/],
  ['a name twice', fileOf(
    `{"x":${place('"F64"', '[1]', '[0,8]')},"x":${place('"F64"', '[1]', '[8,16]')}}`, doubles(1, 2),
  ), /a new name/],
  ['depth', fileOf(`{"x":${'['.repeat(1e5)}`), /no more than 8 levels/],
  ['metadata that are no object', fileOf('{"__metadata__":[]}'),
    /^__metadata__: expected an object, got Array of length 0$/],
  ['metadata that are not text', fileOf('{"__metadata__":{"a":1}}'),
    /^__metadata__: expected a string for "a", got 1$/],
  ['metadata twice', fileOf('{"__metadata__":{},"__metadata__":{}}'), /a new name/],
  ['an entry that is no object', one('7'), /^tensor "x": expected dtype, shape and data_offsets, got 7$/],
  ['an entry too small', one('{"dtype":"F64","shape":[2]}'),
    /^tensor "x": expected dtype, shape and data_offsets, got Map/],
  ['an entry too large', one(place('"F64"', '[2]', '[0,16],"more":1')),
    /^tensor "x": expected dtype, shape and data_offsets, got Map/],
  ['an entry with another name', one('{"dtype":"F64","shape":[2],"offsets":[0,16]}'),
    /^tensor "x": expected data_offsets of two integers/],
  ...['"F16"', '"BF16"', '"I64"', '"U8"', '"f64"', '"toString"', 'null', '8'].map((dtype) =>
    [`dtype ${dtype}`, one(place(dtype, '[2]', '[0,16]')),
      /^tensor "x": expected dtype "F64" or "F32", got /] as const),
  ...['2', '[-2]', '[1.5]', '["2"]', '[null]', '[1e300]', '[9007199254740993]', '{}'].map((shape) =>
    [`shape ${shape}`, one(place('"F64"', shape, '[0,16]')),
      /^tensor "x": expected a shape of integers from 0, got /] as const),
  ...[
    '[0]', '[0,8,16]', '[-8,8]', '[16,0]', '[0,1.6e1,1]', '"0,16"', '[0,9007199254740993]', '[0.5,16.5]',
  ].map((offsets) =>
    [`offsets ${offsets}`, one(place('"F64"', '[2]', offsets)),
      /^tensor "x": expected data_offsets of two integers, begin ≤ end, got /] as const),
  ['a shape larger than its bytes', one(place('"F64"', '[3]', '[0,16]')),
    /^tensor "x": expected 24 bytes for its shape, got 16$/],
  ['a shape smaller than its bytes', one(place('"F64"', '[1]', '[0,16]')),
    /^tensor "x": expected 8 bytes for its shape, got 16$/],
  ['a shape whose product is beyond integers', one(place('"F64"', `[${Array(30).fill(2 ** 52)}]`, '[0,16]')),
    /expected Infinity bytes/],
  ['such a shape with a zero', one(place('"F64"', `[${Array(30).fill(2 ** 52)},0]`, '[0,0]'), doubles()),
    /expected NaN bytes/],
  ['a shape that wraps around 2⁶⁴', one(place('"F64"', '[4294967296,4294967296]', '[0,0]'), doubles()),
    /got 0$/],
  ['a tensor of 10¹⁵ numbers', one(place('"F64"', '[1000000000000000]', '[0,8000000000000000]')),
    /^data: expected 8000000000000000 bytes, got 16$/],
  ['float32 of double the size', one(place('"F32"', '[2]', '[0,16]')),
    /^tensor "x": expected 8 bytes for its shape, got 16$/],
  ['overlap', two('[0,8]', '[0,8]'), /^tensor "y": expected to begin at byte 8 of the data, got 0$/],
  ['overlap of a part', two('[0,8]', '[4,12]'),
    /^tensor "y": expected to begin at byte 8 of the data, got 4$/],
  ['a gap', two('[0,8]', '[16,24]', doubles(1, 2, 3)),
    /^tensor "y": expected to begin at byte 8 of the data, got 16$/],
  ['a gap at the beginning', one(place('"F64"', '[1]', '[8,16]')),
    /^tensor "x": expected to begin at byte 0 of the data, got 8$/],
  ['bytes at the end', two('[0,8]', '[8,16]', doubles(1, 2, 3)), /^data: expected 16 bytes, got 24$/],
  ['bytes that are missing', two('[0,8]', '[8,16]', doubles(1)), /^data: expected 16 bytes, got 8$/],
]

for (const [what, bytes, message] of MALFORMED) {
  test(`refused: ${what}`, () => {
    assert.throws(() => decodeSafetensors(bytes), (error: Error) => {
      assert.instance(error, FileError)
      assert.match(error.message, message)
      assert.not.match(error.message, /\n/)
      return true
    })
  })
}

test('anything but a Uint8Array is a TypeError', () => {
  for (const value of [undefined, null, 'x', [1], new ArrayBuffer(8), new Float64Array(1), {}]) {
    assert.throws(() => decodeSafetensors(value as Uint8Array), /^bytes: expected a Uint8Array, got /)
  }
})

test('content that a file cannot hold is refused before a byte is written', () => {
  const table: readonly (readonly [string, unknown, unknown, RegExp])[] = [
    ['x', tensor([2], 1, NaN), 'a', /^x\[1\]: expected a number, got NaN$/],
    ['x', tensor([3], 1, 2), 'a', /^x: expected 3 numbers for its shape, got 2$/],
    ['x', { shape: [1], data: [1] }, 'a', /^x: expected a Float64Array, got Array of length 1$/],
    ['x', { shape: [1], data: new Float32Array(1) }, 'a',
      /^x: expected a Float64Array, got Float32Array of length 1$/],
    ['x', { shape: [-1, -1], data: new Float64Array(1) }, 'a',
      /^x\.shape: expected integers from 0, got Array of length 2$/],
    ['x', { shape: 1, data: new Float64Array(1) }, 'a', /^x\.shape: expected integers from 0, got 1$/],
    ['__metadata__', tensor([1], 1), 'a', /^tensors: expected another name, got "__metadata__"$/],
    ['\ud800', tensor([1], 1), 'a', /^text: expected Unicode, got /],
    ['x', tensor([1], 1), 'a\udfff', /^text: expected Unicode, got /],
    ['x', tensor([1], 1), 7, /^k: expected a string, got 7$/],
  ]
  for (const [name, stored, text, message] of table) {
    const tensors = new Map([[name, stored as StoredTensor]]), metadata = new Map([['k', text as string]])
    assert.throws(() => encodeSafetensors(tensors, metadata), message)
  }
  assert.throws(() => encodeSafetensors(new Map(), new Map([['k', 'é'.repeat(2e6)]])),
    /^header: expected at most 10000000 bytes, got 12000032$/)
})

test.run()
