/**
 * The words after `trpo eval`, read: which file, which environment, which episodes. Pure.
 */
import { show } from '../../errors/expect.ts'
import { EVAL_EPISODES } from './trainArguments.ts'
import { type Flag, integerFlag, readWords, switchFlag } from './words.ts'

export interface EvalArguments {
  /** As they were written; undefined where they were not. */
  readonly file: string | undefined
  readonly environment: string | undefined
  readonly episodes: number
  readonly seed: number
  readonly deterministic: boolean
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly help: boolean
  /** A line each. */
  readonly problems: readonly string[]
}

export function parseEvalArguments(words: readonly string[]): EvalArguments {
  const problems: string[] = []
  const given = { episodes: EVAL_EPISODES, seed: 0, deterministic: true, json: false, quiet: false, color: true, help: false }
  const places: string[] = []
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
  readWords(words, flags, problems, (word) => {
    if (places.length < 2) places.push(word)
    else problems.push(`${show(word)}: expected a file and an environment, and both came before`)
  })
  const [file, environment] = places
  if (file === undefined && !given.help) problems.unshift('file: expected that of a policy, got nothing')
  return { file, environment, ...given, problems }
}
