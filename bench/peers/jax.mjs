/**
 * jax-js, under Deno: `jax.mjs f32|f64 derived|hand own|one`, on its WebAssembly device. `derived` is jit of
 * metric between jvp and vjp, as its documentation composes them; `hand` is jit of Gauss–Newton over cached
 * activations. `own` leaves it its worker threads, `one` takes shared memory away before it looks for it.
 * Arrays are owned by whom they are passed to; `.ref` keeps one.
 * But: not on Node 20, which lacks the Float16Array that it names whenever it makes an array of doubles; and
 * its doubles do not pass the check if there is a tanh or an exp, *measured* (0.1.25) exact to 4e-7 only.
 */
import process from 'node:process'
import { readFileSync } from 'node:fs'
import { blocks } from './problem.mjs'
import { serve } from './serve.mjs'

const [precision, form, threads] = process.argv.slice(2)
if (threads === 'one') delete globalThis.SharedArrayBuffer
const { defaultDevice, init, jit, jvp, nn, numpy: np, vjp, grad } = await import('@jax-js/jax')
await init('wasm')
defaultDevice('wasm')

const [Numbers, dtype] = precision === 'f64' ? [Float64Array, np.float64] : [Float32Array, np.float32]
const array = (numbers, shape) => np.array(Numbers.from(numbers), { shape, dtype })
const refs = (arrays) => arrays.map((x) => x.ref)

/** What `compute` returns, awaited to the last number. */
function reading(compute) {
  let numbers
  return {
    run: async () => { numbers = await compute().data() },
    result: () => numbers,
  }
}

function multiply({ n, k, m, A, B }) {
  const a = array(A, [n, k]), b = array(B, [k, m])
  const product = jit((x, y) => np.matmul(x, y))
  return reading(() => product(a.ref, b.ref))
}

function createProblem(problem) {
  const { sizes, states, theta, v, kind, observations, actions, advantages } = problem
  const shapes = blocks(problem).map(([, rows, cols]) => rows === 1 ? [cols] : [rows, cols])
  const shaped = (flat) => {
    let at = 0
    return shapes.map((shape) => array(flat.subarray(at, at += shape.reduce((x, y) => x * y)), shape))
  }
  const layers = sizes.length - 1, outputs = sizes.at(-1), gaussian = kind === 'gaussian'
  /** Every layer's output; uses up X and the parameters. */
  const forward = (X, parameters) => {
    const values = []
    let Y = X
    for (let l = 0; l < layers; l++) {
      Y = np.matmul(Y, parameters[2 * l]).add(parameters[2 * l + 1])
      if (l + 1 < layers) Y = np.tanh(Y)
      values.push(Y.ref)
    }
    Y.dispose()
    return values
  }
  const network = (X, parameters) => {
    const values = forward(X, parameters)
    values.slice(0, -1).forEach((Y) => Y.dispose())
    return values.at(-1)
  }
  const taken = new Float64Array(states * outputs)
  if (gaussian) taken.set(actions)
  else actions.forEach((a, i) => { taken[i * outputs + a] = 1 })
  return {
    layers, gaussian, forward, network, shapes, parameters: shaped(theta), directions: shaped(v),
    X: array(observations, [states, sizes[0]]),
    taken: array(taken, [states, outputs]), advantages: array(advantages, [states]),
  }
}

const flattened = (arrays) => np.concatenate(arrays.map((x) => x.reshape([-1])))
const damped = (product, v, damping) => flattened(product.map((h, i) => h.add(v[i].mul(damping))))

/** M u / N; uses up η, log σ and u. */
function metric(gaussian, eta, logStd, u, states) {
  if (gaussian) {
    eta.dispose()
    return u.mul(np.exp(logStd.mul(-2))).div(states)
  }
  const p = nn.softmax(eta)
  const mean = np.sum(p.ref.mul(u.ref), 1, { keepdims: true })
  return p.mul(u.sub(mean)).div(states)
}

function fisherDerived(problem) {
  const { X, network, parameters, directions, gaussian } = createProblem(problem)
  const split = (arrays) => gaussian ? [arrays.slice(0, -1), arrays.at(-1)] : [arrays, null]
  const product = jit((x, theta, v) => {
    const [net, logStd] = split(theta), [direction, logStdDot] = split(refs(v))
    const eta = (parts) => network(x.ref, parts)
    const [value, etaDot] = jvp(eta, [refs(net)], [direction])
    const u = metric(gaussian, value, logStd, etaDot, problem.states)
    const [again, pull] = vjp(eta, [net])
    again.dispose()
    const [bars] = pull(u)
    x.dispose()
    return damped(gaussian ? [...bars, logStdDot.mul(2)] : bars, v, problem.damping)
  })
  return reading(() => product(X.ref, refs(parameters), refs(directions)))
}

function fisherByHand(problem) {
  const { X, layers, forward, parameters, directions, gaussian } = createProblem(problem)
  const values = jit(forward)(X.ref, refs(gaussian ? parameters.slice(0, -1) : parameters))
  const product = jit((inputs, theta, v) => {
    const slope = (l) => inputs[l].ref.mul(inputs[l].ref).mul(-1).add(1)
    let D = null
    for (let l = 0; l < layers; l++) {
      const own = np.matmul(inputs[l].ref, v[2 * l].ref).add(v[2 * l + 1].ref)
      D = D === null ? own : own.add(np.matmul(D, theta[2 * l].ref))
      if (l + 1 < layers) D = D.mul(slope(l + 1))
    }
    D = metric(gaussian, inputs[layers].ref, gaussian ? theta.at(-1).ref : null, D, problem.states)
    const bars = []
    for (let l = layers - 1; l >= 0; l--) {
      bars[2 * l] = np.matmul(np.transpose(inputs[l].ref), D.ref)
      bars[2 * l + 1] = np.sum(l > 0 ? D.ref : D, 0)
      if (l > 0) D = np.matmul(D, np.transpose(theta[2 * l].ref)).mul(slope(l))
    }
    if (gaussian) bars.push(v.at(-1).ref.mul(2))
    for (const used of [...inputs, ...theta]) used.dispose()
    return damped(bars, v, problem.damping)
  })
  return reading(() => product([X.ref, ...refs(values)], refs(parameters), refs(directions)))
}

function gradient(problem) {
  const { X, network, parameters, taken, advantages, gaussian } = createProblem(problem)
  const weighted = (theta, x, actions, weights) => {
    if (!gaussian) {
      return np.mean(weights.mul(np.sum(actions.mul(nn.logSoftmax(network(x, theta))), 1)))
    }
    const logStd = theta.at(-1)
    const z = actions.sub(network(x, theta.slice(0, -1))).div(np.exp(logStd.ref))
    return np.mean(weights.mul(np.sum(z.ref.mul(z).mul(-0.5).sub(logStd), 1)))
  }
  const g = jit((theta, x, actions, weights) => flattened(grad(weighted)(theta, x, actions, weights)))
  return reading(() => g(refs(parameters), X.ref, taken.ref, advantages.ref))
}

const manifest = new URL('node_modules/@jax-js/jax/package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
await serve(
  `jax-js ${version} on deno ${globalThis.Deno?.version.deno ?? 'none'}`,
  form === 'hand' ? { fisher: fisherByHand } : { multiply, gradient, fisher: fisherDerived })
