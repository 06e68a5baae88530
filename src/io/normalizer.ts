/**
 * A normaliser of observations as tensors: μ and σ in use, and the statistics that they come from.
 */
import { type Normalizer, normalizerProblem } from '../rl/normalizer.ts'
import { type Contents, takeTensor } from './contents.ts'
import { FileError } from './fileError.ts'

const MEAN = 'normalizer.mean', SCALE = 'normalizer.scale', CLIP = 'normalizer.clip'
const COUNT = 'normalizer.statistics.count', STATISTICS_MEAN = 'normalizer.statistics.mean'
const SQUARES = 'normalizer.statistics.squares'

/**
 * Add the normaliser, if there is one, of a network with so many inputs. Throws a RangeError if it is
 * invalid.
 */
export function putNormalizer({ tensors }: Contents, normalizer: Normalizer | null, inputs: number): void {
  if (normalizer === null) return
  const problem = normalizerProblem(normalizer, inputs)
  if (problem !== null) throw new RangeError(`normalizer: ${problem}`)
  const { mean, scale, clip, statistics } = normalizer
  const vector = (name: string, data: Float64Array): unknown =>
    tensors.set(name, { shape: [inputs], data: data.slice() })
  const number = (name: string, value: number): unknown =>
    tensors.set(name, { shape: [], data: Float64Array.of(value) })
  vector(MEAN, mean)
  vector(SCALE, scale)
  number(CLIP, clip)
  number(COUNT, statistics.count)
  vector(STATISTICS_MEAN, statistics.mean)
  vector(SQUARES, statistics.squares)
}

/** Take out the normaliser, or null if there is none. Throws a FileError. */
export function takeNormalizer(contents: Contents, inputs: number): Normalizer | null {
  if (!contents.tensors.has(MEAN)) return null
  const vector = (name: string): Float64Array => takeTensor(contents, name, 1).data
  const number = (name: string): number => takeTensor(contents, name, 0).data[0]
  const normalizer: Normalizer = {
    mean: vector(MEAN), scale: vector(SCALE), clip: number(CLIP),
    statistics: { count: number(COUNT), mean: vector(STATISTICS_MEAN), squares: vector(SQUARES) },
  }
  const problem = normalizerProblem(normalizer, inputs)
  if (problem !== null) throw new FileError(`normalizer: ${problem}`)
  return normalizer
}
