/**
 * The computation whose bits must be equal in every runtime: elementary functions, random streams, and two
 * short trainings (CartPole: categorical actions; Pendulum: Gaussian actions, sin and cos) on each backend.
 * Small enough for an interpreter that is a hundred times slower than a compiler.
 */
import { cartPole, pendulum } from '../../src/envs/index.ts'
import { presets, Random, train, type TrainOptions } from '../../src/index.ts'
import { exp, expm1, log, log1p, tanh } from '../../src/math/elementary.ts'
import { cos, sin } from '../../src/math/trigonometry.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { addNumbers, createHash, digits, type Hash } from '../../src/nn/hash.ts'

export interface Finding {
  /** The backend that `auto` chose. */
  readonly backend: string
  /** By backend: hash of functions, streams and all weights after every iteration. */
  readonly hashes: Readonly<Record<string, string>>
  /** Hash of the engine's own Math.exp, …: where it differs, the comparison is shown to see differences. */
  readonly builtins: string
  /** Time of the two trainings on `backend`, by the runtime's own clock. */
  readonly seconds: number
}

/**
 * Four iterations each. A tile is smaller than a minibatch, a minibatch smaller than a batch; some episodes
 * terminate, some are truncated.
 */
const TRAININGS: readonly (readonly [() => Env, Partial<TrainOptions>])[] = [
  [cartPole, { ...presets.CartPole, seed: 11, batchSteps: 512, totalSteps: 2048, valueEpochs: 3 }],
  [pendulum, {
    ...presets.Pendulum, seed: 11, batchSteps: 500, envCount: 5, totalSteps: 2000, valueEpochs: 3,
  }],
]

/** Computes everything. `now` is a clock in milliseconds. */
export function probe(now: () => number): Finding {
  const started = now()
  const first = hashOn('auto')
  const seconds = (now() - started) / 1000
  const { backend } = first
  const second = backend === 'reference' ? first : hashOn('reference')
  const hashes = { [backend]: first.hash, reference: second.hash }
  return { backend, hashes, builtins: hashOfBuiltins(), seconds }
}

function hashOn(wanted: 'auto' | 'reference'): { backend: string; hash: string } {
  const hash = createHash()
  addFunctions(hash)
  addStreams(hash)
  let backend = ''
  for (const [makeEnv, options] of TRAININGS) {
    for (const { policy, value } of train(makeEnv, { ...options, backend: wanted })) {
      backend = policy.net.backend.name
      addNumbers(hash, policy.net.parameters.flat)
      addNumbers(hash, value.net.parameters.flat)
    }
  }
  return { backend, hash: digits(hash) }
}

/** Arguments are subnormal, of ordinary size, and huge; logarithms of negative numbers are NaN. */
function addFunctions(hash: Hash): void {
  for (const f of [exp, expm1, log, log1p, tanh, sin, cos]) {
    for (const scale of [1e-310, 0.5, 20, 800, 1e15]) addNumbers(hash, uniform(256, scale).map(f))
  }
}

function addStreams(hash: Hash): void {
  const random = new Random(Number.MAX_SAFE_INTEGER).fork('a stream')
  const order = Int32Array.from({ length: 256 }, (_, i) => i)
  random.shuffle(order)
  addNumbers(hash, order)
  for (let i = 0; i < 256; i++) {
    addNumbers(hash, [random.word(), random.uniform(), random.normal(), random.integer(1e15)])
  }
}

/** Functions whose last bits ECMAScript does not fix: they depend on engine, C library and processor. */
function hashOfBuiltins(): string {
  const hash = createHash()
  const x = uniform(8192, 20)
  for (const f of [Math.exp, Math.expm1, Math.tanh, Math.sin, Math.cos]) addNumbers(hash, x.map(f))
  for (const f of [Math.log, Math.log1p, (base: number) => Math.pow(base, 1.3)]) {
    addNumbers(hash, x.map((each) => f(Math.abs(each))))
  }
  return digits(hash)
}

/** `n` pseudorandom numbers from −scale to scale, the same on every call. */
function uniform(n: number, scale: number): Float64Array {
  const random = new Random(7)
  return new Float64Array(n).map(() => scale * (2 * random.uniform() - 1))
}
