/**
 * Everything that later iterations depend on, as one plain value: a training that is continued from it takes
 * the same steps, to the bit. To be taken between iterations, when no batch and no step is under way.
 * But: an environment without `getState` and `setState` starts a new episode when a training is resumed.
 */
import { argumentError, expectFinite, expectInteger, expectRecord, show } from '../../errors/expect.ts'
import { isArray, isFloat64Array, isPlainRecord } from '../../errors/kinds.ts'
import { type Cell, numbersCell, streamCell, vectorCell } from '../../math/cells.ts'
import { gatheredTexts } from '../../math/communicator.ts'
import type { Random } from '../../math/random.ts'
import { near } from '../../rl/play/environments.ts'
import { normalizerProblem } from '../../rl/normalizer.ts'
import type { Episode, Rollout } from '../../rl/rollout.ts'
import { envState, rolloutCells } from '../../rl/rolloutCells.ts'
import { stepsTogether } from '../../rl/together.ts'
import { writeState } from '../../rl/vine/savedPoint.ts'
import { describeSpace, expectSpace, type Space } from '../../rl/world/space.ts'
import type { Learner } from '../learner.ts'
import type { TrainOptions } from '../options/options.ts'
import { optionNames } from '../options/resolve.ts'
import type { Sampler } from '../variants/sampling.ts'
import { allOrNone, gatheredState, partOf } from './allRanks.ts'

/** A training between two iterations. Plain data: it may be cloned, sent to a worker, written to a file. */
export interface Snapshot {
  /** Of this record's layout. */
  readonly format: 1
  readonly options: Omit<TrainOptions, 'backend' | 'clock'>
  readonly observationSpace: Space
  readonly actionSpace: Space
  /** Length of an action mask; 0 if actions are not masked. */
  readonly maskLength: number
  /** Iterations and environment steps so far. */
  readonly iteration: number
  readonly steps: number
  /** The last finished episodes, at most 100 of them. */
  readonly recent: readonly Episode[]
  /** By name: `policy` is θ, `value` is φ, both as in net.parameters.flat; then all else. */
  readonly state: Readonly<Record<string, Float64Array>>
}

/** What a snapshot is taken of; a `Trainer` has all of it. */
export interface Training extends Pick<Learner, 'policy' | 'value' | 'stepper' | 'fitter'> {
  readonly options: TrainOptions
  readonly rollout: Rollout
  readonly sampler: Pick<Sampler, 'cells' | 'sharedCells'>
  readonly minibatches: Random
  readonly maskLength: number
  iteration: number
  recent: readonly Episode[]
}

const fields = [
  'format', 'options', 'observationSpace', 'actionSpace', 'maskLength', 'iteration', 'steps', 'recent',
  'state',
] as const

/** Options that are not part of a snapshot; and one that may differ when a training is resumed. */
export const hostOptions = ['backend', 'clock'] as const
export const freeOptions: readonly string[] = [...hostOptions, 'totalSteps']

/**
 * The training as it is. Throws an EnvError if an environment fails to return its state. With several ranks
 * all take it at the same time, and all get the whole.
 */
export function takeSnapshot(training: Training): Snapshot {
  const { options, policy, maskLength, iteration, recent, rollout } = training
  const { observationSpace, actionSpace } = policy
  const state: Record<string, Float64Array> = {}
  for (const { name, get } of sharedCells(training)) state[name] = get()
  Object.assign(state, gatheredState(rollout.ranks, allOrNone(rollout.ranks, () => ownState(training))))
  return {
    format: 1, options: withoutHost(options), observationSpace, actionSpace, maskLength, iteration,
    steps: stepsTogether(rollout), recent: recent.map((episode) => ({ ...episode })), state,
  }
}

function withoutHost(options: TrainOptions): Snapshot['options'] {
  const { backend: _backend, clock: _clock, ...all } = options
  return all
}

/**
 * Put a new training of the same options into the snapshot's state. Throws if the snapshot is not of such a
 * training. Returns remarks on environments that start a new episode.
 */
