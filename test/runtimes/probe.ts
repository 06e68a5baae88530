/**
 * What every runtime computes, and what must come out the same: the elementary functions, the random streams, and
 * two short trainings (CartPole: categorical actions; Pendulum: Gaussian ones, sin and cos) on each backend.
 * Small enough for an interpreter that is a hundred times slower than a compiler.
 */
import { cartPole, pendulum } from '../../src/envs/index.ts'
import { presets, Random, train, type TrainOptions } from '../../src/index.ts'
import { exp, expm1, log, log1p, tanh } from '../../src/math/elementary.ts'
import { cos, sin } from '../../src/math/trigonometry.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { addNumbers, createHash, digits, type Hash } from '../support/hash.ts'

export interface Finding {
  /** The backend that `auto` chose. */
  readonly backend: string
  /** Of functions, streams and every weight after every iteration, by the backend that trained. */
  readonly hashes: Readonly<Record<string, string>>
  /** Of the engine's own Math.exp and its kin: free to differ, and so a sign that the comparison can tell. */
  readonly builtins: string
  /** Of the two trainings on `backend`, by the runtime's own clock. */
  readonly seconds: number
}

/** Four iterations each. A tile is smaller than a minibatch, that than a batch; some episodes end, some are cut. */
const TRAININGS: readonly (readonly [() => Env, Partial<TrainOptions>])[] = [
  [cartPole, { ...presets.CartPole, seed: 11, batchSteps: 512, totalSteps: 2048, valueEpochs: 3 }],
  [pendulum, { ...presets.Pendulum, seed: 11, batchSteps: 500, envCount: 5, totalSteps: 2000, valueEpochs: 3 }],
]

/** @param now a clock in milliseconds. */
export function probe(now: () => number): Finding {
  const begun = now()
  const first = trained('auto')
  const seconds = (now() - begun) / 1000
  const { backend } = first
  const second = backend === 'reference' ? first : trained('reference')
  return { backend, hashes: { [backend]: first.hash, reference: second.hash }, builtins: hashOfBuiltins(), seconds }
}

function trained(wanted: 'auto' | 'reference'): { backend: string; hash: string } {
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

/** Arguments below the normal doubles, of ordinary size, and huge; logarithms of negative numbers are NaN. */
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
  for (let i = 0; i < 256; i++) addNumbers(hash, [random.word(), random.uniform(), random.normal(), random.integer(1e15)])
}

/** Functions whose last bits ECMAScript leaves to the engine, and engines leave to libraries and processors. */
function hashOfBuiltins(): string {
  const hash = createHash()
  const x = uniform(8192, 20)
  for (const f of [Math.exp, Math.expm1, Math.tanh, Math.sin, Math.cos]) addNumbers(hash, x.map(f))
  for (const f of [Math.log, Math.log1p, (base: number) => Math.pow(base, 1.3)]) addNumbers(hash, x.map((each) => f(Math.abs(each))))
  return digits(hash)
}

/** `n` numbers between −scale and scale, always the same. */
function uniform(n: number, scale: number): Float64Array {
  const random = new Random(7)
  return new Float64Array(n).map(() => scale * (2 * random.uniform() - 1))
}
