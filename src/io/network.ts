/**
 * A network as the name of its activation and tensors, with PyTorch's names and layout:
 * `NAME.layers.0.weight` [out, in] and `NAME.layers.0.bias` [out], then `NAME.layers.1.…`. In memory W is
 * [in, out]; the file has its transpose, so that a `ModuleList` of `Linear` loads it unchanged.
 */
import { expectOneOf, show } from '../errors/expect.ts'
import { matrix, transposeInto } from '../math/tensor.ts'
import { activations, type ActivationName } from '../nn/activation.ts'
import type { Mlp } from '../nn/mlp.ts'
import { type Contents, takeTensor, takeWord } from './contents.ts'
import { FileError } from './fileError.ts'
import type { StoredTensor } from './safetensors.ts'

interface StoredLayer {
  /** [out, in] */
  readonly weight: StoredTensor
  /** [out] */
  readonly bias: StoredTensor
}

export interface StoredNetwork {
  readonly activation: ActivationName
  /** Inputs, hidden layers, outputs: at least two numbers, each at least 1. */
  readonly sizes: readonly number[]
  readonly layers: readonly StoredLayer[]
}

const ACTIVATIONS = Object.keys(activations) as ActivationName[]

/** Add the network's layers to the contents. Throws a RangeError if a parameter is not finite. */
export function putNetwork(contents: Contents, name: string, { activation, parameters }: Mlp): void {
  contents.metadata.set('activation', expectOneOf(`${name}.net.activation`, activation.name, ACTIVATIONS))
  parameters.layers.forEach(({ W, b }, l) => {
    const weight = new Float64Array(W.rows * W.cols)
    transposeInto(matrix(weight, W.cols, W.rows), W)
    putParameters(contents, weightName(name, l), [W.cols, W.rows], weight)
    putParameters(contents, biasName(name, l), [W.cols], b.data)
  })
}

/** Take out the network: all layers, whose sizes must fit each other. Throws a FileError. */
export function takeNetwork(contents: Contents, name: string): StoredNetwork {
  const activation = takeWord(contents, 'activation', ACTIVATIONS)
  const layers: StoredLayer[] = []
  do {
    const l = layers.length
    const weight = takeParameters(contents, weightName(name, l), 2)
    const [outputs, inputs] = weight.shape
    const expected = l === 0 ? inputs : layers[l - 1].weight.shape[0]
    if (!(outputs >= 1 && inputs >= 1 && inputs === expected)) {
      const wanted = `[1 or more, ${Math.max(1, expected)}]`, got = `[${weight.shape.join()}]`
      throw new FileError(`${weightName(name, l)}: expected a shape of ${wanted}, got ${got}`)
    }
    const bias = takeParameters(contents, biasName(name, l), 1)
    if (bias.shape[0] !== outputs) {
      throw new FileError(`${biasName(name, l)}: expected ${outputs} numbers, got ${bias.shape[0]}`)
    }
    layers.push({ weight, bias })
  } while (contents.tensors.has(weightName(name, layers.length)))
  const sizes = [layers[0].weight.shape[1], ...layers.map(({ bias }) => bias.shape[0])]
  return { activation, layers, sizes }
}

/** The network's layers ← the stored ones, of the same sizes. */
export function fillNetwork({ parameters }: Pick<Mlp, 'parameters'>, { layers }: StoredNetwork): void {
  parameters.layers.forEach(({ W, b }, l) => {
    transposeInto(W, matrix(layers[l].weight.data, W.cols, W.rows))
    b.data.set(layers[l].bias.data)
  })
}

/** Add a copy of `data`. Throws a RangeError if a number is not finite. */
export function putParameters(
  contents: Contents, name: string, shape: readonly number[], data: Float64Array,
): void {
  const problem = finiteProblem(data)
  if (problem !== null) throw new RangeError(`${name}: ${problem}`)
  contents.tensors.set(name, { shape, data: data.slice() })
}

/** Take out a tensor of finite numbers. Throws a FileError. */
export function takeParameters(contents: Contents, name: string, axes: number): StoredTensor {
  const tensor = takeTensor(contents, name, axes)
  const problem = finiteProblem(tensor.data)
  if (problem !== null) throw new FileError(`${name}: ${problem}`)
  return tensor
}

function finiteProblem(data: Float64Array): string | null {
  const i = data.findIndex((x) => !Number.isFinite(x))
  return i < 0 ? null : `expected [${i}] to be a finite number, got ${show(data[i])}`
}

function weightName(name: string, l: number): string {
  return `${name}.layers.${l}.weight`
}

function biasName(name: string, l: number): string {
  return `${name}.layers.${l}.bias`
}
