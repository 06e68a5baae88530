/**
 * Evaluation episodes on the command line: with a bar, and with a turn of the event loop several times per
 * second, so that a signal is noticed also within an episode that does not end.
 */
import type { Environment } from '../envs/index.ts'
import type { Episodes } from '../rl/play/episodes.ts'
import { playEpisodesAsync } from '../rl/evaluate.ts'
import { EnvError } from '../rl/play/envError.ts'
import type { Policy } from '../rl/policy.ts'
import { clock } from './clock.ts'
import { makerOf } from './environments.ts'
import { bar, type Display } from './show/display.ts'
import type { Interrupt } from './interrupt.ts'
import type { Streams } from './process/streams.ts'
import type { Terminal } from './show/terminal.ts'

export interface EvaluationRequest {
  readonly policy: Policy
  readonly environment: Environment
  /** 0 for none. */
  readonly episodes: number
  readonly seed: number
  readonly deterministic: boolean
}

export interface EvaluationResult {
  /** One number per episode; fewer than requested if a signal came or the environment failed. */
  readonly returns: Float64Array
  readonly lengths: Float64Array
  /** Episodes among them that were stopped after the maximum number of steps. */
  readonly stopped: number
  /** What the environment did wrong, or null. */
  readonly failure: EnvError | null
}

/** What an evaluation shows itself on, and what ends it. */
export interface Surroundings {
  readonly progress: Terminal
  readonly display: Display
  readonly interrupt: Interrupt
  readonly streams: Streams
}

/** Milliseconds between two turns of the event loop. */
const TURN = 50
/** After a signal in the training: as many episodes, if they take no longer than as many milliseconds. */
const FEW = 10, SHORTLY = 1000

/**
 * The same episodes as one call of `evaluate`. If a signal comes meanwhile, the first ones that are complete.
 * If one came before, a few.
 */
export async function evaluateNoticing(
  request: EvaluationRequest, { progress, display, interrupt, streams }: Surroundings,
): Promise<EvaluationResult> {
  const { policy, environment, seed, deterministic } = request
  const late = interrupt.signal !== null
  const episodes = late ? Math.min(FEW, request.episodes) : request.episodes
  if (episodes === 0) return resultOf(null, null)
  const playing = playEpisodesAsync(policy, makerOf(environment), { episodes, seed, deterministic })
  // One record, which every step changes.
  let all: Episodes | null = null
  const started = clock()
  try {
    for (let turn = started, now = started; ; now = clock()) {
      if (all === null || now - turn >= TURN) {
        const label = `evaluating, ${all?.finished ?? 0} of ${episodes} episodes`
        display.bar(bar((all?.finished ?? 0) / episodes, label, progress.columns(), progress.paint))
        await interrupt.poll()
        if (interrupt.signal === null) streams.check()
        else if (!late || now - started >= SHORTLY) break
        turn = now
      }
      const next = await playing.next()
      if (next.done === true) break
      all = next.value
    }
    await playing.return(undefined as never)
    return resultOf(all, null)
  } catch (error) {
    if (error instanceof EnvError) return resultOf(all, error)
    throw error
  }
}

/** Of the first episodes that are complete: those that are complete anywhere would be the shorter ones. */
function resultOf(all: Episodes | null, failure: EnvError | null): EvaluationResult {
  const complete = all?.complete ?? 0
  return {
    returns: Float64Array.from(all?.returns.subarray(0, complete) ?? []),
    lengths: Float64Array.from(all?.lengths.subarray(0, complete) ?? []),
    stopped: all?.ends.subarray(0, complete).filter((how) => how === 2).length ?? 0,
    failure,
  }
}
