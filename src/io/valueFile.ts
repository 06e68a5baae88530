/**
 * A value function as one file, and back, bit for bit.
 */
import { type Backend, expectBackend } from '../math/backend.ts'
import { expectShape, nullOr, type Shape } from '../errors/shape.ts'
import { reference } from '../math/reference.ts'
import { createMlp } from '../nn/mlp.ts'
import { expectMlp } from '../nn/shapes.ts'
import { expectNormalizer } from '../rl/normalizer.ts'
import { type Value, valueOf } from '../rl/value.ts'
import {
  type Contents, expectNothingLeft, expectOnlyParts, expectSize, type Extra, seal, unseal,
} from './contents.ts'
import { fillNetwork, putNetwork, takeNetwork } from './network.ts'
import { putNormalizer, takeNormalizer } from './normalizer.ts'

const FORMAT = 'trpo value'
/** The parts of a value function that the file holds; the tape is scratch memory and not saved. */
const PARTS: readonly string[] = ['net', 'tape', 'normalizer']

const shape = (): Shape => ({ net: expectMlp, normalizer: nullOr(expectNormalizer) })

/** The value function as bytes; `extra` and errors as in `encodePolicy`. */
export function encodeValue(value: Value, extra: Extra = {}): Uint8Array {
  expectShape('value', value, 'a value function', shape())
  expectOnlyParts('value', value, PARTS)
  const contents: Contents = { tensors: new Map(), metadata: new Map() }
  putNetwork(contents, 'value', value.net)
  putNormalizer(contents, value.normalizer, value.net.sizes[0])
  return seal(FORMAT, contents, extra)
}

/** The value function in the bytes, on `backend`. Throws a FileError for bytes that are not a valid file. */
export function decodeValue(bytes: Uint8Array, backend: Backend = reference): Value {
  expectBackend('backend', backend)
  const contents = unseal(FORMAT, bytes)
  const stored = takeNetwork(contents, 'value')
  const normalizer = takeNormalizer(contents, stored.sizes[0])
  expectNothingLeft(contents)
  const { activation, sizes, layers } = stored
  expectSize(`outputs of value.layers.${layers.length - 1}`, 1, sizes[layers.length])
  const net = createMlp(backend, sizes, activation)
  fillNetwork(net, stored)
  return valueOf(net, normalizer)
}
