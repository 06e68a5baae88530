/**
 * The words after `trpo eval`: which file, which environment, which episodes. Pure.
 */
import { show } from '../../errors/expect.ts'
import { EVAL_EPISODES } from './trainArguments.ts'
import { type Flag, integerFlag, readWords, switchFlag } from './words.ts'

export interface EvalArguments {
  /** As they were written; undefined if they were not. */
  readonly file: string | undefined
  readonly environment: string | undefined
  readonly episodes: number
  readonly seed: number
  readonly deterministic: boolean
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly help: boolean
  /** One line each. */
  readonly problems: readonly string[]
}

export function parseEvalArguments(words: readonly string[]): EvalArguments {
  const problems: string[] = []
  const given = {
    episodes: EVAL_EPISODES, seed: 0, deterministic: true,
    json: false, quiet: false, color: true, help: false,
  }
  const flags = new Map<string, Flag>([
    ['--episodes', integerFlag('--episodes', 1, problems, (value) => { given.episodes = value })],
    ['--seed', integerFlag('--seed', 0, problems, (value) => { given.seed = value })],
    ['--deterministic', switchFlag(() => { given.deterministic = true })],
    ['--stochastic', switchFlag(() => { given.deterministic = false })],
    ['--json', switchFlag(() => { given.json = true })],
    ['--quiet', switchFlag(() => { given.quiet = true })],
    ['--no-color', switchFlag(() => { given.color = false })],
    ['--help', switchFlag(() => { given.help = true })],
    ['-h', switchFlag(() => { given.help = true })],
  ])
  return { ...readFileWords(words, flags, problems), ...given, problems }
}

/** Words after which a file and perhaps an environment are named; without a file there must be a --help. */
export function readFileWords(
  words: readonly string[], flags: ReadonlyMap<string, Flag>, problems: string[],
): { readonly file: string | undefined; readonly environment: string | undefined } {
  const positional: string[] = []
  readWords(words, flags, problems, (word) => {
    if (positional.length < 2) positional.push(word)
    else problems.push(`${show(word)}: unexpected word; the environment is already ${show(positional[1])}`)
  })
  const [file, environment] = positional
  if (file === undefined) problems.unshift('file: expected a policy file, got nothing')
  return { file, environment }
}
