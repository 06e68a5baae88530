/**
 * `trpo eval FILE [ENV]`: evaluate a saved policy. The result goes to stdout, progress to stderr.
 * The environment is named by the file or by the second word; only the latter can name code.
 */
import process from 'node:process'
import type { Environment } from '../envs/index.ts'
import { FileError } from '../io/fileError.ts'
import { decodePolicy } from '../io/policyFile.ts'
import { decodeSafetensors } from '../io/safetensors.ts'
import type { Backend } from '../math/backend.ts'
import { moments } from '../math/moments.ts'
import { createFastest } from '../math/simd/backend.ts'
import { near } from '../rl/play/environments.ts'
import type { Policy } from '../rl/policy.ts'
import { describeSpace, type Space } from '../rl/world/space.ts'
import { type EvalArguments, parseEvalArguments } from './cli/evalArguments.ts'
import { UsageError } from './cli/failure.ts'
import { evalHelp } from './cli/help.ts'
import { describe, type Environments, findEnvironment, OWN, spacesOf } from './environments.ts'
import { evaluateNoticing, type EvaluationRequest, type EvaluationResult } from './evaluation.ts'
import { readWhole } from './files.ts'
import { type Host, readerOf } from './cli/host.ts'
import { exitCodes, listenForInterrupt } from './interrupt.ts'
import { createDisplay } from './show/display.ts'
import { grouped, wrap } from './show/format.ts'
import { fieldList, meanBeside, spread, stoppedEpisodes } from './show/summary.ts'
import { silent, type Terminal, terminal } from './show/terminal.ts'
import { shown, shownPath } from './show/text.ts'
import { withModule } from './worlds/load.ts'

/** Returns the exit code. */
export async function evalCommand(words: readonly string[], host: Host): Promise<number> {
  const given = parseEvalArguments(words)
  if (given.help) {
    process.stdout.write(evalHelp(readerOf(host)))
    return 0
  }
  const environments = await withModule(given, host.environments)
  const { file, request } = await resolveEvaluation(given, environments)
  const progress = given.quiet ? silent : terminal(process.stderr, process.env, given.color)
  const display = createDisplay(progress)
  const interrupt = listenForInterrupt()
  try {
    await interrupt.poll()
    const result = await evaluateNoticing(request, { progress, display, interrupt, streams: host.streams })
    display.clear()
    const output = terminal(process.stdout, process.env, given.color)
    const json = (): string => `${JSON.stringify(record(request, result))}\n`
    if (result.returns.length > 0) output.write(given.json ? json() : report(file, request, result, output))
    if (result.failure !== null) throw result.failure
    if (result.returns.length === 0) display.line(`no episode of ${grouped(request.episodes)} is complete`)
  } finally {
    display.clear()
    await interrupt.close()
  }
  return interrupt.signal === null ? 0 : exitCodes[interrupt.signal]
}

/** Which policy plays which episodes. */
type Wanted = Pick<EvalArguments,
  'file' | 'environment' | 'episodes' | 'seed' | 'deterministic' | 'problems'>

/** Reads the file. Throws a UsageError for words, files and environments that do not fit together. */
export async function resolveEvaluation(
  given: Wanted, environments: Environments, backendFor: (bytes: number) => Backend = fastestFor,
): Promise<{ readonly file: string; readonly request: EvaluationRequest }> {
  const { file, environment: name, episodes, seed, deterministic, problems } = given
  if (file === undefined || problems.length > 0) throw new UsageError(problems.join('\n'))
  const { policy, named } = readPolicy(file, backendFor)
  const environment = findEnvironment(name ?? named, environments)
  if (typeof environment === 'string') {
    if (name !== undefined || named === undefined) throw new UsageError(environment)
    throw new UsageError(`${shownPath(file)}: ${environment}; ${OWN}`)
  }
  const { observationSpace, actionSpace } = await spacesOf(environment)
  expectSameSpace(file, environment, 'observations', observationSpace, policy.observationSpace)
  expectSameSpace(file, environment, 'actions', actionSpace, policy.actionSpace)
  return { file, request: { policy, environment, episodes, seed, deterministic } }
}

/** With memory for a file's parameters, their transposes, and some rows to act in. */
function fastestFor(bytes: number): Backend {
  return createFastest(4 * bytes + 1048576)
}

/** The policy, and the environment that the file names. */
function readPolicy(
  file: string, backendFor: (bytes: number) => Backend,
): { readonly policy: Policy; readonly named: string | undefined } {
  const bytes = readWhole(file)
  try {
    const policy = decodePolicy(bytes, backendFor(bytes.length))
    return { policy, named: decodeSafetensors(bytes).metadata.get('extra.environment') }
  } catch (error) {
    throw error instanceof FileError ? new UsageError(`${shownPath(file)}: ${error.message}`) : error
  }
}

function expectSameSpace(
  file: string, { name }: Environment, what: string, expected: Space, got: Space,
): void {
  if (describeSpace(expected) === describeSpace(got)) return
  const words = describe(expected) === describe(got) ? describeSpace : describe
  const wanted = words(expected), found = words(got)
  const policy = `a policy for the ${what} of ${shown(name)}, ${near(wanted, found)}`
  throw new UsageError(`${shownPath(file)}: expected ${policy}, got one for ${near(found, wanted)}`)
}

function record(request: EvaluationRequest, { returns, lengths }: EvaluationResult): object {
  const { environment, seed, deterministic } = request
  const { mean, variance } = moments(returns)
  return {
    environment: environment.name, episodes: returns.length, seed, deterministic,
    mean, std: Math.sqrt(variance), returns: [...returns], lengths: [...lengths],
  }
}

function report(
  file: string, request: EvaluationRequest, { returns, lengths, stopped }: EvaluationResult, output: Terminal,
): string {
  const { policy, environment, episodes, seed, deterministic } = request
  const { net, observationSpace, actionSpace } = policy
  const { name, solvedReturn } = environment
  const columns = output.columns()
  const threshold = solvedReturn === null ? '' : ` (threshold ${solvedReturn} over 100 episodes)`
  const mean = meanBeside(solvedReturn, moments(returns).mean)
  const headline = `${shown(name)}: mean return ${mean}${threshold}.`
  const n = returns.length
  const network = [describe(observationSpace), ...net.sizes.slice(1, -1), describe(actionSpace)].join(' → ')
  const fields = fieldList([
    ['return', spread(returns)],
    ['length', spread(lengths) + stoppedEpisodes(stopped)],
    ['episodes', `${grouped(n)}${n < episodes ? ` of ${grouped(episodes)}` : ''}, seed ${seed}, `
      + (deterministic ? 'deterministic' : 'stochastic')],
    ['policy', `${shownPath(file)}: ${network}, ${net.activation.name}`],
  ], columns, output.paint)
  return `\n${output.paint.strong(wrap(headline, columns - 1).join('\n  '))}\n${fields}`
}
