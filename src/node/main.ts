#!/usr/bin/env node
/**
 * The command `trpo`: which of its commands is meant, and the exit code it ends with.
 */
import process from 'node:process'
import { show } from '../math/expect.ts'
import { perhaps } from './words.ts'
import { environmentTable, findEnvironment } from './envs.ts'
import { evalCommand } from './eval.ts'
import { failure, UsageError } from './failure.ts'
import { evalHelp, mainHelp, trainHelp } from './help.ts'
import { terminal } from './terminal.ts'
import { trainCommand } from './train.ts'
import { version } from './version.ts'

// A reader such as `head` that has seen enough is no fault, and a run goes on when nobody watches it.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.stderr.on('error', () => {})

try {
  process.exitCode = await command(process.argv.slice(2))
} catch (error) {
  const { code, message } = failure(error)
  process.stderr.write(`${message}\n`)
  process.exitCode = code
}

/** Returns the exit code. */
async function command([name = '', ...words]: readonly string[]): Promise<number> {
  switch (name) {
    case 'train': return trainCommand(words)
    case 'eval': return evalCommand(words)
    case 'envs': return list(words)
    case '--version': return tell(`${version()}\n`)
    case '--help': case '-h': case 'help': return tell(words[0] === 'train' ? trainHelp() : words[0] === 'eval' ? evalHelp : mainHelp)
    default: throw new UsageError(unknown(name))
  }
}

function tell(text: string): number {
  process.stdout.write(text)
  return 0
}

function list(words: readonly string[]): number {
  if (words.includes('--help') || words.includes('-h')) return tell(mainHelp)
  const wrong = words.find((word) => word !== '--no-color')
  if (wrong !== undefined) throw new UsageError(`${wrong}: expected nothing after envs but --no-color`)
  return tell(environmentTable(terminal(process.stdout, process.env, words.length === 0).paint))
}

function unknown(name: string): string {
  if (name === '') return `command: expected train, eval or envs, got nothing\n\n${mainHelp.trimEnd()}`
  if (name.startsWith('-')) return `${name}: unknown flag${perhaps(name, ['--help', '--version'])}`
  const found = findEnvironment(name)
  if (typeof found !== 'string') return `${name}: expected a command first, as in trpo train ${found.name}`
  return `${show(name)}: unknown command${perhaps(name, ['train', 'eval', 'envs'])} (trpo --help lists them)`
}
