/**
 * The worker's program: one training at a time, one record per iteration. Between two iterations it gives the
 * host a turn, so that orders arrive: a pause takes effect after the present iteration at the latest.
 * Besides what `train` itself needs it only looks, so its iterations are those of the command line, to the
 * bit.
 */
import { hashWeights } from '../../../src/nn/hash.ts'
import { encodePolicy } from '../../../src/io/policyFile.ts'
import { reference } from '../../../src/math/reference.ts'
import { Random } from '../../../src/math/random.ts'
import { createPolicy, initializePolicy } from '../../../src/rl/policy.ts'
import { createNormalizer } from '../../../src/rl/normalizer.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { type Iteration, train } from '../../../src/trpo/train.ts'
import { checkEnv } from '../../../src/verify/env/checkEnv.ts'
import type { IterationRecord, Opened, Order, Report, Setting } from '../protocol.ts'
import { iterationsOf, resolveSetting } from '../setting.ts'
import { pathOf } from './path.ts'
import { CAREFUL, createLooker, deterministicReturn, type Look, type Looker } from './look.ts'
import { type World, worldOf } from './world.ts'

/** What the program needs of what it runs in. */
export interface Host {
  readonly post: (report: Report) => void
  /** Milliseconds. */
  readonly now: () => number
  /** Resolves after the host has handled what waits for it, such as an order. */
  readonly turn: () => Promise<void>
  /** Whether programs here reach no network: a link may bring one that nobody has read. */
  readonly isIsolated: () => Promise<boolean>
}

/** A training that may be under way. */
interface Run {
  readonly id: number
  looker: Looker | null
  looking: Looker['looking']
  /** The last iteration that may be made. */
  until: number
  isOver: boolean
  /** Ends the wait for an order. */
  wake: () => void
}

const EXPOSED = 'src: expected a page whose programs reach no network, such as playground.html, got another'
/** Bytes that the policies of all iterations may take. */
const KEPT = 2.5e8
/** Milliseconds between two reports that a world is alive. */
const PULSE = 500

/** A function that obeys orders. */
export function createTrainings(host: Host): (order: Order) => void {
  let current: Run | null = null
  return (order) => {
    if (order.kind === 'open') {
      if (current !== null) current.isOver = true
      current?.wake()
      const { run: id, setting, looking } = order
      current = { id, looker: null, looking, until: 0, isOver: false, wake: () => {} }
      void conduct(current, setting, host)
    } else if (order.run === current?.id) {
      if (order.kind === 'allow') current.until = order.until
      else current.looking = order.looking
      current.wake()
    }
  }
}

/** The whole of a run; whatever is wrong with it is reported. */
async function conduct(run: Run, setting: Setting, host: Host): Promise<void> {
  try {
    let last = -Infinity
    const alive = (): void => {
      if (host.now() - last < PULSE) return
      last = host.now()
      host.post({ kind: 'alive', run: run.id })
    }
    const options = resolveSetting(setting)
    if (setting.source !== null && !await host.isIsolated()) throw new Error(EXPOSED)
    const world = worldOf(setting, alive)
    const problems = world.isOwn ? checkEnv(world.make) : Object.assign([], { remarks: [] })
    if (problems.length > 0) return host.post({ kind: 'refused', run: run.id, problems })
    const opened = openedOf(world, options, problems.remarks)
    host.post({ kind: 'opened', run: run.id, opened })
    await iterate(run, world, options, host)
    if (!run.isOver) host.post({ kind: 'finished', run: run.id })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (!run.isOver) host.post({ kind: 'refused', run: run.id, problems: message.split('\n') })
  }
}

function openedOf({ make, solvedReturn }: World, options: TrainOptions, remarks: readonly string[]): Opened {
  const env = make()
  const { observationSpace, actionSpace, maxEpisodeSteps = null } = env
  env.close?.()
  const normalizer = options.normalizeObservations === 'off'
    ? null : createNormalizer(observationSpace, options.observationClip)
  // As in createTrainer: the policy that the first batch is collected with.
  const { hiddenSizes, activation, initialLogStd, seed } = options
  const drawing = { ...options, normalizer }
  const policy = createPolicy(reference, observationSpace, actionSpace, hiddenSizes, activation, drawing)
  initializePolicy(policy, initialLogStd, new Random(seed).fork('policy'))
  const iterations = iterationsOf(options), bytes = encodePolicy(policy)
  if (iterations * bytes.length > KEPT) {
    const low = Math.ceil(iterations * options.batchSteps * bytes.length / KEPT)
    const expected = `at least ${low} with such a network, since all policies are kept`
    throw new RangeError(`batchSteps: expected ${expected}, got ${options.batchSteps}`)
  }
  return {
    options, observationSpace, actionSpace, maxEpisodeSteps, solvedReturn, iterations, policy: bytes, remarks,
  }
}

async function iterate(run: Run, world: World, options: TrainOptions, host: Host): Promise<void> {
  const { make } = world
  const looker = createLooker(make, host.now, options.batchSteps)
  const iterations = train(make, { ...options, observer: looker.observer })
  try {
    for (let made = 0; !run.isOver; made++) {
      await host.turn()
      while (made >= run.until && !run.isOver) await new Promise<void>((wake) => { run.wake = wake })
      if (run.isOver) return
      // The last one that may be made will be looked at for longer.
      const { looking } = run, isLast = made + 1 >= run.until
      looker.looking = isLast ? { ...looking, plane: Math.max(looking.plane, CAREFUL) } : looking
      const start = host.now()
      const { value, done } = iterations.next()
      if (done === true) return
      const record = recordOf(value, looker.take(), world, start, host.now)
      host.post({ kind: 'record', run: run.id, record })
    }
  } finally {
    iterations.return(undefined as never)
  }
}

function recordOf(
  iteration: Iteration, look: Look, { make, isOwn }: World, start: number, now: () => number,
): IterationRecord {
  const made = now()
  const { policy, episodes, meanReturnNow, meanReturn, meanLength } = iteration
  const { residuals, trials, curve, plane, plain, milliseconds: looked } = look
  const record = {
    iteration: iteration.iteration, steps: iteration.steps,
    episodes, meanReturnNow, meanReturn, meanLength,
    certificate: iteration.certificate, valueFit: iteration.valueFit, normalization: iteration.normalization,
    hash: hashWeights(policy), policy: encodePolicy(policy),
    residuals, trials, curve, plane, plain,
    deterministicReturn: deterministicReturn(policy, make), path: isOwn ? pathOf(policy, make) : null,
  }
  return { ...record, milliseconds: { update: made - start - looked, look: now() - made + looked } }
}
