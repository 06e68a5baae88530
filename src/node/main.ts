/**
 * The command `trpo` as a function: chooses the command by the first word, and returns the exit code.
 */
import process from 'node:process'
import { environments as builtIn } from '../envs/index.ts'
import { show } from '../errors/expect.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { VERSION } from '../io/version.ts'
import { benchCommand } from './bench.ts'
import { type Environments, environmentTable, findEnvironment } from './environments.ts'
import { evalCommand } from './eval.ts'
import { failure, UsageError } from './cli/failure.ts'
import { evalHelp, mainHelp, trainHelp } from './cli/help.ts'
import { terminal } from './show/terminal.ts'
import { trainCommand } from './train.ts'

/**
 * Does what `trpo WORDS` does, with the environments given; resolves to the exit code.
 * Writes to the streams of the process. Errors go to stderr and into the exit code; nothing is thrown.
 * The first SIGINT or SIGTERM ends a run in order: summary and saved policy included.
 */
export async function main(words: readonly string[], environments: Environments = builtIn): Promise<number> {
  try {
    return await command(words, environments)
  } catch (error) {
    const { code, message } = failure(error)
    process.stderr.write(`${message}\n`)
    return code
  }
}

async function command(
  [name = '', ...words]: readonly string[], environments: Environments,
): Promise<number> {
  switch (name) {
    case 'train': return trainCommand(words, environments)
    case 'eval': return evalCommand(words, environments)
    case 'envs': return listEnvironments(words, environments)
    case 'bench': return benchCommand(words)
    case '--version': return print(`${VERSION}\n`)
    case '--help': case '-h': case 'help':
      return words[0] === 'bench' ? benchCommand(['--help']) : print(helpOf(words[0]))
    default: throw new UsageError(commandProblem(name, environments))
  }
}

function helpOf(name: string | undefined): string {
  return name === 'train' ? trainHelp() : name === 'eval' ? evalHelp : mainHelp
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function listEnvironments(words: readonly string[], environments: Environments): number {
  if (words.includes('--help') || words.includes('-h')) return print(mainHelp)
  const unknown = words.find((word) => word !== '--no-color')
  if (unknown !== undefined) throw new UsageError(`${unknown}: unexpected word; envs takes --no-color only`)
  const { paint } = terminal(process.stdout, process.env, words.length === 0)
  return print(environmentTable(environments, paint))
}

/** What is wrong with a word that is no command. */
function commandProblem(name: string, environments: Environments): string {
  if (name === '') return `command: expected train, eval, envs or bench, got nothing\n\n${mainHelp.trimEnd()}`
  if (name.startsWith('-')) return `${name}: unknown flag${perhaps(likely(name, ['--help', '--version']))}`
  const found = findEnvironment(name, environments)
  if (typeof found !== 'string') return `${name}: expected a command first, as in trpo train ${found.name}`
  const suggestion = perhaps(likely(name, ['train', 'eval', 'envs', 'bench']))
  return `${show(name)}: unknown command${suggestion} (trpo --help lists them)`
}
