/**
 * Valid arguments for every function that the entries export, made anew for each call.
 */
import * as core from '../../../src/index.ts'
import * as envs from '../../../src/envs/index.ts'
import * as io from '../../../src/io/index.ts'
import * as parallel from '../../../src/parallel/index.ts'
import * as parts from '../../../src/parts.ts'
import { train as trainPlain } from '../../../src/plain.ts'

type Call = (...given: any[]) => unknown

/** A function, its arguments, and whether a call needs anything else. */
export interface Good {
  readonly call: Call
  readonly make: () => readonly unknown[]
}

const { box, discrete, Random, reference } = core
const space = (): core.Box => box([-1, -1], [1, 1])
const options = (): core.TrainOptions => core.resolveOptions({
  batchSteps: 8, envCount: 2, totalSteps: 8, hiddenSizes: [3], valueHiddenSizes: [3], backend: 'reference',
  valueEpochs: 1, normalizeObservations: 'preserving',
})
const stepOptions = (): unknown => {
  const { maxKl, maxKlSchedule, maxKlFinalFraction, constraint, klReduction, maxKlFactor, acceptRatio,
    entropyCoefficient, cgIterations, cgTolerance, damping, preconditioner, stepLength, lineSearch,
    backtrackCoefficient, maxBacktracks, fisherFraction } = options()
  return { maxKl, maxKlSchedule, maxKlFinalFraction, constraint, klReduction, maxKlFactor, acceptRatio,
    entropyCoefficient, cgIterations, cgTolerance, damping, preconditioner, stepLength, lineSearch,
    backtrackCoefficient, maxBacktracks, fisherFraction }
}
const valueOptions = (): unknown => {
  const { valueFit, valueEpochs, valueMinibatch, valueLearningRate, normalizeReturns, valueMaxKl, valueSteps,
    valueCgIterations, valueDamping, valueCurvatureFraction, cgTolerance, backtrackCoefficient,
    maxBacktracks } = options()
  return { valueFit, valueEpochs, valueMinibatch, valueLearningRate, normalizeReturns, valueMaxKl,
    valueSteps, valueCgIterations, valueDamping, valueCurvatureFraction, cgTolerance, backtrackCoefficient,
    maxBacktracks }
}

/** Two inputs, Box actions of two numbers: a small world that ends after five steps. */
function world(): core.Env<Float64Array> {
  let t = 0
  return {
    observationSpace: space(), actionSpace: space(),
    reset: () => { t = 0; return { observation: [0.1, 0.2] } },
    step: (a) => ({ observation: [a[0], t / 5], reward: a[1], terminated: ++t >= 5, truncated: false }),
    getState: () => Float64Array.of(t), setState: (state) => { t = state[0] }, close() {},
  }
}
const normalizer = (): core.Normalizer => parts.createNormalizer(space(), 10)!
function policy(normalized: boolean = true): core.Policy {
  const given = normalized ? { normalizer: normalizer() } : {}
  const made = parts.createPolicy(reference, space(), space(), [3], 'tanh', given)
  parts.initializePolicy(made, 0, new Random(1))
  return made
}
const net = (): core.Mlp => policy().net
const inputs = (rows: number = 3): core.Tensor => parts.matrix(new Float64Array(2 * rows).fill(0.5), rows, 2)
const tape = (of: core.Mlp): core.Tape => parts.createTape(of, inputs(), true, 1)
function forwarded(): { readonly net: core.Mlp; readonly tape: core.Tape } {
  const made = net(), on = tape(made)
  parts.forward(made, on)
  parts.transposeWeights(made)
  return { net: made, tape: on }
}
const gradientOf = ({ sizes, parameters }: core.Mlp): core.Parameters =>
  parts.bindParameters(new Float64Array(parameters.flat.length), sizes, parameters.shared.length)
