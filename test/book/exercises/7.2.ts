/**
 * Exercise 7.2, softplus as an activation, against log1p and expm1 of the host, and J v of a network that has
 * it against differences of its outputs. Tolerances: some roundings; of differences, h⁴ of five points.
 */
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { matrix } from '../../../src/math/tensor.ts'
import type { Activation } from '../../../src/nn/activation.ts'
import { createMlp, createTape, forward, initializeMlp, tangent } from '../../../src/nn/mlp.ts'
import { bindParameters } from '../../../src/nn/parameters.ts'
import { slopeOf } from '../../support/naive.ts'

type Part = Pick<Activation, 'forward' | 'multiplyBySlope'>

const POINTS = [-800, -40, -3, -0.5, 0, 0.5, 3, 40, 800]
const near = (x: number, expected: number): boolean => Math.abs(x - expected) <= 1e-12 * Math.abs(expected)

export function judge(softplus: Part): void {
  const values = POINTS.map((y) => Math.max(y, 0) + Math.log1p(Math.exp(-Math.abs(y))))
  const Y = matrix(Float64Array.from(POINTS), 3, 3)
  softplus.forward(reference, Y)
  POINTS.forEach((y, i) => {
    if (!near(Y.data[i], values[i])) throw new Error(`f(${y}): expected ${values[i]}, got ${Y.data[i]}`)
  })
  const G = matrix(new Float64Array(9).fill(3), 3, 3)
  softplus.multiplyBySlope(reference, G, Y)
  POINTS.forEach((y, i) => {
    const slope = y < 0 ? Math.exp(y) / (1 + Math.exp(y)) : 1 / (1 + Math.exp(-y))
    if (!near(G.data[i], 3 * slope)) {
      throw new Error(`3 f′(${y}), from the output ${Y.data[i]}: expected ${3 * slope}, got ${G.data[i]}`)
    }
  })
  expectTangent(softplus)
}

/** Throws unless J v of a network with this activation is how its outputs move. */
function expectTangent(softplus: Part): void {
  const sizes = [2, 5, 4, 1], random = new Random(72)
  const activation = { name: 'identity', gain: 1, ...softplus } as const
  const net = { ...createMlp(reference, sizes, 'identity'), activation }
  initializeMlp(net, 1, random)
  const { flat } = net.parameters, theta = flat.slice(), v = theta.map(() => random.normal())
  const tape = createTape(net, matrix(Float64Array.of(0.7, -1.3), 1, 2), true)
  const output = (h: number): number => {
    theta.forEach((each, p) => { flat[p] = each + h * v[p] })
    forward(net, tape)
    return tape.outputs.data[0]
  }
  const slope = slopeOf(output, 2 ** -8)
  output(0)
  tangent(net, tape.tiles[0], bindParameters(v, sizes, 0))
  const found = tape.outputDerivatives.data[0]
  if (!(Math.abs(found - slope) <= 1e-6 * (1 + Math.abs(slope)))) {
    throw new Error(`a network of softplus: expected J v = ${slope}, got ${found}`)
  }
}

/** An activation from its value and its slope by the output. */
const entrywise = (value: (y: number) => number, slope: (output: number) => number): Part => ({
  forward(_, { data, rows, cols }) {
    for (let i = 0; i < rows * cols; i++) data[i] = value(data[i])
  },
  multiplyBySlope(_, G, Y) {
    for (let i = 0; i < G.rows * G.cols; i++) G.data[i] *= slope(Y.data[i])
  },
})

const value = (y: number): number => Math.max(y, 0) + Math.log1p(Math.exp(-Math.abs(y)))

/** f′ = 1 / (1 + e^−y) = 1 − e^−f. */
export const answer: Part = entrywise(value, (output) => -Math.expm1(-output))

export const misses = {
  'e^y overflows': {
    answer: entrywise((y) => Math.log1p(Math.exp(y)), (output) => -Math.expm1(-output)), says: /f\(800\)/,
  },
  'log(1 + e^y) is 0 for small e^y': {
    answer: entrywise((y) => y > 30 ? y : Math.log(1 + Math.exp(y)), (output) => -Math.expm1(-output)),
    says: /f\(-40\)/,
  },
  'the slope of the input, applied to the output': {
    answer: entrywise(value, (output) => 1 / (1 + Math.exp(-output))), says: /f′\(-800\)/,
  },
  '1 − e^−f loses all digits': {
    answer: entrywise(value, (output) => 1 - Math.exp(-output)), says: /f′\(-40\)/,
  },
  'the slope in place of the product': {
    answer: {
      ...answer,
      multiplyBySlope(_, G, Y) {
        for (let i = 0; i < G.rows * G.cols; i++) G.data[i] = -Math.expm1(-Y.data[i])
      },
    } satisfies Part,
    says: /3 f′/,
  },
}
