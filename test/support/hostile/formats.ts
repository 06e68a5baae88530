/**
 * The file formats of this package that hold more than tensors: valid files of each, how they are read and
 * written, and what to do with a result, so that invalid files can be tried on all of them in one way.
 */
import { cartPole, pendulum } from '../../../src/envs/index.ts'
import {
  decodePolicy, decodeTraining, decodeValue, encodePolicy, encodeTraining, encodeValue,
} from '../../../src/io/index.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { act } from '../../../src/rl/actor.ts'
import { createNormalizer } from '../../../src/rl/normalizer.ts'
import { createPolicy, initializePolicy, type Policy } from '../../../src/rl/policy.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import { memberProblem, sample } from '../../../src/rl/world/membership.ts'
import {
  box, describeSpace, discrete, multiBinary, multiDiscrete, type Space,
} from '../../../src/rl/world/space.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import type { Snapshot } from '../../../src/trpo/start/snapshot.ts'
import { train } from '../../../src/trpo/train.ts'
import { market } from '../market.ts'
import { drawnValue } from '../value.ts'

export interface Format {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  decode(bytes: Uint8Array): unknown
  /** Of what `decode` returned. */
  encode(value: never): Uint8Array
  /** Throws unless what was decoded can be used. */
  use(value: never, random: Random): void
  /** Metadata that mean the same as none, as key=text. */
  readonly neutral: readonly string[]
}

const OBSERVATIONS: readonly Space[] = [
  box([-1, -Infinity], [1, Infinity]), discrete(3, -1), multiDiscrete([2, 3]), multiBinary(2),
]
const ACTIONS: readonly Space[] = [
  box([-1, 0], [1, 0.5]), discrete(3, 2), multiDiscrete([3, 1, 2]), multiBinary(2), box([-Infinity], [1]),
]

function policies(): Uint8Array[] {
  const random = new Random(1)
  return OBSERVATIONS.flatMap((observationSpace, o) => ACTIONS.map((actionSpace, a) => {
    const k = o * ACTIONS.length + a
    const normalizer = k % 2 === 0 ? createNormalizer(observationSpace, k % 4 === 0 ? 10 : Infinity) : null
    const policy = createPolicy(
      reference, observationSpace, actionSpace, [[], [3], [2, 3]][k % 3],
      (['tanh', 'relu', 'identity'] as const)[k % 3], {
        normalizer, stateDependentStd: actionSpace.kind === 'box' && k % 3 === 1,
        actionBounds: actionSpace.kind === 'box' && k % 2 === 1 ? 'squash' : 'clip',
      })
    initializePolicy(policy, -0.5, random)
    return encodePolicy(policy, k % 3 === 0 ? { environment: 'Tiny', 'ä': '"\\ 😀' } : {})
  }))
}

function values(): Uint8Array[] {
  const space = box([-1, -2], [1, 2])
  return [[], [3], [2, 3]].flatMap((hidden, k) => [null, createNormalizer(space, 5)].map((normalizer) =>
    encodeValue(drawnValue(reference, 2, hidden, k === 0 ? 'relu' : 'tanh', new Random(k), normalizer))))
}

const WORLDS: readonly (() => Env)[] = [cartPole, pendulum, () => market([3, 2])]

/** Of every world, with whatever a training may have besides networks. */
function trainings(): Uint8Array[] {
  const small: Partial<TrainOptions> = {
    seed: 5, batchSteps: 32, totalSteps: 64, envCount: 2, hiddenSizes: [3], valueHiddenSizes: [2],
    valueMinibatch: 20, valueEpochs: 1,
  }
  const others: readonly Partial<TrainOptions>[] = [
    {}, { fisherFraction: 0.5, normalizeObservations: 'off', actionNoiseHold: 4 },
    { valueFit: 'trust-region', maxKlFactor: Infinity, observationClip: Infinity, hiddenSizes: [] },
  ]
  return WORLDS.flatMap((world) => others.map((options) => {
    let last: Uint8Array = new Uint8Array(0)
    for (const record of train(world, { ...small, ...options })) last = encodeTraining(record.snapshot())
    return last
  }))
}

/** It is resumed for an iteration in the world that it names, or refused by one error. */
function resumeOnce(snapshot: Snapshot, random: Random): void {
  const { options: { batchSteps, envCount, valueEpochs, valueSteps, cgIterations } } = snapshot
  // The options are the file's to choose: a large training is a large training.
  const isSmall = [batchSteps, envCount, valueEpochs, valueSteps, cgIterations].every((n) => n <= 100)
  if (!isSmall || random.uniform() > 0.1) return
  const spaces = (of: Pick<Snapshot, 'observationSpace' | 'actionSpace'>): string =>
    describeSpace(of.observationSpace) + describeSpace(of.actionSpace)
  const world = WORLDS.find((make) => spaces(make()) === spaces(snapshot))
  if (world === undefined) return
  try {
    train(world, { resume: snapshot, totalSteps: snapshot.steps + 1, backend: 'reference' }).next()
  } catch (error) {
    const { name, message, stack } = error as Error
    if (/^(RangeError|TypeError|EnvError)$/.test(name) && message.includes(': expected ')) return
    throw new Error(`resumed: ${stack}`)
  }
}

export const formats: readonly Format[] = [
  {
    name: 'policy', samples: policies(), neutral: ['bounds=clip'],
    decode: (bytes) => decodePolicy(bytes),
    encode: (policy: Policy) => encodePolicy(policy),
    use: actOnce,
  },
  {
    name: 'value', samples: values(), neutral: [],
    decode: (bytes) => decodeValue(bytes), encode: encodeValue, use: () => {},
  },
  {
    name: 'training', samples: trainings(), neutral: [],
    decode: decodeTraining, encode: encodeTraining, use: resumeOnce,
  },
]

/** An action is inside its space, or the outputs overflowed, which is an error that says so. */
function actOnce(policy: Policy, random: Random): void {
  let action: unknown
  try {
    action = act(policy, sample(policy.observationSpace, random), random)
  } catch (error) {
    if (/^policy: expected finite outputs for this observation, got /.test((error as Error).message)) return
    throw error
  }
  const problem = memberProblem(policy.actionSpace, action)
  if (problem !== null) throw new Error(`action: ${problem}`)
}
