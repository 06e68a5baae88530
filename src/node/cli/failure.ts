/**
 * Whose fault it was, as an exit code: 1 ours, 2 the command's, 3 the environment's.
 */
import { EnvError } from '../../rl/guard.ts'

/** How V8 puts it when an array is too large for the machine, or for any. */
const OUT_OF_MEMORY = /allocation failed|^Invalid (typed )?array (buffer )?length/

/** Words on the command line that cannot be obeyed, files named there included; a line each. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Failure { readonly code: number; readonly message: string }

export function failure(error: unknown): Failure {
  if (error instanceof UsageError) return { code: 2, message: error.message }
  if (error instanceof EnvError) return { code: 3, message: error.message }
  if (error instanceof RangeError && OUT_OF_MEMORY.test(error.message)) {
    const cure = 'lower --batch-steps, --env-count, --hidden-sizes or --value-hidden-sizes'
    return { code: 2, message: `not enough memory: ${cure} (${error.message})` }
  }
  const trace = error instanceof Error ? error.stack ?? error.message : String(error)
  return { code: 1, message: `internal error, please report it: ${trace}` }
}
