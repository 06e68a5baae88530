/**
 * Update problems of the sizes that are compared everywhere, or of one's own, and the flop model of
 * docs/results/benchmarks.md.
 */
import { show } from '../../src/errors/expect.ts'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { matrix, type Tensor } from '../../src/math/tensor.ts'
import { byPasses, sensitivitiesPerState } from '../../src/nn/jacobian.ts'
import { createPolicy, initializePolicy, type Policy } from '../../src/rl/policy.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import { createFisher, type Fisher } from '../../src/trpo/fisher.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { createStepper, type Stepper } from '../../src/trpo/step.ts'

export interface Size {
  /** Inputs, hidden …, outputs. */
  readonly sizes: readonly number[]
  readonly kind: 'categorical' | 'gaussian'
  readonly states: number
}

export const SIZES: readonly Size[] = [
  { sizes: [4, 64, 64, 2], kind: 'categorical', states: 2048 },
  { sizes: [11, 64, 64, 3], kind: 'gaussian', states: 5000 },
  { sizes: [17, 64, 64, 6], kind: 'gaussian', states: 5000 },
  { sizes: [17, 256, 256, 6], kind: 'gaussian', states: 5000 },
]

export function label({ sizes, kind, states }: Size): string {
  return `${sizes.join('-')} ${kind}, ${states} states`
}

const EXAMPLE = '17-64-64-6x5000'

/**
 * Sizes as `--sizes` takes them, `17-256-256-6x10000,…`, of Gaussian policies; what is wrong goes to
 * `problems`.
 */
export function readSizes(text: string, problems: string[]): Size[] {
  return text.split(',').flatMap((word): Size[] => {
    const [, layers = '', states = ''] = /^(\d+(?:-\d+)+)x(\d+)$/.exec(word.trim()) ?? []
    const size: Size = { sizes: layers.split('-').map(Number), kind: 'gaussian', states: Number(states) }
    if (layers === '' || ![...size.sizes, size.states].every((n) => Number.isSafeInteger(n) && n >= 1)) {
      const expected = `inputs-hidden-…-outputs x states, all at least 1, such as ${EXAMPLE}`
      problems.push(`--sizes: expected ${expected}, got ${show(word)}`)
      return []
    }
    const bytes = atLeastBytes(size) > MAX_BYTES ? atLeastBytes(size) : problemBytes(size)
    if (bytes <= MAX_BYTES) return [size]
    const gibibytes = (bytes / 2 ** 30).toFixed(1)
    problems.push(`--sizes: expected a problem of at most 4 GiB, got ${gibibytes} GiB for ${show(word)}`)
    return []
  })
}

export interface Problem {
  readonly policy: Policy
  readonly stepper: Stepper
  readonly actions: Tensor
  readonly advantages: Float64Array
}

/** What 32-bit addresses of WebAssembly reach. */
const MAX_BYTES = 2 ** 32
/** For the yardsticks, which are matrix products. */
const SPARE = 2 ** 23
/** Every tensor begins on a multiple of this many bytes. */
const ALIGNMENT = 64

/**
 * Inputs, activations and parameters alone: enough to refuse what cannot fit before anything is allocated.
 */
function atLeastBytes({ sizes, kind, states }: Size): number {
  return 8 * (2 * parametersOf(sizes, kind) + states * sizes.reduce((total, n) => total + n, 0))
}

/** Room for a problem, a second Fisher operator and a yardstick, by a backend that only counts. */
export function problemBytes(size: Size): number {
  let bytes = SPARE, shared = new Float64Array(0)
  const { stepper } = allocateProblem({
    ...reference,
    allocate(rows, cols) {
      const count = rows * cols
      bytes += Math.ceil(8 * count / ALIGNMENT) * ALIGNMENT
      if (shared.length < count) shared = new Float64Array(count)
      return matrix(shared.subarray(0, count), rows, cols)
    },
  }, size, resolveOptions({}), new Random(1), () => {})
  passesFisher(stepper)
  return bytes
}

/** The product by passes, where the step's own has sensitivities. */
export function passesFisher({ old, shards, options }: Stepper): Fisher {
  return createFisher(old, shards, options.damping, byPasses(old.net))
}

/** Everything that lies in the backend's memory; `draw` fills policy and observations, actions are 0. */
function allocateProblem(
  backend: Backend, { sizes, kind, states }: Size, options: StepOptions, random: Random,
  draw: (policy: Policy, observations: Tensor) => void,
): Omit<Problem, 'advantages'> {
  const wide = (n: number): number[] => new Array<number>(n).fill(Infinity)
  const everywhere = (n: number): ReturnType<typeof box> => box(wide(n).map((x) => -x), wide(n))
  const inputs = sizes[0], outputs = sizes[sizes.length - 1]
  const actionSpace = kind === 'gaussian' ? everywhere(outputs) : discrete(outputs)
  const policy = createPolicy(backend, everywhere(inputs), actionSpace, sizes.slice(1, -1), 'tanh')
  const observations = backend.allocate(states, inputs)
  draw(policy, observations)
  const stepper = createStepper(policy, observations, options, random)
  return { policy, stepper, actions: backend.allocate(states, policy.distribution.actionSize) }
}

