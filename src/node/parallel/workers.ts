/**
 * Whether a training may have several workers: each must find its environment again, by name or path.
 */
import { environments } from '../../envs/index.ts'
import { UsageError } from '../cli/failure.ts'
import type { Training } from '../cli/trainArguments.ts'
import type { Environments } from '../environments.ts'
import { shown } from '../show/text.ts'
import { looksLikeFile } from '../worlds/modulePath.ts'

/** Throws a UsageError if the training cannot have so many workers. */
export function expectWorkers(training: Training): void {
  const { environment: { name, make }, word, options: { envCount }, given: { workers } } = training
  if (workers === 1) return
  if (envCount % workers !== 0) {
    throw new UsageError(`--workers: expected a divisor of --env-count, ${envCount}, got ${workers}`)
  }
  const builtIn: Environments = environments
  if (looksLikeFile(word) || (Object.hasOwn(builtIn, name) && builtIn[name].make === make)) return
  // Code of a script cannot be sent to a thread.
  const problem = `expected 1 for ${shown(name)}, which is neither built in nor a path`
  throw new UsageError(`--workers: ${problem}, got ${workers}`)
}
