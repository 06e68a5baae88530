/**
 * The words after `trpo info`: which file, and how it is shown. Pure.
 */
import { show } from '../../errors/expect.ts'
import { type Flag, readWords, switchFlag } from './words.ts'

export interface InfoArguments {
  /** As it was written; undefined if it was not. */
  readonly file: string | undefined
  readonly json: boolean
  readonly color: boolean
  readonly help: boolean
  /** One line each. */
  readonly problems: readonly string[]
}

export function parseInfoArguments(words: readonly string[]): InfoArguments {
  const problems: string[] = []
  const given = { json: false, color: true, help: false }
  let file: string | undefined
  const flags = new Map<string, Flag>([
    ['--json', switchFlag(() => { given.json = true })],
    ['--no-color', switchFlag(() => { given.color = false })],
    ['--help', switchFlag(() => { given.help = true })],
    ['-h', switchFlag(() => { given.help = true })],
  ])
  readWords(words, flags, problems, (word) => {
    if (file === undefined) file = word
    else problems.push(`${show(word)}: unexpected word; the file is already ${show(file)}`)
  })
  if (file === undefined && !given.help) problems.unshift('file: expected a file of trpo, got nothing')
  return { file, ...given, problems }
}