/** A policy with random weights on random states, with actions drawn from it and random advantages. */
export function createProblem(backend: Backend, size: Size, options: Partial<StepOptions> = {}): Problem {
  const random = new Random(1)
  const draw = (policy: Policy, observations: Tensor): void => {
    initializePolicy(policy, 0, random)
    for (let p = 0; p < size.states * size.sizes[0]; p++) observations.data[p] = random.normal()
  }
  const problem = allocateProblem(backend, size, { ...resolveOptions({}), ...options }, random, draw)
  const { policy, stepper, actions } = problem
  forwardPolicy(stepper.old)
  stepper.parts.fisher.refresh()
  policy.distribution.sample(actions, stepper.old.eta, Array.from({ length: size.states }, () => random))
  return { ...problem, advantages: Float64Array.from({ length: size.states }, () => random.normal()) }
}

/**
 * Flops of one Fisher product by passes: Σ 8Nnm over layers, less 4Nnm for the first, whose input is data.
 */
export function passesFlops({ sizes, states }: Omit<Size, 'kind'>): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) flops += (l === 0 ? 4 : 8) * states * sizes[l] * sizes[l + 1]
  return flops
}

/**
 * Flops of one Fisher product as `createFisher` does it. With sensitivities of k outputs: 4Nnm for every
 * layer except the last, which has 8Nnm, and 4Nkm for each layer that has sensitivities.
 */
export function fisherFlops(size: Omit<Size, 'kind'>): number {
  const { sizes, states } = size
  const kept = sensitivitiesPerState(sizes)
  if (kept === 0) return passesFlops(size)
  let flops = 4 * states * kept
  for (let l = 0; l + 1 < sizes.length; l++) {
    flops += (l + 2 < sizes.length ? 4 : 8) * states * sizes[l] * sizes[l + 1]
  }
  return flops
}

/** Flops of making the sensitivities: a product for each output and each layer that has some. */
export function refreshFlops({ sizes, states }: Omit<Size, 'kind'>): number {
  const outputs = sizes[sizes.length - 1]
  if (sensitivitiesPerState(sizes) === 0) return 0
  let flops = 0
  for (let l = 1; l + 2 < sizes.length; l++) flops += 2 * states * outputs * sizes[l] * sizes[l + 1]
  return flops
}

/** Flops of a forward pass: Σ 2Nnm. */
export function forwardFlops({ sizes, states }: Omit<Size, 'kind'>): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) flops += 2 * states * sizes[l] * sizes[l + 1]
  return flops
}

/**
 * Flops of a backward pass for parameters and, except in the first layer, inputs: Σ 4Nnm less 2Nnm for the
 * first.
 */
export function backwardFlops({ sizes, states }: Size): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) flops += (l === 0 ? 2 : 4) * states * sizes[l] * sizes[l + 1]
  return flops
}

/** Vector work of one iteration of conjugate gradients besides its product. */
export function iterationFlops(P: number): number {
  return 10 * P
}

/** The terms of the model at one size, on two lines. */
export function costText(size: Size): string {
  const P = parametersOf(size.sizes, size.kind), kept = sensitivitiesPerState(size.sizes)
  const passes = `${flopText(passesFlops(size))} by passes`
  const made = `${kept} numbers per state, made once for ${flopText(refreshFlops(size))}`
  const product = kept === 0 ? passes : `${flopText(fisherFlops(size))} by sensitivities (${made}), ${passes}`
  return `  product ${product}; forward ${flopText(forwardFlops(size))}\n`
    + `  P = ${P} parameters: an iteration of conjugate gradients adds 10 P = ${flopText(iterationFlops(P))}`
}

function flopText(flops: number): string {
  if (flops >= 1e9) return `${(flops / 1e9).toPrecision(4)} GFLOP`
  return flops >= 1e6 ? `${(flops / 1e6).toPrecision(4)} MFLOP` : `${(flops / 1e3).toPrecision(4)} kFLOP`
}

/** P, with log σ if the distribution has one. */
export function parameters({ policy }: Problem): number {
  return policy.net.parameters.flat.length
}

/** P of a policy with these layers. */
export function parametersOf(sizes: readonly number[], kind: Size['kind']): number {
  let P = kind === 'gaussian' ? sizes[sizes.length - 1] : 0
  for (let l = 0; l + 1 < sizes.length; l++) P += (sizes[l] + 1) * sizes[l + 1]
  return P
}
