/**
 * Episodes to judge a policy by, in chunks, so that a signal is noticed between them.
 */
import type { Environment } from '../envs/index.ts'
import { evaluate } from '../rl/evaluate.ts'
import type { Policy } from '../rl/policy.ts'
import { bar, type Display } from './show/display.ts'
import type { Interrupt } from './interrupt.ts'
import type { Terminal } from './show/terminal.ts'

export interface Trial {
  readonly policy: Policy
  readonly environment: Environment
  readonly episodes: number
  readonly seed: number
  readonly deterministic: boolean
}

/** Of each episode; both shorter than was asked where a signal came. */
export interface Outcome { readonly returns: Float64Array; readonly lengths: Float64Array }

/** Episodes between two looks at the signals, and those of an evaluation cut short. */
const CHUNK = 10

/**
 * What one call of `evaluate` gives. A signal that came before leaves the first chunk, one that comes now the chunks
 * there are.
 */
export async function evaluateInChunks(
  { policy, environment, episodes, seed, deterministic }: Trial, progress: Terminal, display: Display, interrupt: Interrupt,
): Promise<Outcome> {
  const returns: number[] = [], lengths: number[] = []
  while (returns.length < episodes) {
    const label = `evaluating, ${returns.length} of ${episodes} episodes`
    display.bar(bar(returns.length / episodes, label, progress.columns(), progress.paint))
    const first = returns.length
    const request = { episodes: Math.min(CHUNK, episodes - first), first, seed, deterministic }
    const part = evaluate(policy, () => environment.make(), request)
    returns.push(...part.returns)
    lengths.push(...part.lengths)
    await interrupt.breathe()
    if (interrupt.signal !== null) break
  }
  return { returns: Float64Array.from(returns), lengths: Float64Array.from(lengths) }
}
