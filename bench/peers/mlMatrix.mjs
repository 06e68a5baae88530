/**
 * ml-matrix, in doubles: its matrix product, and a Gauss–Newton product and a gradient written with it.
 * It has no automatic differentiation; its users would write this.
 */
import { readFileSync } from 'node:fs'
import { Matrix } from 'ml-matrix'
import { blocks } from './problem.mjs'
import { serve } from './serve.mjs'

function multiply({ n, k, m, A, B }) {
  const a = Matrix.from1DArray(n, k, A), b = Matrix.from1DArray(k, m, B)
  let c
  return { run: () => { c = a.mmul(b) }, result: () => c.to1DArray() }
}

function createProblem(problem) {
  const { sizes, states, theta, v, kind, observations } = problem
  const shaped = (flat) => {
    let at = 0
    return blocks(problem).map(
      ([, rows, cols]) => Matrix.from1DArray(rows, cols, flat.subarray(at, at += rows * cols)))
  }
  const parameters = shaped(theta), layers = sizes.length - 1
  const X = Matrix.from1DArray(states, sizes[0], observations)
  const weightTransposes = parameters.map((W) => W.transpose())
  /** The output of every layer, the inputs first. */
  const forward = () => {
    const outputs = [X]
    for (let l = 0; l < layers; l++) {
      const Y = outputs[l].mmul(parameters[2 * l]).addRowVector(parameters[2 * l + 1])
      outputs.push(l + 1 < layers ? Y.tanh() : Y)
    }
    return outputs
  }
  /** Jᵀ D as a list in the order of the parameters. */
  const backward = (outputs, transposes, D) => {
    const bars = []
    for (let l = layers - 1; l >= 0; l--) {
      bars[2 * l] = transposes[l].mmul(D)
      bars[2 * l + 1] = Matrix.rowVector(D.sum('column'))
      if (l > 0) D = D.mmul(weightTransposes[2 * l]).mul(slope(outputs[l]))
    }
    return bars
  }
  return { parameters, directions: shaped(v), layers, forward, backward, gaussian: kind === 'gaussian' }
}

/** 1 − Y². */
const slope = (Y) => Matrix.mul(Y, Y).mul(-1).add(1)

/** Each row's softmax, in place. */
function softmaxRows(Z) {
  const tops = Z.to2DArray().map((row) => Math.max(...row))
  Z.subColumnVector(tops).exp()
  return Z.divColumnVector(Z.sum('row'))
}

const numbers = (matrices) => matrices.flatMap((matrix) => matrix.to1DArray())

function fisher(problem) {
  const { parameters, directions, layers, forward, backward, gaussian } = createProblem(problem)
  const outputs = forward()
  const transposes = outputs.map((Y) => Y.transpose()), slopes = outputs.map(slope)
  const p = gaussian ? null : softmaxRows(outputs[layers].clone())
  const precision = gaussian ? Matrix.mul(parameters.at(-1), -2).exp() : null
  let product
  return {
    run: () => {
      let D = null
      for (let l = 0; l < layers; l++) {
        const own = outputs[l].mmul(directions[2 * l]).addRowVector(directions[2 * l + 1])
        D = D === null ? own : own.add(D.mmul(parameters[2 * l]))
        if (l + 1 < layers) D.mul(slopes[l + 1])
      }
      if (gaussian) D.mulRowVector(precision)
      else D.subColumnVector(Matrix.mul(p, D).sum('row')).mul(p)
      product = backward(outputs, transposes, D.div(problem.states))
      if (gaussian) product.push(Matrix.mul(directions.at(-1), 2))
      product.forEach((h, i) => h.add(Matrix.mul(directions[i], problem.damping)))
    },
    result: () => numbers(product),
  }
}

function gradient(problem) {
  const { states, sizes, actions, advantages } = problem
  const { parameters, layers, forward, backward, gaussian } = createProblem(problem)
  const weights = Array.from(advantages, (a) => a / states)
  const outputSize = sizes.at(-1)
  const taken = gaussian ? Matrix.from1DArray(states, outputSize, actions) : Matrix.zeros(states, outputSize)
  if (!gaussian) actions.forEach((a, i) => taken.set(i, a, 1))
  let g
  return {
    run: () => {
      const outputs = forward()
      const transposes = outputs.map((Y) => Y.transpose())
      if (!gaussian) {
        const score = Matrix.sub(taken, softmaxRows(outputs[layers])).mulColumnVector(weights)
        g = backward(outputs, transposes, score)
        return
      }
      const std = Matrix.exp(parameters.at(-1))
      const z = Matrix.sub(taken, outputs[layers]).divRowVector(std)
      const spread = Matrix.mul(z, z).sub(1).mulColumnVector(weights)
      g = backward(outputs, transposes, z.divRowVector(std).mulColumnVector(weights))
      g.push(Matrix.rowVector(spread.sum('column')))
    },
    result: () => numbers(g),
  }
}

const manifest = new URL('node_modules/ml-matrix/package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
await serve(`ml-matrix ${version}`, { multiply, fisher, gradient })
