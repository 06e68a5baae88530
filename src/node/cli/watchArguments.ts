/**
 * The words after `trpo watch`: which file, which environment, which episodes, how fast. Pure.
 */
import { readFileWords } from './evalArguments.ts'
import { type Flag, integerFlag, switchFlag } from './words.ts'

export interface WatchArguments {
  /** As they were written; undefined if they were not. */
  readonly file: string | undefined
  readonly environment: string | undefined
  readonly episodes: number
  readonly seed: number
  readonly deterministic: boolean
  /** Frames per second, one frame per step. */
  readonly fps: number
  readonly color: boolean
  readonly help: boolean
  /** One line each. */
  readonly problems: readonly string[]
}

export const WATCH_EPISODES = 3, WATCH_FPS = 30

export function parseWatchArguments(words: readonly string[]): WatchArguments {
  const problems: string[] = []
  const given = {
    episodes: WATCH_EPISODES, seed: 0, deterministic: true, fps: WATCH_FPS, color: true, help: false,
  }
  const flags = new Map<string, Flag>([
    ['--episodes', integerFlag('--episodes', 1, problems, (value) => { given.episodes = value })],
    ['--seed', integerFlag('--seed', 0, problems, (value) => { given.seed = value })],
    ['--fps', integerFlag('--fps', 1, problems, (value) => { given.fps = value })],
    ['--deterministic', switchFlag(() => { given.deterministic = true })],
    ['--stochastic', switchFlag(() => { given.deterministic = false })],
    ['--no-color', switchFlag(() => { given.color = false })],
    ['--help', switchFlag(() => { given.help = true })],
    ['-h', switchFlag(() => { given.help = true })],
  ])
  return { ...readFileWords(words, flags, problems), ...given, problems }
}
