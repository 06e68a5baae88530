/**
 * The words after `trpo export`: which policy becomes which file. Pure.
 */
import { show } from '../../errors/expect.ts'
import { fileFlag, type Flag, readWords, switchFlag } from './words.ts'

/** What a policy can be exported as, with the endings of files that say so. */
export const FORMATS = {
  onnx: ['.onnx'], js: ['.js', '.mjs'], json: ['.json'], safetensors: ['.safetensors'],
} as const
export type Format = keyof typeof FORMATS
const NAMES = Object.keys(FORMATS) as Format[]
const CHOICE = 'onnx, js, json or safetensors'

export interface ExportArguments {
  /** As they were written; undefined if they were not. */
  readonly file: string | undefined
  readonly out: string | undefined
  /** As given, or by the ending of `out`; undefined only if there is a problem. */
  readonly format: Format | undefined
  readonly float32: boolean
  readonly mask: boolean
  readonly dropClip: boolean
  readonly help: boolean
  /** One line each. */
  readonly problems: readonly string[]
}

export function parseExportArguments(words: readonly string[]): ExportArguments {
  const problems: string[] = []
  const given = { float32: false, mask: false, dropClip: false, help: false }
  let file: string | undefined, out: string | undefined, format: Format | undefined
  const flags = new Map<string, Flag>([
    ['--format', {
      takesValue: true,
      set(text) {
        if (NAMES.includes(text as Format)) format = text as Format
        else problems.push(`--format: expected ${CHOICE}, got ${text === null ? 'nothing' : show(text)}`)
      },
    }],
    ['--out', fileFlag('--out', problems, (path) => { out = path })],
    ['--float32', switchFlag(() => { given.float32 = true })],
    ['--mask', switchFlag(() => { given.mask = true })],
    ['--drop-clip', switchFlag(() => { given.dropClip = true })],
    ['--help', switchFlag(() => { given.help = true })],
    ['-h', switchFlag(() => { given.help = true })],
  ])
  readWords(words, flags, problems, (word) => {
    if (file === undefined) file = word
    else problems.push(`${show(word)}: unexpected word; the file is already ${show(file)}`)
  })
  if (given.help) return { file, out, format, ...given, problems }
  if (file === undefined) problems.unshift('file: expected a policy file, got nothing')
  const ending = out?.toLowerCase() ?? ''
  format ??= NAMES.find((name) => FORMATS[name].some((end) => ending.endsWith(end)))
  if (format === undefined && problems.length === 0) {
    problems.push(`--format: expected ${CHOICE}, got nothing`)
  }
  const only = (flag: string, isGiven: boolean, name: Format): void => {
    if (isGiven && format !== undefined && format !== name) {
      problems.push(`${flag}: expected --format ${name}, got ${format}`)
    }
  }
  only('--float32', given.float32, 'onnx')
  only('--mask', given.mask, 'onnx')
  only('--drop-clip', given.dropClip, 'safetensors')
  return { file, out, format, ...given, problems }
}
