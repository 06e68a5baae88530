/**
 * What an AbortController is, without a host: a signal that ends a training, and the way to give it.
 */
import type { StopSignal } from './late.ts'

export interface Stop {
  readonly signal: StopSignal
  abort(reason: unknown): void
  /** Follow the other signal no longer. */
  release(): void
}

/** A signal of one's own, which follows another if that is given. */
export function createStop(other?: StopSignal | undefined): Stop {
  const listeners = new Set<() => void>()
  let aborted = other?.aborted === true, reason = other?.reason
  const abort = (why: unknown): void => {
    if (aborted) return
    aborted = true
    reason = why
    for (const listener of listeners) listener()
  }
  const follow = (): void => abort(other!.reason)
  other?.addEventListener('abort', follow)
  return {
    signal: {
      get aborted() { return aborted },
      get reason() { return reason },
      addEventListener: (_, listener) => { listeners.add(listener) },
      removeEventListener: (_, listener) => { listeners.delete(listener) },
    },
    abort,
    release: () => other?.removeEventListener('abort', follow),
  }
}
