/**
 * A learner for a program that owns the clock: a game, a server, a robot. The program asks for actions and
 * reports what came of them; batches, updates and records happen behind these two calls.
 *
 * It is `trainAsync` in worlds whose answers are what the program says next: `reset` is answered by `act`,
 * and `step` by the `act` that follows, or by the `learn` that ends an episode. So every option has its
 * meaning.
 * But: no vine, since a program's world cannot be set back; and while a batch is learned from, nothing else
 * runs in this thread. If that must not be, put the agent into a worker.
 */
import { argumentError, expectFunction } from '../errors/expect.ts'
import { isPlainRecord } from '../errors/kinds.ts'
import { act } from '../rl/actor.ts'
import { clonePolicy } from '../rl/clone.ts'
import { createStop } from '../rl/play/stop.ts'
import type { Policy } from '../rl/policy.ts'
import { createSlot, type Slot } from '../rl/play/slot.ts'
import type { Action } from '../rl/world/env.ts'
import { type ActionOf, expectSpace, type Space } from '../rl/world/space.ts'
import type { TrainOptions } from './options/options.ts'
import { type AsyncRunOptions, resolveSettings } from './start/settings.ts'
import { type Iteration, trainAsync, trainPlainAsync } from './train.ts'

/** A learner of one or several slots. */
export interface Agent<A extends Action = Action> extends Slot<A> {
  /** As many as options.envCount; `act` and `learn` of the agent itself are those of the first. */
  readonly slots: readonly Slot<A>[]
  /** Whether options.totalSteps are over: `act` now returns the most likely action of the final policy. */
  readonly finished: boolean
  /** End the training: pending and later calls of `act` reject. Resolves once everything is released. */
  close(): Promise<void>
}

/** Options of an agent: those of `trainAsync`, where envCount is the number of slots, by default 1. */
export interface AgentOptions extends Partial<TrainOptions>, AsyncRunOptions {
  /** Called with the record of each iteration, within the `act` that completes its batch. */
  readonly onIteration?: ((record: Iteration) => void) | undefined
}

/** The spaces that an agent acts in. */
export interface AgentSpaces<S extends Space = Space> {
  readonly observationSpace: Space
  readonly actionSpace: S
}

/**
 * A learner whose program calls `act` and `learn`, for options.totalSteps steps; afterwards it acts by the
 * final policy, and learns no more. Throws one error for invalid options.
 */
export function createAgent<S extends Space>(
  spaces: AgentSpaces<S>, options: AgentOptions = {},
): Agent<ActionOf<S>> {
  return agentBy(trainAsync, spaces, options) as Agent<ActionOf<S>>
}

/** `createAgent` without WebAssembly. */
export function createPlainAgent<S extends Space>(
  spaces: AgentSpaces<S>, options: AgentOptions = {},
): Agent<ActionOf<S>> {
  return agentBy(trainPlainAsync, spaces, options) as Agent<ActionOf<S>>
}

function agentBy(train: typeof trainAsync, spaces: AgentSpaces, options: AgentOptions): Agent {
  const { observationSpace, actionSpace } = expectSpaces(spaces)
  expectPlainRecord('options', options)
  const { onIteration = () => {}, signal, ...given } = options
  expectFunction('onIteration', onIteration)
  const all = given.resume === undefined ? { envCount: 1, ...given } : given
  const { options: { envCount, sampling } } = resolveSettings({ ...all, signal })
  if (sampling === 'vine') throw argumentError('sampling', '"single-path" for an agent', sampling, 'string')

  const slots = Array.from({ length: envCount }, () => createSlot(observationSpace, actionSpace))
  const stop = createStop(signal)
  const envs = slots.map(({ env }) => env)
  const training = train(() => envs.shift()!, { ...all, signal: stop.signal })
  let finished = false
  const running = run(training, onIteration).then(
    (policy) => {
      finished = true
      for (const slot of slots) slot.finish((observation, mask) => act(policy, observation, null, mask))
    },
    (error: unknown) => { for (const slot of slots) slot.fail(error) },
  ).finally(stop.release)
  const [first] = slots
  return {
    slots, act: first.act, learn: first.learn,
    get finished() { return finished },
    close() {
      stop.abort(new Error('the agent is closed'))
      return running
    },
  }
}

/** All iterations; a copy of the final policy. */
async function run(
  training: AsyncGenerator<Iteration, Policy, void>, onIteration: (record: Iteration) => void,
): Promise<Policy> {
  for (;;) {
    const { done, value } = await training.next()
    if (done === true) return clonePolicy(value)
    try {
      onIteration(value)
    } catch (error) {
      await training.throw(error)
    }
  }
}

function expectSpaces(spaces: AgentSpaces): AgentSpaces {
  expectPlainRecord('spaces', spaces)
  const { observationSpace, actionSpace } = spaces
  expectSpace('observationSpace', observationSpace)
  expectSpace('actionSpace', actionSpace)
  return { observationSpace, actionSpace }
}

function expectPlainRecord(name: string, value: unknown): void {
  if (!isPlainRecord(value)) throw argumentError(name, 'a record', value)
}
