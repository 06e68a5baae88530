/**
 * The command `trpo` as a function: which of its commands is meant, and the exit code it ends with.
 */
import process from 'node:process'
import { environments } from '../envs/index.ts'
import { show } from '../errors/expect.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { environmentTable, findEnvironment, type Worlds } from './environments.ts'
import { evalCommand } from './eval.ts'
import { failure, UsageError } from './cli/failure.ts'
import { evalHelp, mainHelp, trainHelp } from './cli/help.ts'
import { terminal } from './show/terminal.ts'
import { trainCommand } from './train.ts'
import { version } from './version.ts'

/**
 * Do what `words` say, as `trpo WORDS` does, with `worlds` as the environments it knows; resolves to the exit code.
 * Writes to the process's own streams. What goes wrong is told on stderr and in the code: nothing is thrown.
 * While it works, the first SIGINT or SIGTERM ends the run in good order.
 */
export async function main(words: readonly string[], worlds: Worlds = environments): Promise<number> {
  try {
    return await command(words, worlds)
  } catch (error) {
    const { code, message } = failure(error)
    process.stderr.write(`${message}\n`)
    return code
  }
}

async function command([name = '', ...words]: readonly string[], worlds: Worlds): Promise<number> {
  switch (name) {
    case 'train': return trainCommand(words, worlds)
    case 'eval': return evalCommand(words, worlds)
    case 'envs': return list(words, worlds)
    case '--version': return tell(`${version()}\n`)
    case '--help': case '-h': case 'help': return tell(words[0] === 'train' ? trainHelp() : words[0] === 'eval' ? evalHelp : mainHelp)
    default: throw new UsageError(unknown(name, worlds))
  }
}

function tell(text: string): number {
  process.stdout.write(text)
  return 0
}

function list(words: readonly string[], worlds: Worlds): number {
  if (words.includes('--help') || words.includes('-h')) return tell(mainHelp)
  const wrong = words.find((word) => word !== '--no-color')
  if (wrong !== undefined) throw new UsageError(`${wrong}: expected nothing after envs but --no-color`)
  return tell(environmentTable(worlds, terminal(process.stdout, process.env, words.length === 0).paint))
}

function unknown(name: string, worlds: Worlds): string {
  if (name === '') return `command: expected train, eval or envs, got nothing\n\n${mainHelp.trimEnd()}`
  if (name.startsWith('-')) return `${name}: unknown flag${perhaps(likely(name, ['--help', '--version']))}`
  const found = findEnvironment(name, worlds)
  if (typeof found !== 'string') return `${name}: expected a command first, as in trpo train ${found.name}`
  return `${show(name)}: unknown command${perhaps(likely(name, ['train', 'eval', 'envs']))} (trpo --help lists them)`
}
