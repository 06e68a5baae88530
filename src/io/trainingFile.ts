/**
 * A training between two iterations as one file, and back, bit for bit: what `iteration.snapshot()` returns.
 * Networks have the names and layout of policy files, so that PyTorch reads them, too; all else is a tensor
 * by the name that the snapshot gives it, and the options are JSON.
 * But: a snapshot that does not fit its own options is found out only when the training is resumed.
 */
import { show } from '../errors/expect.ts'
import { reference } from '../math/reference.ts'
import { createMlp, type Mlp } from '../nn/mlp.ts'
import { bindParameters, parameterCount } from '../nn/parameters.ts'
import { distributionFor } from '../rl/policy.ts'
import type { Episode } from '../rl/rollout.ts'
import { encodedSize } from '../rl/world/encoding.ts'
import { optionNames, resolveOptions } from '../trpo/options/resolve.ts'
import { rules } from '../trpo/options/rules.ts'
import type { TrainOptions } from '../trpo/options/options.ts'
import { expectSnapshot, hostOptions, type Snapshot } from '../trpo/start/snapshot.ts'
import {
  type Contents, expectNothingLeft, type Extra, seal, takeTensor, takeText, unseal,
} from './contents.ts'
import { FileError } from './fileError.ts'
import { isJsonObject, type Json, readJson } from './json.ts'
import { fillNetwork, putNetwork, putParameters, takeNetwork, takeParameters } from './network.ts'
import { putSpace, takeSpace } from './spaces.ts'

const FORMAT = 'trpo training'
const LOG_STD = 'policy.log_std', RECENT = 'recent', COUNTERS = 'counters'
const stored = optionNames.filter((name) => !(hostOptions as readonly string[]).includes(name))

/**
 * The training as bytes, the same for the same snapshot; `extra` is your own text to store with it, by name.
 * Throws if a number is not finite.
 */
export function encodeTraining(snapshot: Snapshot, extra: Extra = {}): Uint8Array {
  const { options, observationSpace, actionSpace, maskLength, iteration, steps, recent, state } =
    expectSnapshot('snapshot', snapshot)
  const contents: Contents = { tensors: new Map(), metadata: new Map() }
  contents.metadata.set('options', JSON.stringify(options, writeInfinity))
  putSpace(contents, 'observation_space', observationSpace)
  putSpace(contents, 'action_space', actionSpace)
  const { policy, value, ...rest } = state
  const shapes = networksOf(snapshot)
  const net = networkOf('policy', shapes.policy, shapes.shared, policy, options)
  putNetwork(contents, 'policy', net)
  if (shapes.shared > 0) putParameters(contents, LOG_STD, [shapes.shared], net.parameters.shared)
  putNetwork(contents, 'value', networkOf('value', shapes.value, 0, value, options))
  putParameters(contents, COUNTERS, [3], Float64Array.of(iteration, steps, maskLength))
  const episodes = recent.flatMap((episode) => [episode.return, episode.length, episode.env])
  putParameters(contents, RECENT, [recent.length, 3], Float64Array.from(episodes))
  for (const [name, numbers] of Object.entries(rest)) {
    if (contents.tensors.has(name)) throw new RangeError(`snapshot.state: expected no ${show(name)}, got one`)
    putParameters(contents, name, [numbers.length], numbers)
  }
  return seal(FORMAT, contents, extra)
}

/** Sizes of the networks' layers, and the number of parameters that all states share. */
function networksOf(
  { options, observationSpace, actionSpace }: Pick<Snapshot, 'options' | 'observationSpace' | 'actionSpace'>,
): { readonly policy: number[]; readonly value: number[]; readonly shared: number } {
  const { hiddenSizes, valueHiddenSizes, stateDependentStd } = options
  const inputs = encodedSize(observationSpace)
  const { etaSize, sharedSize } = distributionFor(actionSpace, stateDependentStd)
  return {
    policy: [inputs, ...hiddenSizes, etaSize], value: [inputs, ...valueHiddenSizes, 1], shared: sharedSize,
  }
}