export function restoreSnapshot(training: Training, snapshot: Snapshot): readonly string[] {
  const { policy, maskLength, rollout } = training
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    const expected = describeSpace(snapshot[name]), got = describeSpace(policy[name])
    if (got === expected) continue
    const problem = `expected ${near(expected, got)}, as in the snapshot, got ${near(got, expected)}`
    throw new RangeError(`makeEnv().${name}: ${problem}`)
  }
  if (maskLength !== snapshot.maskLength) {
    const masks = (length: number): string => length === 0 ? 'no masks' : `masks of length ${length}`
    const problem = `expected ${masks(snapshot.maskLength)}, as in the snapshot, got ${masks(maskLength)}`
    throw new RangeError(`makeEnv().actionMask: ${problem}`)
  }
  const { state } = snapshot
  const left = new Set(Object.keys(state))
  // The episodes that were just begun stay where an environment cannot be set back.
  const begun = rollout.envs.map((_, e) => observationOf(training, e))
  for (const cell of sharedCells(training)) {
    if (!left.delete(cell.name)) throw missing(cell.name)
    cell.set(state[cell.name])
  }
  for (const cell of ownCells(training)) {
    if (!left.delete(cell.name)) throw missing(cell.name)
    cell.set(partOf(rollout.ranks, state[cell.name], cell.get().length))
  }
  const problem = policy.normalizer === null
    ? null : normalizerProblem(policy.normalizer, policy.normalizer.mean.length)
  if (problem !== null) throw new RangeError(`resume.state: normalizer: ${problem}`)
  const remarks = rollout.envs.flatMap(({ setState }, e) => {
    const env = rollout.first + e
    const saved = left.delete(`env/${env}`) ? state[`env/${env}`] : null
    if (saved !== null && typeof setState === 'function') {
      writeState(rollout, e, saved.slice())
      return []
    }
    rollout.episodeReturns[e] = rollout.episodeLengths[e] = 0
    rollout.actor.observations.data.set(begun[e], e * begun[e].length)
    const why = 'since its state could not be saved (getState, setState)'
    return [`environment ${env}: begins a new episode, ${why}`]
  })
  // Of other environments, which other ranks have.
  const [unknown] = rollout.ranks.size === 1 ? left : [...left].filter((name) => !/\/\d+$/.test(name))
  if (unknown !== undefined) throw new RangeError(`resume.state: expected no ${show(unknown)}, got one`)
  training.iteration = snapshot.iteration
  training.recent = snapshot.recent
  return gatheredTexts(rollout.ranks, remarks.join('\n')).filter((text) => text !== '').join('\n').split('\n')
    .filter((remark) => remark !== '')
}

function missing(name: string): Error {
  return new RangeError(`resume.state: expected ${show(name)}, got none by that name`)
}

function observationOf({ rollout: { actor: { observations } } }: Training, e: number): Float64Array {
  return observations.data.slice(e * observations.cols, (e + 1) * observations.cols)
}

/** What this rank has of its environments, their own states included. */
function ownState(training: Training): Record<string, Float64Array> {
  const { rollout } = training, state: Record<string, Float64Array> = {}
  for (const { name, get } of ownCells(training)) state[name] = get()
  rollout.envs.forEach((_, e) => {
    const saved = envState(rollout, e)
    if (saved !== null) state[`env/${rollout.first + e}`] = saved
  })
  return state
}

/** What belongs to environments. */
function ownCells({ rollout, sampler }: Training): Cell[] {
  return [...rolloutCells(rollout), ...sampler.cells]
}

/** What all ranks have alike: everything but options, counters and what belongs to environments. */
function sharedCells(training: Training): Cell[] {
  const { policy, value, fitter, stepper, minibatches, sampler } = training
  const { normalizer } = policy
  const { subset } = stepper.parts
  return [
    vectorCell('policy', policy.net.parameters.flat),
    vectorCell('value', value.net.parameters.flat),
    ...normalizer === null ? [] : [
      vectorCell('normalizer.mean', normalizer.mean),
      vectorCell('normalizer.scale', normalizer.scale, Number.MIN_VALUE),
      numbersCell('normalizer.statistics.count', 0, () => [normalizer.statistics.count], ([count]) => {
        normalizer.statistics.count = expectInteger('normalizer.statistics.count', count, 0)
      }),
      vectorCell('normalizer.statistics.mean', normalizer.statistics.mean),
      vectorCell('normalizer.statistics.squares', normalizer.statistics.squares, 0),
    ],
    ...fitter.cells,
    streamCell('minibatches', minibatches),
    ...subset === null ? [] : [streamCell('fisher', subset.random)],
    ...sampler.sharedCells,
  ]
}

/** Throws unless `value` has the parts of a snapshot; `restoreSnapshot` judges its numbers. */
export function expectSnapshot(name: string, value: unknown): Snapshot {
  const given = expectRecord<Snapshot>(name, value, fields)
  if (given.format !== 1) throw argumentError(`${name}.format`, '1', given.format, 'number')
  if (!isPlainRecord(given.options)) throw argumentError(`${name}.options`, 'a record', given.options)
  for (const option of optionNames) {
    const stored = (given.options as Partial<TrainOptions>)[option]
    const isHost = (hostOptions as readonly string[]).includes(option)
    if ((stored === undefined) !== isHost) {
      throw argumentError(`${name}.options.${option}`, isHost ? 'nothing' : 'a value', stored)
    }
  }
  expectSpace(`${name}.observationSpace`, given.observationSpace)
  expectSpace(`${name}.actionSpace`, given.actionSpace)
  expectInteger(`${name}.maskLength`, given.maskLength, 0)
  expectInteger(`${name}.iteration`, given.iteration, 1)
  expectInteger(`${name}.steps`, given.steps, 1)
  if (!isArray(given.recent)) throw argumentError(`${name}.recent`, 'an array of episodes', given.recent)
  given.recent.forEach((episode, i) => expectEpisode(`${name}.recent[${i}]`, episode))
  if (!isPlainRecord(given.state)) throw argumentError(`${name}.state`, 'a record', given.state)
  for (const [key, numbers] of Object.entries(given.state)) {
    if (!isFloat64Array(numbers)) throw argumentError(`${name}.state.${key}`, 'a Float64Array', numbers)
  }
  return value as Snapshot
}

function expectEpisode(name: string, value: unknown): void {
  const episode = expectRecord<Episode>(name, value, ['return', 'length', 'env'])
  expectFinite(`${name}.return`, episode.return)
  expectInteger(`${name}.length`, episode.length, 1)
  expectInteger(`${name}.env`, episode.env, 0)
}
