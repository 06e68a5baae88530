/**
 * `trpo info FILE`: what a file is, on stdout, in words or as JSON.
 */
import process from 'node:process'
import { visible } from '../../errors/visible.ts'
import { spaceRecord } from '../../io/export/json.ts'
import { FileError } from '../../io/fileError.ts'
import type { Space } from '../../rl/world/space.ts'
import { UsageError } from '../cli/failure.ts'
import type { Host } from '../cli/host.ts'
import { parseInfoArguments } from '../cli/infoArguments.ts'
import { inWordsOf } from '../cli/program.ts'
import { describe } from '../environments.ts'
import { readWhole } from '../files.ts'
import { decimal, grouped, plural, wrap } from '../show/format.ts'
import { type Field, fieldList, TEXT_COLUMN } from '../show/summary.ts'
import { type Paint, terminal } from '../show/terminal.ts'
import { shown, shownPath } from '../show/text.ts'
import { infoHelp } from './help.ts'
import { type FileRecord, type NetworkRecord, recordOf } from './record.ts'

/** Returns the exit code. */
export function infoCommand(words: readonly string[], { program }: Host): number {
  const { file, json, color, help, problems } = parseInfoArguments(words)
  if (help) {
    process.stdout.write(inWordsOf(program, infoHelp))
    return 0
  }
  if (file === undefined || problems.length > 0) throw new UsageError(problems.join('\n'))
  const bytes = readWhole(file)
  const record = (): FileRecord => {
    try {
      return recordOf(bytes)
    } catch (error) {
      throw error instanceof FileError ? new UsageError(`${shownPath(file)}: ${error.message}`) : error
    }
  }
  const output = terminal(process.stdout, process.env, color)
  output.write(json ? jsonOf(record()) : report(file, record(), output.columns(), output.paint))
  return 0
}

/** One line; bounds that are infinite are null. */
function jsonOf(record: FileRecord): string {
  const { spaces } = record
  const plain = spaces === null ? null
    : { observation: spaceRecord(spaces.observation), action: spaceRecord(spaces.action) }
  return `${JSON.stringify({ ...record, spaces: plain })}\n`
}

const KINDS: Readonly<Record<string, string>> = {
  'trpo policy': 'a policy', 'trpo value': 'a value function', 'trpo training': 'a training',
}
/** Text that `trpo train` adds; other text is shown with its name, which may be anything. */
const USUAL: readonly string[] = ['environment', 'steps', 'command']
/** Characters of a text, and numbers of a list, that are shown. */
const LONGEST = 500, FEW = 8

/** The record in words, as lines of at most `columns` − 1 characters if no word is longer. */
export function report(file: string, record: FileRecord, columns: number, paint: Paint): string {
  const { format, writer, crc32, bytes, tensors, numbers, network, spaces, policy, training, extra } = record
  const text = (name: string, value: string): Field =>
    [name, wrap(visible(value, LONGEST), columns - 1 - TEXT_COLUMN)]
  const fields: Field[] = []
  if (spaces !== null) {
    fields.push(['observation', spaceText(spaces.observation)], ['action', spaceText(spaces.action)])
  }
  if (policy !== null) {
    const { distribution, actionBounds, std } = policy
    const how = actionBounds === 'squash' ? ', squashed into bounds' : ', clipped'
    const bounds = actionBounds === null ? '' : how
    const sigma = std === null ? '' : `, σ ${few(std, digits)}`
    fields.push(['drawn from', distribution + sigma + bounds])
  }
  if (network !== null) fields.push(...networkFields(network))
  if (training !== null) fields.push(...trainingFields(training))
  for (const name of USUAL) if (Object.hasOwn(extra, name)) fields.push(text(name, extra[name]))
  for (const [name, value] of Object.entries(extra)) {
    if (!USUAL.includes(name)) fields.push(text('text', `${shown(name)}: ${value}`))
  }
  const size = `${plural(bytes, 'byte')}, ${plural(tensors, 'tensor')} of ${plural(numbers, 'number')} in all`
  fields.push(['writer', shown(writer)],
    ['file', `${size}, ${crc32 === null ? 'no checksum' : `crc32 ${crc32}, undamaged`}`])
  const head = wrap(`${shownPath(file)}: ${KINDS[format]}`, columns - 1).join('\n  ')
  return `${paint.strong(head)}\n${fieldList(fields, columns, paint)}`
}

function networkFields({ sizes, activation, parameters, hash, normalizer }: NetworkRecord): Field[] {
  const states = normalizer === null ? '' : plural(normalizer.states, 'state')
  return [
    ['network', `${few(sizes, String, ' → ')}, ${activation}, ${plural(parameters, 'parameter')}`],
    ['weights', `hash ${hash}`],
    ['normaliser', normalizer === null ? 'none' : normalizer.states === 0 ? 'no statistics yet'
      : `of ${states}, ${normalizer.clip === null ? 'not clipped' : `clipped at ±${normalizer.clip}`}`],
  ]
}

function trainingFields({ iteration, steps, options, recent }: NonNullable<FileRecord['training']>): Field[] {
  const { totalSteps, seed, hiddenSizes, valueHiddenSizes, activation } = options
  const layers = (sizes: readonly number[]): string => sizes.length === 0 ? 'none' : few(sizes, String, ' → ')
  return [
    ['progress', `${grouped(steps)} of ${grouped(totalSteps)} steps, ${plural(iteration, 'iteration')}`],
    ['return', recent === null ? 'no finished episode'
      : `${decimal(recent.meanReturn, 1, 12)}, mean of the last ${plural(recent.episodes, 'episode')}`],
    ['hidden', `policy ${layers(hiddenSizes)}, value ${layers(valueHiddenSizes)}, ${activation}`],
    ['seed', String(seed)],
  ]
}

/** Kind, size, and the first few bounds. */
function spaceText(space: Space): string {
  if (space.kind === 'discrete') {
    const { n, start } = space
    return describe(space) + (start === 0 ? '' : `: ${start} … ${start + n - 1}`)
  }
  if (space.kind !== 'box') return describe(space)
  const { low, high } = space
  const range = (x: number, j: number): string => `${digits(x)} … ${digits(high[j])}`
  return `Box(${low.length}): ${few(Array.from(low), range)}`
}

/** The first few of a list. */
function few<T>(all: readonly T[], write: (x: T, i: number) => string, between: string = ', '): string {
  const shownOnes = all.slice(0, FEW).map((x, i) => write(x, i)).join(between)
  return all.length > FEW ? `${shownOnes}${between}… ${all.length} in all` : shownOnes
}

/** A number to four digits. */
function digits(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(4))) : x > 0 ? '∞' : '-∞'
}
