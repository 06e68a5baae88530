/**
 * A computation as an ONNX model: named tensors, and nodes that make tensors of tensors. Field numbers are
 * those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; operators those of operator set 13.
 */
import { expectFloat32 } from './float32.ts'
import { bytesField, integerField, joined, messageField, textField } from './protobuf.ts'

/** Element types: numbers of TensorProto.DataType. */
export const FLOAT = 1, INT64 = 7, BOOL = 9, DOUBLE = 11

/** IR version and operator set: of 2021, read by every runtime since. */
const IR_VERSION = 8, OPERATORS = 13

/** The largest message that readers of Protocol Buffers accept; in bytes. */
const MAX_BYTES = 2_147_483_647

/** A graph as it grows. Tensors are known by their names. */
export interface Graph {
  /** FLOAT or DOUBLE: the type of all numbers that are not integers. */
  readonly real: number
  readonly nodes: Uint8Array[]
  readonly constants: Uint8Array[]
}

/** A tensor that the model takes or returns: batch axis first, then `shape`. */
export interface Port {
  readonly name: string
  readonly type: number
  readonly shape: readonly number[]
}

/** Integers of a node's attributes, by name. */
export type Attributes = Readonly<Record<string, number>>

/** A new node of the operator `op`; returns the name of its output, by default a new one. */
export function node(
  { nodes }: Graph, op: string, inputs: readonly string[], attributes: Attributes = {},
  output: string = `${op}_${nodes.length}`,
): string {
  nodes.push(messageField(1, [
    ...inputs.map((name) => textField(1, name)), textField(2, output), textField(3, output), textField(4, op),
    // Type 2 is INT.
    ...Object.entries(attributes).map(([name, value]) =>
      messageField(5, [textField(1, name), integerField(3, value), integerField(20, 2)])),
  ]))
  return output
}

/** A constant tensor of the graph's real type. Throws a RangeError if float32 cannot hold a number. */
export function reals(graph: Graph, name: string, shape: readonly number[], data: ArrayLike<number>): string {
  const size = graph.real === FLOAT ? 4 : 8
  if (size === 4) expectFloat32(name, data)
  const bytes = new Uint8Array(size * data.length), view = new DataView(bytes.buffer)
  for (let i = 0; i < data.length; i++) {
    if (size === 8) view.setFloat64(8 * i, data[i], true)
    else view.setFloat32(4 * i, data[i], true)
  }
  return constant(graph, name, graph.real, shape, bytes)
}

/** A constant tensor of integers; each at most 2⁵³ − 1 in size. */
export function integers(graph: Graph, name: string, data: readonly number[]): string {
  const bytes = new Uint8Array(8 * data.length), view = new DataView(bytes.buffer)
  data.forEach((x, i) => view.setBigInt64(8 * i, BigInt(x), true))
  return constant(graph, name, INT64, [data.length], bytes)
}

/** A constant tensor of booleans. */
export function booleans(graph: Graph, name: string, data: readonly boolean[]): string {
  return constant(graph, name, BOOL, [data.length], Uint8Array.from(data, Number))
}

function constant(
  { constants }: Graph, name: string, type: number, shape: readonly number[], bytes: Uint8Array,
): string {
  const dims = shape.map((size) => integerField(1, size))
  constants.push(messageField(5, [...dims, integerField(2, type), textField(8, name), bytesField(9, bytes)]))
  return name
}

/** The model's bytes. `metadata`: text by name. */
export function model(
  { nodes, constants }: Graph, inputs: readonly Port[], outputs: readonly Port[],
  metadata: ReadonlyMap<string, string>, version: string,
): Uint8Array {
  const graph = [
    ...nodes, textField(2, 'policy'), ...constants,
    ...inputs.map((each) => messageField(11, port(each))),
    ...outputs.map((each) => messageField(12, port(each))),
  ]
  const bytes = joined([
    integerField(1, IR_VERSION), textField(2, 'trpo'), textField(3, version), messageField(7, graph),
    // The empty domain is that of ONNX itself.
    messageField(8, [textField(1, ''), integerField(2, OPERATORS)]),
    ...[...metadata].map(([key, text]) => messageField(14, [textField(1, key), textField(2, text)])),
  ])
  if (bytes.length <= MAX_BYTES) return bytes
  throw new RangeError(`model: expected at most ${MAX_BYTES} bytes, got ${bytes.length}`)
}

/** The fields of a ValueInfoProto. */
function port({ name, type, shape }: Port): Uint8Array[] {
  const axes = [messageField(1, [textField(2, 'batch')]),
    ...shape.map((size) => messageField(1, [integerField(1, size)]))]
  const tensor = [integerField(1, type), messageField(2, axes)]
  return [textField(1, name), messageField(2, [messageField(1, tensor)])]
}
