/**
 * The command `trpo` as a function: chooses the command by the first word, and returns the exit code.
 */
import process from 'node:process'
import { environments as builtIn } from '../envs/index.ts'
import { argumentError, show } from '../errors/expect.ts'
import { isArray, isPlainRecord } from '../errors/kinds.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { VERSION } from '../io/version.ts'
import { EnvError } from '../rl/play/envError.ts'
import { benchCommand } from './bench.ts'
import { type Environments, environmentTable, expectEnvironments, findEnvironment } from './environments.ts'
import { evalCommand } from './eval.ts'
import { failure, UsageError } from './cli/failure.ts'
import { evalHelp, mainHelp, trainHelp, watchHelp } from './cli/help.ts'
import { exportCommand } from './exports/export.ts'
import { exportHelp, infoHelp } from './exports/help.ts'
import { infoCommand } from './exports/info.ts'
import { inWordsOf, ownProgram, restartWords } from './cli/program.ts'
import { type Host, readerOf } from './cli/host.ts'
import type { Reader } from './show/page.ts'
import { terminal } from './show/terminal.ts'
import { shown, shownLines } from './show/text.ts'
import { listenToStreams, ReaderLeft } from './process/streams.ts'
import { plotCommand, plotHelp } from './runs/plot/plot.ts'
import { trainCommand } from './train.ts'
import { watchCommand } from './watch/watch.ts'
import { looksLikeFile } from './worlds/modulePath.ts'

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
    const host: Host = {
      environments: table, program: program ?? ownProgram(words), restart: restartWords(words), streams,
    }
    code = await keptPromises(command(words, host))
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

/** `work`, or an error if the process has nothing left to do before it is done: Node would end silently. */
async function keptPromises<T>(work: Promise<T>): Promise<T> {
  let listener = (): void => {}
  const forgotten = new Promise<never>((_, reject) => {
    const problem = 'environment: expected an answer, got a promise that nothing is left to keep'
    listener = () => reject(new EnvError(0, null, problem))
  })
  process.on('beforeExit', listener)
  try {
    return await Promise.race([work, forgotten])
  } finally {
    process.off('beforeExit', listener)
  }
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
  const print = (text: string): number => {
    process.stdout.write(text)
    return 0
  }
  switch (name) {
    case 'train': return trainCommand(words, host)
    case 'eval': return evalCommand(words, host)
    case 'watch': return watchCommand(words, host)
    case 'plot': return plotCommand(words, host)
    case 'export': return exportCommand(words, host)
    case 'info': return infoCommand(words, host)
    case 'envs': return await listEnvironments(words, host, print)
    case 'bench': return benchCommand(words)
    case '--version': case '-v': case 'version': return print(`${VERSION}\n`)
    case '--help': case '-h': case 'help':
      return words[0] === 'bench' ? benchCommand(['--help']) : print(helpOf(words, readerOf(host)))
    default: throw new UsageError(commandProblem(name, host))
  }
}

function helpOf([name, topic = null]: readonly (string | null)[], reader: Reader): string {
  switch (name) {
    case 'train': return trainHelp(topic, reader)
    case 'eval': return evalHelp(reader)
    case 'watch': return watchHelp(reader)
    case 'plot': return inWordsOf(reader.program, plotHelp)
    case 'export': return inWordsOf(reader.program, exportHelp)
    case 'info': return inWordsOf(reader.program, infoHelp)
    default: return mainHelp(reader)
  }
}

async function listEnvironments(
  words: readonly string[], host: Host, print: (text: string) => number,
): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) return print(mainHelp(readerOf(host)))
  const unknown = words.find((word) => word !== '--no-color')
  if (unknown !== undefined) {
    throw new UsageError(`${shown(unknown)}: unexpected word; envs takes --no-color only`)
  }
  const { paint, columns } = terminal(process.stdout, process.env, words.length === 0)
  return print(await environmentTable(host.environments, paint, columns()))
}

const COMMANDS = ['train', 'eval', 'watch', 'plot', 'export', 'info', 'envs', 'bench']

/** What is wrong with a word that is no command. */
function commandProblem(name: string, host: Host): string {
  const { environments } = host
  if (name === '') {
    const expected = `${COMMANDS.slice(0, -1).join(', ')} or ${COMMANDS.at(-1)}`
    return `command: expected ${expected}, got nothing\n\n${mainHelp(readerOf(host)).trimEnd()}`
  }
  if (name.startsWith('-')) {
    return `${shown(name)}: unknown flag${perhaps(likely(name, ['--help', '--version']))}`
  }
  const found = findEnvironment(name, environments)
  if (typeof found !== 'string' || looksLikeFile(name)) {
    const word = typeof found === 'string' ? name : found.name
    return `${shown(name)}: expected a command first, as in trpo train ${shown(word)}`
  }
  const suggestion = perhaps(likely(name, COMMANDS))
  return `${show(name)}: unknown command${suggestion} (trpo --help lists them)`
}
