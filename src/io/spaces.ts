/**
 * A space as metadata, `{"kind":"discrete","n":2,"start":0}`. The bounds of a Box, which may be infinite, are
 * the tensors `NAME.low` and `NAME.high`.
 */
import { show } from '../errors/expect.ts'
import { type Space, spaceProblem } from '../rl/world/space.ts'
import { type Contents, takeTensor, takeText } from './contents.ts'
import { FileError } from './fileError.ts'
import { isJsonObject, readJson } from './json.ts'

/** The fields of each kind in the metadata, besides `kind`. */
const FIELDS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['box', []], ['discrete', ['n', 'start']], ['multiDiscrete', ['nvec']], ['multiBinary', ['n']],
])

/** Add the space to the contents. Throws a TypeError if it is not a space. */
export function putSpace({ tensors, metadata }: Contents, name: string, space: Space): void {
  const problem = spaceProblem(space)
  if (problem !== null) throw new TypeError(`${name}: ${problem}`)
  // JSON.stringify with a list writes only the listed fields, in that order.
  metadata.set(name, JSON.stringify(space, ['kind', ...FIELDS.get(space.kind)!]))
  if (space.kind !== 'box') return
  const { low, high } = space
  tensors.set(`${name}.low`, { shape: [low.length], data: low.slice() })
  tensors.set(`${name}.high`, { shape: [high.length], data: high.slice() })
}

/** Take out the space. Throws a FileError. */
export function takeSpace(contents: Contents, name: string): Space {
  const record = readJson(name, takeText(contents, name))
  if (!isJsonObject(record)) throw new FileError(`${name}: expected an object, got ${show(record)}`)
  const kind = record.get('kind')
  const fields = FIELDS.get(kind)
  if (fields === undefined) {
    const kinds = [...FIELDS.keys()].map(show).join(' | ')
    throw new FileError(`${name}: expected kind ${kinds}, got ${show(kind)}`)
  }
  const unknown = [...record.keys()].find((field) => field !== 'kind' && !fields.includes(field))
  if (unknown !== undefined) {
    throw new FileError(`${name}: expected ${['kind', ...fields].join(', ')}, got ${show(unknown)}`)
  }
  const space: Record<string, unknown> = { kind }
  for (const field of fields) space[field] = record.get(field)
  if (kind === 'box') {
    for (const bound of ['low', 'high']) space[bound] = takeTensor(contents, `${name}.${bound}`, 1).data
  }
  const problem = spaceProblem(space)
  if (problem !== null) throw new FileError(`${name}: ${problem}`)
  return space as unknown as Space
}