function mapped(): parts.PolicyMap {
  const { net, distribution } = policy()
  const map = parts.createPolicyMap(net, distribution, inputs(), true)
  parts.forwardPolicy(map)
  return map
}
const shardsOf = (map: parts.PolicyMap): parts.Shards => parts.createShards(map.net, map.tape)
function actor(): parts.Actor {
  const made = parts.createActor(policy(), 2)
  parts.decide(made, null)
  return made
}
const value = (): core.Value => parts.createValue(reference, 2, [3], 'tanh', normalizer())
const rollout = (): parts.Rollout => parts.createRollout([world(), world()], policy(), new Random(1), 2)
const batch = (steps: number = 4): parts.Batch => parts.createBatch(reference, steps, 2, 2, 2)
function filled(): parts.Batch {
  const made = batch()
  parts.collect(rollout(), made)
  return made
}
const vine = (): parts.Vine =>
  parts.createVine(rollout(), 4, { branches: 2, horizon: 2, spacing: 4 }, new Random(2))
function stepper(): parts.Stepper {
  return parts.createStepper(policy(), inputs(8), options(), new Random(3))
}
function stepBatch(): parts.StepBatch {
  const random = new Random(4)
  const normals = (n: number): Float64Array => Float64Array.from({ length: n }, () => random.normal())
  return { actions: parts.matrix(normals(16), 8, 2), advantages: normals(8) }
}
const trainer = (): parts.Trainer => parts.createTrainer(world, options(), parts.backendFor) as parts.Trainer
const vectors = (...lengths: readonly number[]): Float64Array[] =>
  lengths.map((n) => new Float64Array(n).fill(0.5))
const bytes = (): Uint8Array => io.encodePolicy(policy())
const random = (): core.Random => new Random(5)

const start = (): object => ({ ...options(), policy: policy(), value: value() })
const snapshot = (): core.Snapshot => {
  const { value } = core.train(world, options()).next()
  return (value as core.Iteration).snapshot()
}
const signal: core.StopSignal = { aborted: false, addEventListener() {}, removeEventListener() {} }
const agent = (): core.Agent<Float64Array> =>
  core.createAgent({ observationSpace: space(), actionSpace: space() }, { ...options(), envCount: 1 })

/** A generator's first result. */
const first = (call: Call): Call => (...given) => (call(...given) as Generator).next()
const good = (call: unknown, make: () => readonly unknown[]): Good => ({ call: call as Call, make })
type Class = new (...given: unknown[]) => unknown
const made = (Made: unknown): Call => (...given) => new (Made as Class)(...given)
const method = (name: 'fork' | 'integer' | 'shuffle' | 'getState' | 'setState'): Call =>
  (...given) => (random()[name] as Call)(...given)
const environment = (make: unknown): Good => good(make, () => [{ maxEpisodeSteps: 10 }])
function dynamics(): envs.Dynamics<Float64Array> {
  return {
    observationSpace: space(), actionSpace: space(), stateSize: 2,
    start(state) { state.fill(0) }, observe(out, state) { out.set(state) }, step: () => 1,
    isTerminal: () => false, settle() {},
  }
}
const inEnv = (name: 'reset' | 'step' | 'setState', ready: boolean): Call => (...given) => {
  const env = envs.pendulum()
  if (ready) env.reset({ seed: 1 })
  return (env[name] as Call)(...given)
}

