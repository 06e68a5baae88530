/** Update problems of the sizes that are compared everywhere, and the flop model of the design page. */
import type { Backend } from '../src/math/backend.ts'
import { Random } from '../src/math/random.ts'
import type { Tensor } from '../src/math/tensor.ts'
import { sensitivitiesPerState } from '../src/nn/jacobian.ts'
import { createPolicy, initializePolicy, type Policy } from '../src/rl/policy.ts'
import { forwardPolicy } from '../src/rl/policyMap.ts'
import { box, discrete } from '../src/rl/world/space.ts'
import { resolveOptions } from '../src/trpo/options/resolve.ts'
import { createStepper, type Stepper } from '../src/trpo/step.ts'
import type { StepOptions } from '../src/trpo/options/options.ts'

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

export interface Problem {
  readonly policy: Policy
  readonly stepper: Stepper
  readonly actions: Tensor
  readonly advantages: Float64Array
}

/** Room for a problem and a yardstick, generously. */
export function problemBytes({ sizes, states }: Size): number {
  const units = sizes.reduce((total, n) => total + n, 0)
  return 8 * (states * 4 * units * (1 + sizes[sizes.length - 1]) + 50 * units * units) + (1 << 23)
}

/** A policy with random weights on random states, with actions drawn from it and random advantages. */
export function createProblem(backend: Backend, { sizes, kind, states }: Size, options: Partial<StepOptions> = {}): Problem {
  const random = new Random(1)
  const wide = (n: number): number[] => new Array<number>(n).fill(Infinity)
  const everywhere = (n: number): ReturnType<typeof box> => box(wide(n).map((x) => -x), wide(n))
  const inputs = sizes[0], outputs = sizes[sizes.length - 1]
  const policy = createPolicy(
    backend, everywhere(inputs), kind === 'gaussian' ? everywhere(outputs) : discrete(outputs), sizes.slice(1, -1), 'tanh')
  initializePolicy(policy, 0, random)
  const observations = backend.allocate(states, inputs)
  for (let p = 0; p < states * inputs; p++) observations.data[p] = random.normal()
  const stepper = createStepper(policy, observations, { ...resolveOptions({}), ...options }, random)
  const actions = backend.allocate(states, policy.distribution.actionSize)
  forwardPolicy(stepper.old)
  stepper.parts.fisher.refresh()
  policy.distribution.sample(actions, stepper.old.eta, Array.from({ length: states }, () => random))
  return { policy, stepper, actions, advantages: Float64Array.from({ length: states }, () => random.normal()) }
}

/** Flops of one Fisher product by passes: Σ 8Nnm over layers, less 4Nnm for the first, whose input is data. */
export function passesFlops({ sizes, states }: Size): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) flops += (l === 0 ? 4 : 8) * states * sizes[l] * sizes[l + 1]
  return flops
}

/**
 * Flops of one Fisher product as `createFisher` does it. With sensitivities of k outputs: 4Nnm for every layer but the
 * last, which has 8Nnm, and 4Nkm for each layer that has sensitivities.
 */
export function fisherFlops(size: Size): number {
  const { sizes, states } = size
  const kept = sensitivitiesPerState(sizes)
  if (kept === 0) return passesFlops(size)
  let flops = 4 * states * kept
  for (let l = 0; l + 1 < sizes.length; l++) flops += (l + 2 < sizes.length ? 4 : 8) * states * sizes[l] * sizes[l + 1]
  return flops
}

/** Flops of making the sensitivities: a product for each output and each layer that has some. */
export function refreshFlops({ sizes, states }: Size): number {
  const outputs = sizes[sizes.length - 1]
  let flops = 0
  if (sensitivitiesPerState(sizes) > 0) for (let l = 1; l + 2 < sizes.length; l++) flops += 2 * states * outputs * sizes[l] * sizes[l + 1]
  return flops
}

/** Flops of a forward pass: Σ 2Nnm. */
export function forwardFlops({ sizes, states }: Size): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) flops += 2 * states * sizes[l] * sizes[l + 1]
  return flops
}

/** Flops of a backward pass for parameters and, but in the first layer, inputs: Σ 4Nnm less 2Nnm for the first. */
export function backwardFlops({ sizes, states }: Size): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) flops += (l === 0 ? 2 : 4) * states * sizes[l] * sizes[l + 1]
  return flops
}

/** P, with log σ where the distribution has one. */
export function parameters({ policy }: Problem): number {
  return policy.net.parameters.flat.length
}
