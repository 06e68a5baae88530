/**
 * `trpo bench`: the benchmark of the kernels, bench/kernels of the repository, which the build bundles as
 * dist/bench.js. It is loaded only when it is asked for.
 */
import { URL } from 'node:url'
import { messageOf } from '../errors/kinds.ts'
import { UsageError } from './cli/failure.ts'

interface Bench { kernels(words: readonly string[], publish: null): number }

export async function benchCommand(words: readonly string[]): Promise<number> {
  const { url } = import.meta as unknown as { readonly url: string }
  const { kernels } = await import(new URL('../bench.js', url).href) as Bench
  try {
    return kernels(words, null)
  } catch (error) {
    // The bundle has a class of its own by this name.
    const message = messageOf(error)
    if (message !== null && (error as Error).name === 'UsageError') throw new UsageError(message)
    throw error
  }
}