/** By entry and name. */
export const goodCalls: Readonly<Record<string, Good>> = {
  'trpo train': good(first(core.train), () => [world, { ...options(), clock: () => 1 }]),
  'trpo train, start': good(first(core.train), () => [world, { ...start(), observer: { trial() {} } }]),
  'trpo train, resume': good(first(core.train), () => [world, { resume: snapshot(), totalSteps: 16 }]),
  'trpo trainAsync': good(first(core.trainAsync), () => [world, { ...options(), clock: () => 1, signal }]),
  'trpo evaluateAsync': good(core.evaluateAsync, () => [policy(), world, { episodes: 2, seed: 0 }]),
  'trpo checkEnvAsync': good(core.checkEnvAsync, () => [world(), { steps: 10, seed: 1 }]),
  'trpo clonePolicy': good(core.clonePolicy, () => [policy(), reference]),
  'trpo createAgent': good(core.createAgent, () => [world(), { ...options(), onIteration() {} }]),
  'trpo createAgent, act': good((...given: any[]) => agent().act(given[0]), () => [[0.1, 0.2]]),
  'trpo createAgent, learn': good(async (...given: any[]) => {
    const made = agent()
    await made.act([0.1, 0.2])
    made.learn(given[0])
  }, () => [{ reward: 1, terminated: false, truncated: true, observation: [0.1, 0.2], info: {} }]),
  'trpo/plain train': good(first(trainPlain), () =>
    [world, { batchSteps: 8, envCount: 2, hiddenSizes: [3] }]),
  'trpo resolveOptions': good(core.resolveOptions, () => [{ ...options(), clock: () => 1 }]),
  'trpo evaluate': good(core.evaluate, () => [policy(), world,
    { episodes: 2, firstEpisode: 0, seed: 1, deterministic: false }]),
  'trpo act': good(core.act, () => [policy(), [0.1, 0.2], random(), null]),
  'trpo act, discrete': good(core.act, () =>
    [parts.createPolicy(reference, space(), discrete(2), [], 'tanh'), [0.1, 0.2], random(), [1, 0]]),
  'trpo timeLimit': good(core.timeLimit, () => [world(), 10]),
  'trpo EnvError': good(made(core.EnvError), () => [0, 1, 'a problem', 'a cause']),
  'trpo box': good(box, () => [[-1, -1], [1, 1]]),
  'trpo discrete': good(discrete, () => [2, 1]),
  'trpo multiBinary': good(core.multiBinary, () => [2]),
  'trpo multiDiscrete': good(core.multiDiscrete, () => [[2, 3]]),
  'trpo checkEnv': good(core.checkEnv, () => [world(), { steps: 10, seed: 1 }]),
  'trpo verifyPolicy': good(core.verifyPolicy, () =>
    [policy(false), [[0.1, 0.2], [0.3, 0.4]], { seed: 1, directions: 2, coordinates: 1, denseLimit: 0 }]),
  'trpo Random': good(made(Random), () => [1]),
  'trpo Random.fork': good(method('fork'), () => ['name']),
  'trpo Random.integer': good(method('integer'), () => [3]),
  'trpo Random.shuffle': good(method('shuffle'), () => [Int32Array.of(1, 2, 3)]),
  'trpo Random.getState': good(method('getState'), () => [new Float64Array(8)]),
  'trpo Random.setState': good(method('setState'), () => [random().getState()]),
  'trpo createSimd': good(core.createSimd, () => [1000]),
  'trpo createFastest': good(core.createFastest, () => [1000]),

  'trpo/parts closeEnvs': good(parts.closeEnvs, () => [trainer(), false]),
  'trpo/parts startFromBatch': good(parts.startFromBatch, () => {
    const { rollout, batches, value, options, sampler } = trainer()
    sampler.collect()
    return [{ rollout, batches, value, options }]
  }),
  'trpo/parts startValue': good(parts.startValue, () => [value(), filled(), 0.9]),
  'trpo/parts addTree': good(parts.addTree, () => [[1, 2], () => {}]),
  'trpo/parts createTrainer': good(parts.createTrainer, () => [world, options(), parts.backendFor]),
  'trpo/parts createLearner': good(parts.createLearner, () =>
    [reference, options(), { observationSpace: space(), actionSpace: space(), maskLength: 0 }, random()]),
  'trpo/parts backendFor': good(parts.backendFor, () => [options(), space(), space()]),
  'trpo/parts plainBackendFor': good(parts.plainBackendFor, () => [options(), space(), space()]),
  'trpo/parts createPolicy': good(parts.createPolicy, () => [reference, space(), space(), [3], 'tanh',
    { stateDependentStd: true, actionBounds: 'clip', normalizer: normalizer() }]),
  'trpo/parts distributionFor': good(parts.distributionFor, () => [space(), true]),
  'trpo/parts initializePolicy': good(parts.initializePolicy, () => [policy(), 0, random()]),
  'trpo/parts createPolicyMap': good(parts.createPolicyMap, () => {
    const { net, distribution } = policy()
    return [net, distribution, inputs(), true, null]
  }),
  'trpo/parts forwardPolicy': good(parts.forwardPolicy, () => [mapped()]),
  'trpo/parts actionOf': good(parts.actionOf, () => [actor(), 1]),
  'trpo/parts createActor': good(parts.createActor, () => [policy(), 2, 0]),
  'trpo/parts decide': good(parts.decide, () => [actor(), [random(), random()]]),
  'trpo/parts createValue': good(parts.createValue, () => [reference, 2, [3], 'tanh', normalizer()]),
  'trpo/parts initializeValue': good(parts.initializeValue, () => [value(), random()]),
  'trpo/parts predict': good(parts.predict, () => [new Float64Array(3), value(), inputs(), 3]),
  'trpo/parts predictValues': good(parts.predictValues, () => [value(), filled()]),
  'trpo/parts createNormalizer': good(parts.createNormalizer, () => [space(), 10]),
  'trpo/parts maskLengthOf': good(parts.maskLengthOf, () => [[world()]]),
  'trpo/parts createBatch': good(parts.createBatch, () => [reference, 4, 2, 2, 2, 0]),
  'trpo/parts collect': good(parts.collect, () => [rollout(), batch(), () => {}]),
  'trpo/parts createRollout': good(parts.createRollout, () => [[world(), world()], policy(), random(), 2]),
  'trpo/parts collectVine': good(parts.collectVine, () => [vine(), batch(4), batch(2), 0.9]),
  'trpo/parts createVine': good(parts.createVine, () =>
    [rollout(), 4, { branches: 2, horizon: 2, spacing: 4 }, random()]),
  'trpo/parts vineAdvantages': good(parts.vineAdvantages, () => {
    const of = vine(), into = batch(2)
    parts.collectVine(of, batch(4), into, 0.9)
    return [of, into]
  }),
  'trpo/parts generalizedAdvantages': good(parts.generalizedAdvantages, () => [filled(), 0.9, 0.9]),
  'trpo/parts normalizeAdvantages': good(parts.normalizeAdvantages, () => [filled(), new Float64Array(8)]),
  'trpo/parts rewardsToGo': good(parts.rewardsToGo, () => [filled(), 0.9]),
  'trpo/parts createBatches': good(parts.createBatches, () => [options(), policy(), 0]),
  'trpo/parts createSampler': good(parts.createSampler, () => {
    const of = rollout()
    return [options(), of, parts.createBatches(options(), of.actor.policy, 0), random()]
  }),
  'trpo/parts createStepper': good(parts.createStepper, () =>
    [policy(), inputs(), stepOptions(), random(), null]),
  'trpo/parts step': good(parts.step, () => [stepper(), stepBatch(), () => {}, { trial() {} }]),
  'trpo/parts probe': good(parts.probe, () => {
    const made = stepper(), batch = stepBatch()
    parts.step(made, batch)
    return [made, batch, 0.1, new Float64Array(made.gradient.length)]
  }),
  'trpo/parts updateTrustRegion': good(parts.updateTrustRegion, () => [stepper().region, stepOptions(), 0.5]),
  'trpo/parts createFitter': good(parts.createFitter, () => [value(), 8, valueOptions()]),
  'trpo/parts refreshStatistics': good(parts.refreshStatistics, () => {
    const { options, rollout, batches, stepper, fitter, sampler } = trainer()
    sampler.collect()
    parts.startNormalization(rollout, batches.all)
    return [{ options, rollout, batches, stepper, fitter }]
  }),
  'trpo/parts startNormalization': good(parts.startNormalization, () => {
    const of = rollout(), into = batch()
    parts.collect(of, into)
    return [of, [into]]
  }),
  'trpo/parts policyGradient': good(parts.policyGradient, () => {
    const map = mapped()
    const [gradient, weights] = vectors(map.net.parameters.flat.length, 3)
    return [gradient, map, shardsOf(map), parts.matrix(new Float64Array(6), 3, 2), weights]
  }),
  'trpo/parts surrogate': good(parts.surrogate, () =>
    [reference, ...vectors(3, 3, 3), parts.matrix(new Float64Array(3), 1, 3)]),
  'trpo/parts createFisher': good(parts.createFisher, () => {
    const map = mapped()
    return [map, shardsOf(map), 0.1, parts.createJacobian(map.net, map.tape)]
  }),
  'trpo/parts fisherOperator': good(parts.fisherOperator, () =>
    [{ K: 2, jvp() {}, metric() {}, vjp() {} }, 0.1]),
  'trpo/parts createShards': good(parts.createShards, () => {
    const { net, tape } = forwarded()
    return [net, tape]
  }),
  'trpo/parts sumOverTiles': good(parts.sumOverTiles, () => {
    const map = mapped()
    return [new Float64Array(map.net.parameters.flat.length), shardsOf(map), () => {}]
  }),
  'trpo/parts createJacobian': good(parts.createJacobian, () => {
    const { net, tape } = forwarded()
    return [net, tape]
  }),
  'trpo/parts backward': good(parts.backward, () => {
    const { net, tape } = forwarded()
    return [net, tape.tiles[0], gradientOf(net)]
  }),
  'trpo/parts createMlp': good(parts.createMlp, () => [reference, [2, 3, 1], 'tanh', 1]),
  'trpo/parts createTape': good(parts.createTape, () => [net(), inputs(), true, 1]),
  'trpo/parts forward': good(parts.forward, () => {
    const { net, tape } = forwarded()
    return [net, tape, 3]
  }),
  'trpo/parts initializeMlp': good(parts.initializeMlp, () => [net(), 1, random()]),
  'trpo/parts tangent': good(parts.tangent, () => {
    const { net, tape } = forwarded()
    return [net, tape.tiles[0], gradientOf(net)]
  }),
  'trpo/parts transposeWeights': good(parts.transposeWeights, () => [net()]),
  'trpo/parts bindParameters': good(parts.bindParameters, () => [new Float64Array(14), [2, 3, 1], 1]),
  'trpo/parts parameterCount': good(parts.parameterCount, () => [[2, 3, 1], 1]),
  'trpo/parts createEta': good(parts.createEta, () =>
    [reference, policy().distribution, inputs(), new Float64Array(2), null]),
  'trpo/parts bernoulli': good(parts.bernoulli, () => [2]),
  'trpo/parts categorical': good(parts.categorical, () => [2]),
  'trpo/parts multiCategorical': good(parts.multiCategorical, () => [[2, 3]]),
  'trpo/parts gaussian': good(parts.gaussian, () => [2]),
  'trpo/parts stateGaussian': good(parts.stateGaussian, () => [2]),
  'trpo/parts cgWorkspace': good(parts.cgWorkspace, () => [3]),
  'trpo/parts conjugateGradient': good(parts.conjugateGradient, () => [parts.cgWorkspace(3),
    (out: Float64Array, v: Float64Array) => { out.set(v) }, ...vectors(3),
    { maxIterations: 5, relativeTolerance: 1e-3, preconditioner: undefined }]),
  'trpo/parts lineSearch': good(parts.lineSearch, () =>
    [() => false, { backtrackCoefficient: 0.5, maxBacktracks: 5 }]),
  'trpo/parts addScaled': good(parts.addScaled, () => {
    const [y, x] = vectors(3, 3)
    return [y, 2, x]
  }),
  'trpo/parts combine': good(parts.combine, () => {
    const [z, x, y] = vectors(3, 3, 3)
    return [z, x, 2, y]
  }),
  'trpo/parts dot': good(parts.dot, () => vectors(3, 3)),
  'trpo/parts norm': good(parts.norm, () => vectors(3)),
  'trpo/parts sum': good(parts.sum, () => [...vectors(3), 2]),
  'trpo/parts matrix': good(parts.matrix, () => [...vectors(6), 2, 3]),

  'trpo/envs acrobot': environment(envs.acrobot),
  'trpo/envs cartPole': environment(envs.cartPole),
  'trpo/envs mountainCar': environment(envs.mountainCar),
  'trpo/envs mountainCarContinuous': environment(envs.mountainCarContinuous),
  'trpo/envs pendulum': environment(envs.pendulum),
  'trpo/envs pointMass': environment(envs.pointMass),
  'trpo/envs simulate': good(envs.simulate, () => ['World', dynamics(), { maxEpisodeSteps: 10 }]),
  'trpo/envs pendulum().reset': good(inEnv('reset', false), () => [{ seed: 1, options: { state: [0, 0] } }]),
  'trpo/envs pendulum().step': good(inEnv('step', true), () => [Float64Array.of(1)]),
  'trpo/envs pendulum().setState': good(inEnv('setState', false), () => [envs.pendulum().getState!()]),

  'trpo/io decodePolicy': good(io.decodePolicy, () => [bytes(), reference]),
  'trpo/io encodePolicy': good(io.encodePolicy, () => [policy(), { note: 'x' }]),
  'trpo/io hashWeights': good(io.hashWeights, () => [policy()]),
  'trpo/io decodeValue': good(io.decodeValue, () => [io.encodeValue(value()), reference]),
  'trpo/io encodeValue': good(io.encodeValue, () => [value(), { note: 'x' }]),
  'trpo/io encodeOnnx': good(io.encodeOnnx, () => [policy(), { float32: true, mask: false }, { note: 'x' }]),
  'trpo/io encodeScript': good(io.encodeScript, () => [policy(), { note: 'x' }]),
  'trpo/io encodeJson': good(io.encodeJson, () => [policy(), { note: 'x' }]),
  'trpo/io foldNormalizer': good(io.foldNormalizer, () => [policy(), { dropClip: true }]),
  'trpo/io decodeTraining': good(io.decodeTraining, () => [io.encodeTraining(snapshot())]),
  'trpo/io encodeTraining': good(io.encodeTraining, () => [snapshot(), { note: 'x' }]),
  'trpo/io decodeSafetensors': good(io.decodeSafetensors, () => [bytes()]),
  'trpo/io encodeSafetensors': good(io.encodeSafetensors, () =>
    [new Map([['x', { shape: [2], data: new Float64Array(2) }]]), new Map([['note', 'x']])]),
  'trpo/io encodeSafetensors, a tensor': good(
    (tensor: unknown) => io.encodeSafetensors(new Map([['x', tensor]]) as never),
    () => [{ shape: [2], data: new Float64Array(2) }]),
  'trpo/io FileError': good(made(io.FileError), () => ['a problem']),

  'trpo/parallel threadMemory': good(parallel.threadMemory, () => [2, 16]),
  'trpo/parallel createThreads': good(
    parallel.createThreads, () => [parallel.threadMemory(2), 1, 2, { patience: 100, spin: 10 }]),
}

/** The functions of each entry by name, once each, without those of the host. */
export const exported: readonly string[] = Object.entries({
  trpo: core, 'trpo/parts': parts, 'trpo/envs': envs, 'trpo/io': io, 'trpo/parallel': parallel,
}).flatMap(([entry, module]) => Object.entries(module)
  .filter(([name, held]) => typeof held === 'function'
    && (entry === 'trpo' || (core as Record<string, unknown>)[name] !== held))
  .map(([name]) => `${entry} ${name}`))
