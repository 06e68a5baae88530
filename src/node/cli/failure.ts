/**
 * The exit code of an error, by its cause: 1 this program, 2 the command line or a file, 3 the environment.
 */
import { show } from '../../errors/expect.ts'
import { messageOf } from '../../errors/kinds.ts'
import { EnvError } from '../../rl/play/envError.ts'

/** V8's words for an array that is too large for the machine, or for any machine. */
const OUT_OF_MEMORY = /allocation failed|^Invalid (typed )?array (buffer )?length/

/** The command line is wrong, or a file that it names; one line per problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Failure { readonly code: number; readonly message: string }

export function failure(error: unknown): Failure {
  if (error instanceof UsageError) return { code: 2, message: error.message }
  if (error instanceof EnvError) return { code: 3, message: error.message }
  const message = messageOf(error)
  if (message !== null && (error as Error).name === 'RangeError' && OUT_OF_MEMORY.test(message)) {
    const cure = 'lower --batch-steps, --env-count, --hidden-sizes or --value-hidden-sizes'
    return { code: 2, message: `not enough memory: ${cure} (${message})` }
  }
  const trace = message === null ? show(error) : (error as Error).stack ?? message
  return { code: 1, message: `internal error, please report it: ${trace}` }
}
