/**
 * TensorFlow.js: `tfjs.mjs cpu|wasm twice|hand`. It has reverse mode only and cannot keep a graph, so a
 * product is the gradient of (gradient of KL)·v, every pass made anew; `hand` is Gauss–Newton from its matrix
 * products over cached activations. One read ends each call, as everything before it may be lazy.
 * But: tanh, exp and logSoftmax are given gradients here. Those of the library save their output, and its
 * tape then takes what was saved for a constant: *measured* (4.22.0), exp has no second derivative.
 */
import process from 'node:process'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { blocks } from './problem.mjs'
import { serve } from './serve.mjs'

const [backend, form] = process.argv.slice(2)
setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`)
await tf.setBackend(backend)
await tf.ready()

/** What `compute` returns, read to the end; everything else that it made is disposed of. */
function reading(compute) {
  let numbers
  return {
    run: () => {
      const output = tf.tidy(compute)
      numbers = output.dataSync()
      output.dispose()
    },
    result: () => numbers,
  }
}

const flattened = (tensors) => tf.concat(tensors.map((tensor) => tensor.flatten()))

function multiply({ n, k, m, A, B }) {
  const a = tf.tensor2d(Float32Array.from(A), [n, k]), b = tf.tensor2d(Float32Array.from(B), [k, m])
  return reading(() => tf.matMul(a, b))
}

/** Parameters, v and data as tensors, and the network. */
function createProblem(problem) {
  const { sizes, kind, states, theta, v } = problem
  const shaped = (flat) => {
    let at = 0
    return blocks(problem).map(([, rows, cols]) => {
      const numbers = Float32Array.from(flat.subarray(at, at += rows * cols))
      return rows === 1 ? tf.tensor1d(numbers) : tf.tensor2d(numbers, [rows, cols])
    })
  }
  const layers = sizes.length - 1
  const X = tf.tensor2d(Float32Array.from(problem.observations), [states, sizes[0]])
  const network = (parameters, activation = tf.tanh) => {
    let Y = X
    for (let l = 0; l < layers; l++) {
      Y = tf.add(tf.matMul(Y, parameters[2 * l]), parameters[2 * l + 1])
      if (l + 1 < layers) Y = activation(Y)
    }
    return Y
  }
  return {
    X, layers, network, gaussian: kind === 'gaussian', parameters: shaped(theta), directions: shaped(v),
    advantages: tf.tensor1d(Float32Array.from(problem.advantages)),
    actions: kind === 'gaussian'
      ? tf.tensor2d(Float32Array.from(problem.actions), [states, sizes.at(-1)])
      : tf.oneHot(tf.tensor1d(Int32Array.from(problem.actions), 'int32'), sizes.at(-1)).toFloat(),
  }
}

/** f with the gradient dy ↦ slope(x, dy) from its input, which can be differentiated again. */
const twiceDifferentiable = (f, slope) => tf.customGrad((x, save) => {
  save([x])
  return { value: f(x), gradFunc: (dy, [saved]) => slope(saved, dy) }
})
const tanh = twiceDifferentiable(tf.tanh, (x, dy) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x)))))
const exp = twiceDifferentiable(tf.exp, (x, dy) => tf.mul(dy, tf.exp(x)))
const logSoftmax = twiceDifferentiable(
  (x) => tf.logSoftmax(x), (x, dy) => tf.sub(dy, tf.mul(tf.sum(dy, 1, true), tf.softmax(x))))

function fisherTwice(problem) {
  const { network, parameters, directions, gaussian } = createProblem(problem)
  const old = tf.tidy(() => gaussian ? network(parameters) : tf.logSoftmax(network(parameters)))
  const oldP = tf.exp(old)
  // A copy, since the tape distinguishes tensors by identity: this one stays while log σ moves.
  const oldLogStd = gaussian ? parameters.at(-1).clone() : null
  const klOldNew = (...theta) => {
    const eta = network(theta, tanh)
    if (!gaussian) return tf.mean(tf.sum(tf.mul(oldP, tf.sub(old, logSoftmax(eta))), 1))
    const logStd = theta.at(-1)
    const variances = tf.add(tf.exp(tf.mul(2, oldLogStd)), tf.square(tf.sub(old, eta)))
    return tf.mean(tf.sum(tf.add(
      tf.sub(logStd, oldLogStd), tf.sub(tf.mul(tf.mul(0.5, variances), exp(tf.mul(-2, logStd))), 0.5)), 1))
  }
  const directional = (...theta) => tf.addN(
    tf.grads(klOldNew)(theta).map((g, i) => tf.sum(tf.mul(g, directions[i]))))
  return reading(() => flattened(
    tf.grads(directional)(parameters).map((h, i) => tf.add(h, tf.mul(problem.damping, directions[i])))))
}

function fisherByHand(problem) {
  const { X, layers, parameters, directions, gaussian } = createProblem(problem)
  const inputs = [X], slopes = []
  for (let l = 0; l < layers; l++) {
    const Y = tf.add(tf.matMul(inputs[l], parameters[2 * l]), parameters[2 * l + 1])
    inputs.push(l + 1 < layers ? tf.tanh(Y) : Y)
    slopes.push(tf.sub(1, tf.square(inputs[l + 1])))
  }
  const p = gaussian ? null : tf.softmax(inputs[layers])
  const precision = gaussian ? tf.exp(tf.mul(-2, parameters.at(-1))) : null
  const metric = (u) => gaussian
    ? tf.mul(u, precision) : tf.mul(p, tf.sub(u, tf.sum(tf.mul(p, u), 1, true)))
  return reading(() => {
    let D = null
    for (let l = 0; l < layers; l++) {
      const own = tf.add(tf.matMul(inputs[l], directions[2 * l]), directions[2 * l + 1])
      D = D === null ? own : tf.add(own, tf.matMul(D, parameters[2 * l]))
      if (l + 1 < layers) D = tf.mul(D, slopes[l])
    }
    D = tf.div(metric(D), problem.states)
    const product = []
    for (let l = layers - 1; l >= 0; l--) {
      product[2 * l] = tf.matMul(inputs[l], D, true)
      product[2 * l + 1] = tf.sum(D, 0)
      if (l > 0) D = tf.mul(tf.matMul(D, parameters[2 * l], false, true), slopes[l - 1])
    }
    if (gaussian) product.push(tf.mul(2, directions.at(-1)))
    return flattened(product.map((h, i) => tf.add(h, tf.mul(problem.damping, directions[i]))))
  })
}

function gradient(problem) {
  const { network, parameters, actions, advantages, gaussian } = createProblem(problem)
  const weighted = (...theta) => {
    const eta = network(theta)
    if (!gaussian) return tf.mean(tf.mul(advantages, tf.sum(tf.mul(actions, tf.logSoftmax(eta)), 1)))
    const z = tf.div(tf.sub(actions, eta), tf.exp(theta.at(-1)))
    return tf.mean(tf.mul(advantages, tf.sum(tf.sub(tf.mul(-0.5, tf.square(z)), theta.at(-1)), 1)))
  }
  return reading(() => flattened(tf.grads(weighted)(parameters)))
}

await serve(
  `tfjs ${tf.version.tfjs}`,
  form === 'hand' ? { fisher: fisherByHand } : { multiply, gradient, fisher: fisherTwice })
