/**
 * `trpo eval FILE [ENV]`: how good a saved policy is. The result on stdout, progress on stderr.
 * The file names an environment of the table, or the words do; no file can name code.
 */
import process from 'node:process'
import type { Environment } from '../envs/index.ts'
import { FileError } from '../io/fileError.ts'
import { decodePolicy } from '../io/policyFile.ts'
import { decodeSafetensors } from '../io/safetensors.ts'
import { moments } from '../math/moments.ts'
import { createFastest } from '../math/simd/backend.ts'
import type { Policy } from '../rl/policy.ts'
import { describeSpace, type Space } from '../rl/world/space.ts'
import { createDisplay } from './show/display.ts'
import { describe, findEnvironment, type Worlds } from './environments.ts'
import { type EvalArguments, parseEvalArguments } from './cli/evalArguments.ts'
import { evaluateInChunks, type Outcome, type Trial } from './evaluation.ts'
import { UsageError } from './cli/failure.ts'
import { readWhole } from './files.ts'
import { decimal, plural } from './show/format.ts'
import { evalHelp } from './cli/help.ts'
import { exitCodes, listenForInterrupt } from './interrupt.ts'
import { spread } from './show/summary.ts'
import { type Paint, silent, terminal } from './show/terminal.ts'

/** Returns the exit code. */
export async function evalCommand(words: readonly string[], worlds: Worlds): Promise<number> {
  const given = parseEvalArguments(words)
  if (given.help) {
    process.stdout.write(evalHelp)
    return 0
  }
  const trial = trialOf(given, worlds)
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const display = createDisplay(progress)
  const interrupt = listenForInterrupt()
  try {
    const outcome = await evaluateInChunks(trial, progress, display, interrupt)
    display.clear()
    const { paint } = terminal(process.stdout, process.env, given.color)
    process.stdout.write(given.json ? `${JSON.stringify(record(trial, outcome))}\n` : report(given.file!, trial, outcome, paint))
  } finally {
    display.clear()
    interrupt.close()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

/** Throws a UsageError for words, files and environments that do not go together. */
function trialOf({ file, environment, episodes, seed, deterministic, problems }: EvalArguments, worlds: Worlds): Trial {
  if (file === undefined || problems.length > 0) throw new UsageError(problems.join('\n'))
  const { policy, named } = readPolicy(file)
  const found = findEnvironment(environment ?? named, worlds)
  if (typeof found === 'string') throw new UsageError(environment === undefined && named !== undefined ? `${file}: ${found}` : found)
  const { observationSpace, actionSpace } = found.make()
  expectSame(file, found, 'observations', observationSpace, policy.observationSpace)
  expectSame(file, found, 'actions', actionSpace, policy.actionSpace)
  return { policy, environment: found, episodes, seed, deterministic }
}

/** The policy, and the environment that the file names. */
function readPolicy(file: string): { readonly policy: Policy; readonly named: string | undefined } {
  const bytes = readWhole(file)
  try {
    // Parameters, their transposes, and some rows to act for.
    const policy = decodePolicy(bytes, createFastest(4 * bytes.length + 1048576))
    return { policy, named: decodeSafetensors(bytes).metadata.get('extra.environment') }
  } catch (error) {
    throw error instanceof FileError ? new UsageError(`${file}: ${error.message}`) : error
  }
}

function expectSame(file: string, { name }: Environment, what: string, expected: Space, got: Space): void {
  if (describeSpace(expected) === describeSpace(got)) return
  const words = describe(expected) === describe(got) ? describeSpace : describe
  throw new UsageError(`${file}: expected a policy for the ${what} of ${name}, ${words(expected)}, got one for ${words(got)}`)
}

function record({ environment, seed, deterministic }: Trial, { returns, lengths }: Outcome): object {
  const { mean, variance } = moments(returns)
  return {
    environment: environment.name, episodes: returns.length, seed, deterministic, mean, std: Math.sqrt(variance),
    returns: [...returns], lengths: [...lengths],
  }
}

function report(file: string, { policy, environment, episodes, seed, deterministic }: Trial, { returns, lengths }: Outcome, paint: Paint): string {
  const { net, observationSpace, actionSpace } = policy
  const { name, solvedReturn } = environment
  const x = (value: number): string => decimal(value, 1, 12)
  const goal = solvedReturn === null ? '' : `; ${decimal(solvedReturn, 0, 12)} over 100 episodes counts as solved`
  const n = returns.length
  const lines = [
    ['return', `${spread(returns)}, ${n < episodes ? `only ${n} of ` : ''}${plural(episodes, 'episode')} of seed ${seed}, `
      + (deterministic ? 'deterministic' : 'stochastic')],
    ['length', spread(lengths)],
    ['policy', `${file}: ${[describe(observationSpace), ...net.sizes.slice(1, -1), describe(actionSpace)].join(' → ')}, ${net.activation.name}`],
  ]
  const list = lines.map(([title, text]) => `  ${paint.faint(title.padEnd(12))}${text}\n`)
  return `\n${paint.strong(`${name}: mean return ${x(moments(returns).mean)}${goal}.`)}\n${list.join('')}`
}