function networkOf(
  name: string, sizes: readonly number[], shared: number, flat: Float64Array | undefined,
  { activation }: Snapshot['options'],
): Mlp {
  const expected = parameterCount(sizes, shared)
  if (flat?.length !== expected) {
    const got = flat?.length ?? 'none'
    throw new RangeError(`snapshot.state.${name}: expected ${expected} numbers, got ${got}`)
  }
  const net = createMlp(reference, sizes, activation, shared)
  net.parameters.flat.set(flat)
  return net
}

/** The training in the bytes. Throws a FileError for any bytes that are not a valid training file. */
export function decodeTraining(bytes: Uint8Array): Snapshot {
  const contents = unseal(FORMAT, bytes)
  const options = takeOptions(contents)
  const observationSpace = takeSpace(contents, 'observation_space')
  const actionSpace = takeSpace(contents, 'action_space')
  const shapes = networksOf({ options, observationSpace, actionSpace })
  const activation = takeText(contents, 'activation')
  if (activation !== options.activation) {
    throw new FileError(`activation: expected ${show(options.activation)}, got ${show(activation)}`)
  }
  const policy = takeFlat(contents, 'policy', shapes.policy, shapes.shared, activation)
  const value = takeFlat(contents, 'value', shapes.value, 0, activation)
  const counters = takeParameters(contents, COUNTERS, 1).data
  if (counters.length !== 3) throw new FileError(`${COUNTERS}: expected 3 numbers, got ${counters.length}`)
  const [iteration, steps, maskLength] = counters
  const recent = takeRecent(contents)
  const state: Record<string, Float64Array> = Object.create(null)
  state.policy = policy
  state.value = value
  for (const name of [...contents.tensors.keys()]) state[name] = takeParameters(contents, name, 1).data
  expectNothingLeft(contents)
  const snapshot = {
    format: 1, options, observationSpace, actionSpace, maskLength, iteration, steps, recent, state,
  }
  return asFileError(() => expectSnapshot('snapshot', snapshot))
}

function takeFlat(
  contents: Contents, name: string, sizes: readonly number[], shared: number, activation: string,
): Float64Array {
  contents.metadata.set('activation', activation)
  const network = takeNetwork(contents, name)
  if (String(network.sizes) !== String(sizes)) {
    const [expected, got] = [sizes, network.sizes].map((layers) => `[${layers.join(', ')}]`)
    throw new FileError(`${name}: expected layers of ${expected} for its options, got ${got}`)
  }
  const logStd = shared > 0 ? takeParameters(contents, LOG_STD, 1).data : new Float64Array(0)
  if (logStd.length !== shared) {
    throw new FileError(`${LOG_STD}: expected ${shared} numbers, got ${logStd.length}`)
  }
  const parameters = bindParameters(new Float64Array(parameterCount(sizes, shared)), sizes, shared)
  fillNetwork({ parameters }, network)
  parameters.shared.set(logStd)
  return parameters.flat
}

function takeRecent(contents: Contents): Episode[] {
  const { shape: [count, fields], data } = takeTensor(contents, RECENT, 2)
  if (fields !== 3) throw new FileError(`${RECENT}: expected 3 columns, got ${fields}`)
  return Array.from({ length: count }, (_, i) => ({
    return: data[3 * i], length: data[3 * i + 1], env: data[3 * i + 2],
  }))
}

/** JSON has no infinite numbers. */
function writeInfinity(_: string, value: unknown): unknown {
  return value === Infinity ? 'Infinity' : value
}

function takeOptions(contents: Contents): Snapshot['options'] {
  const record = readJson('options', takeText(contents, 'options'))
  if (!isJsonObject(record)) throw new FileError(`options: expected an object, got ${show(record)}`)
  const given: Record<string, unknown> = {}
  for (const name of stored) {
    if (!record.has(name)) throw new FileError(`options: expected ${name}, got nothing by that name`)
    given[name] = valueOf(name, record.get(name)!)
  }
  const [unknown] = [...record.keys()].filter((name) => !(stored as readonly string[]).includes(name))
  if (unknown !== undefined) throw new FileError(`options: expected no ${show(unknown)}, got one`)
  const { backend: _backend, clock: _clock, ...options } = asFileError(() => resolveOptions(given))
  return options
}

function valueOf(name: keyof TrainOptions, value: Json): unknown {
  return value === 'Infinity' && typeof rules[name].default === 'number' ? Infinity : value
}

/** Errors of values that a file holds are the file's. */
function asFileError<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw new FileError((error as Error).message)
  }
}
