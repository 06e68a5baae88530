/**
 * The command `trpo` as a function: chooses the command by the first word, and returns the exit code.
 */
import process from 'node:process'
import { environments as builtIn } from '../envs/index.ts'
import { argumentError, show } from '../errors/expect.ts'
import { isArray, isPlainRecord } from '../errors/kinds.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { VERSION } from '../io/version.ts'
import { benchCommand } from './bench.ts'
import {
  type Environments, environmentTable, expectEnvironments, findEnvironment, looksLikeFile,
} from './environments.ts'
import { evalCommand } from './eval.ts'
import { failure, UsageError } from './cli/failure.ts'
import { evalHelp, mainHelp, trainHelp } from './cli/help.ts'
import { inWordsOf, ownProgram } from './cli/program.ts'
import type { Host } from './cli/host.ts'
import { terminal } from './show/terminal.ts'
import { shown, shownLines } from './show/text.ts'
import { listenToStreams, ReaderLeft } from './process/streams.ts'
import { trainCommand } from './train.ts'

/**
 * Does what `trpo WORDS` does, with the environments given; resolves to the exit code.
 * Writes to the streams of the process. Errors go to stderr and into the exit code; nothing is thrown.
 * The first SIGINT, SIGTERM or SIGHUP ends a run in order: summary and saved policy included. A second one
 * ends the process at once. If the reader of stdout leaves, the run ends in order, too, with exit code 0.
 */
export async function main(words: readonly string[], environments: Environments = builtIn): Promise<number> {
  return run(words, environments, null)
}

/** `main`, for a user who types `program`; null for the script that this process runs. */
export async function run(
  words: readonly string[], environments: Environments, program: string | null,
): Promise<number> {
  const streams = listenToStreams()
  let code = 0
  let reported: unknown = null
  try {
    expectArguments(words, environments)
    const table = expectEnvironments(environments)
    code = await command(words, { environments: table, program: program ?? ownProgram(words), streams })
  } catch (error) {
    reported = error
    code = report(error)
  }
  const problem = await streams.settle()
  if (problem !== null && problem !== reported) {
    const own = report(problem)
    if (code === 0) code = own
    await streams.settle()
  }
  streams.close()
  return code
}

/** Characters of an error, which may quote other code. */
const LONGEST = 20_000

/** One error on stderr; returns its exit code. */
function report(error: unknown): number {
  // Nothing went wrong: `head` has read enough.
  if (error instanceof ReaderLeft) return 0
  const { code, message } = failure(error)
  process.stderr.write(`${shownLines(message.slice(0, LONGEST))}\n`)
  return code
}

function expectArguments(words: unknown, environments: unknown): void {
  if (!isArray(words)) throw new UsageError(argumentError('words', 'an array of strings', words).message)
  words.forEach((word, i) => {
    if (typeof word !== 'string') throw new UsageError(argumentError(`words[${i}]`, 'a string', word).message)
  })
  if (!isPlainRecord(environments)) {
    throw new UsageError(argumentError('environments', 'a record of environments', environments).message)
  }
}

async function command([name = '', ...words]: readonly string[], host: Host): Promise<number> {
  const { environments, program } = host
  const print = (text: string): number => {
    process.stdout.write(inWordsOf(program, text))
    return 0
  }
  switch (name) {
    case 'train': return trainCommand(words, host)
    case 'eval': return evalCommand(words, host)
    case 'envs': return listEnvironments(words, environments, print)
    case 'bench': return benchCommand(words)
    case '--version': case '-v': case 'version': return print(`${VERSION}\n`)
    case '--help': case '-h': case 'help':
      return words[0] === 'bench' ? benchCommand(['--help']) : print(helpOf(words[0]))
    default: throw new UsageError(commandProblem(name, environments))
  }
}

function helpOf(name: string | undefined): string {
  return name === 'train' ? trainHelp() : name === 'eval' ? evalHelp : mainHelp
}

function listEnvironments(
  words: readonly string[], environments: Environments, print: (text: string) => number,
): number {
  if (words.includes('--help') || words.includes('-h')) return print(mainHelp)
  const unknown = words.find((word) => word !== '--no-color')
  if (unknown !== undefined) {
    throw new UsageError(`${shown(unknown)}: unexpected word; envs takes --no-color only`)
  }
  const { paint } = terminal(process.stdout, process.env, words.length === 0)
  return print(environmentTable(environments, paint))
}

/** What is wrong with a word that is no command. */
function commandProblem(name: string, environments: Environments): string {
  if (name === '') return `command: expected train, eval, envs or bench, got nothing\n\n${mainHelp.trimEnd()}`
  if (name.startsWith('-')) {
    return `${shown(name)}: unknown flag${perhaps(likely(name, ['--help', '--version']))}`
  }
  const found = findEnvironment(name, environments)
  if (typeof found !== 'string') {
    return `${shown(name)}: expected a command first, as in trpo train ${shown(found.name)}`
  }
  if (looksLikeFile(name)) return found
  const suggestion = perhaps(likely(name, ['train', 'eval', 'envs', 'bench']))
  return `${show(name)}: unknown command${suggestion} (trpo --help lists them)`
}
