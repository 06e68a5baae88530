/**
 * Evaluation episodes in chunks, so that a signal is noticed between them.
 */
import type { Environment } from '../envs/index.ts'
import { evaluate } from '../rl/evaluate.ts'
import type { Policy } from '../rl/policy.ts'
import { bar, type Display } from './show/display.ts'
import type { Interrupt } from './interrupt.ts'
import type { Terminal } from './show/terminal.ts'

export interface EvaluationRequest {
  readonly policy: Policy
  readonly environment: Environment
  readonly episodes: number
  readonly seed: number
  readonly deterministic: boolean
}

/** One number per episode; fewer than requested if a signal came. */
export interface EvaluationResult { readonly returns: Float64Array; readonly lengths: Float64Array }

/** Episodes between two checks for signals; an interrupted evaluation has at least as many. */
const CHUNK = 10

/**
 * The same episodes as one call of `evaluate`. If a signal came before, the first chunk; if one comes
 * meanwhile, the chunks that are complete.
 */
export async function evaluateInChunks(
  request: EvaluationRequest, progress: Terminal, display: Display, interrupt: Interrupt,
): Promise<EvaluationResult> {
  const { policy, environment, episodes, seed, deterministic } = request
  const returns: number[] = [], lengths: number[] = []
  while (returns.length < episodes) {
    const label = `evaluating, ${returns.length} of ${episodes} episodes`
    display.bar(bar(returns.length / episodes, label, progress.columns(), progress.paint))
    const first = returns.length
    const request = { episodes: Math.min(CHUNK, episodes - first), firstEpisode: first, seed, deterministic }
    const part = evaluate(policy, () => environment.make(), request)
    returns.push(...part.returns)
    lengths.push(...part.lengths)
    await interrupt.poll()
    if (interrupt.signal !== null) break
  }
  return { returns: Float64Array.from(returns), lengths: Float64Array.from(lengths) }
}
