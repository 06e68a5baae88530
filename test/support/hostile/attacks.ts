/**
 * Attacks on safetensors files that are in print, each made of a valid file: on the container (Trail of Bits,
 * Safetensors security assessment, 2023: overlaps, gaps, duplicate keys, sizes that overflow, files that are
 * of several formats at once), on JSON (RFC 8259, sections 4 and 9: names that repeat, depth, long numbers),
 * on UTF-8 (RFC 3629, section 10), and on readers that are slow for something long.
 */
import { TextEncoder } from 'node:util'
import { doubles, fileOf, partsOf } from '../safetensorsFile.ts'

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>

/** By what is done. Every one must be refused, except those whose name begins with `sound: `. */
export function attacksOn(sample: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const { header, data } = partsOf(sample)
  const attacks = new Map<string, Uint8Array>()
  const names = Object.keys(JSON.parse(header) as Header).filter((name) => name !== '__metadata__')
  /** The file with another header: `edit` gets it parsed. */
  const edited = (
    what: string, edit: (header: Header, name: string, last: string) => void, bytes = data,
  ): void => {
    const parsed = JSON.parse(header) as Header
    edit(parsed, names[0], names.at(-1)!)
    attacks.set(what, fileOf(JSON.stringify(parsed), bytes))
  }
  const written = (what: string, text: string, bytes = data): unknown =>
    attacks.set(what, fileOf(text, bytes))
  const metadata = (what: string, add: string): unknown =>
    written(what, header.replace('"__metadata__":{', `"__metadata__":{${add},`))
  const length = (what: string, n: bigint): unknown => attacks.set(what, fileOf(header, data, n))
  const longer = doubles(...new Array<number>(64).fill(0))

  for (const [what, n] of [
    ['2⁶⁴ − 1', (1n << 64n) - 1n], ['2⁶³', 1n << 63n], ['2⁵³ + 1', (1n << 53n) + 1n],
    ['2³² more', (1n << 32n) + BigInt(header.length)], ['one more', BigInt(header.length + 1)],
    ['one less', BigInt(header.length - 1)], ['0', 0n], ['all of the file', BigInt(sample.length)],
    ['all of the rest', BigInt(sample.length - 8)],
  ] as const) length(`a header length of ${what}`, n)

  edited('a tensor over another', (all, name, last) => {
    all[last].data_offsets = [...all[name].data_offsets]
  })
  edited('all tensors over each other', (all) => {
    for (const name of names) {
      const [first, end] = all[name].data_offsets
      all[name].data_offsets = [0, end - first]
    }
  })
  edited('a gap before the last tensor', (all, _, last) => {
    all[last].data_offsets = all[last].data_offsets.map((at) => at + 8) as [number, number]
  }, Uint8Array.from([...data, ...new Uint8Array(8)]))
  edited('bytes after the last tensor', () => {}, Uint8Array.from([...data, ...longer]))
  edited('no data', () => {}, new Uint8Array(0))
  edited('offsets beyond the file', (all, _, last) => { all[last].data_offsets[1] = 2 ** 40 })
  edited('offsets beyond integers', (all, _, last) => { all[last].data_offsets[1] = 2 ** 60 })
  edited('offsets in the wrong order', (all, name) => { all[name].data_offsets.reverse() })
  edited('negative offsets', (all, name) => { all[name].data_offsets = [-8, 0] })
  edited('a shape whose bytes are 2⁶⁴', (all, name) => { all[name].shape = [2 ** 31, 2 ** 30] })
  edited('a shape whose bytes wrap to 0', (all, name) => {
    all[name].shape = [2 ** 32, 2 ** 32]
    all[name].data_offsets = [0, 0]
  })
  edited('a shape of 2⁵³ − 1', (all, name) => { all[name].shape = [2 ** 53 - 1] })
  edited('a shape of nothing times 2⁵³ − 1', (all, name) => { all[name].shape = [0, 2 ** 53 - 1] })
  edited('a shape of infinitely many', (all, name) => {
    all[name].shape = new Array<number>(99).fill(2 ** 52)
  })
  edited('100,000 axes of 1', (all, name) => { all[name].shape.push(...new Array<number>(100_000).fill(1)) })
  for (const dtype of ['F32', 'F16', 'I64', 'U8', 'BOOL', 'F8_E4M3', 'f64', '', 'constructor']) {
    edited(`dtype ${dtype} with the size of F64`, (all, name) => { all[name].dtype = dtype })
  }
  edited('an entry of a fourth field', (all, name) => { Object.assign(all[name], { strides: [1] }) })
  edited('an entry that is metadata', (all, name) => { Object.assign(all, { [name]: { a: 'b' } }) })
  edited('metadata that are a tensor', (all, name) => { all.__metadata__ = all[name] })
  edited('metadata of numbers', (all) => { Object.assign(all, { __metadata__: { format: 1 } }) })

  written('a name twice', header.replace(/\}\s*$/, `,${/"[^"]+":\{"dtype"[^}]*\}/.exec(header)![0]}`))
  written('metadata twice', header.replace(/\}\s*$/, ',"__metadata__":{}}'))
  written('a field twice', header.replace('"dtype":"F64"', '"dtype":"F64","dtype":"F64"'))
  metadata('a key twice', '"format":"another"')
  metadata('a key that is an escape twice', '"\\u0066ormat":"another"')
  metadata('an unpaired surrogate', '"extra.a":"\\ud800"')
  metadata('a control character', '"extra.a":"\u0001"')
  metadata('an unknown escape', '"extra.a":"\\x41"')
  metadata('__proto__ as a key', '"__proto__":"1"')
  metadata('__proto__ as an object', '"__proto__":{"format":"1"}')
  written('a comma at the end', header.replace(/\}\s*$/, ',}'))
  written('a comment', header.replace('{', '{/* a */'))
  written('NaN as an offset', header.replace(/\[0,/, '[NaN,'))
  written('a leading zero', header.replace(/\[0,/, '[00,'))
  written('a number of a million digits', header.replace(/\[0,/, `[0.${'0'.repeat(1_000_000)},`))
  written('a second object', `${header}${header}`)
  written('zeros after the header', `${header}\0\0\0\0`)
  written('a byte order mark', `\ufeff${header}`)
  written('white space before the header', ` ${header}`)
  written('an array 100,000 deep', '['.repeat(100_000))
  written('objects 100,000 deep', '{"a":'.repeat(100_000))
  written('depth in a tensor', header.replace('"shape":[', `"shape":[${'['.repeat(50_000)}`))
  metadata('depth in metadata', `"a":${'{"a":'.repeat(50_000)}`)
  written('a string without an end', `{"${'a'.repeat(1_000_000)}`)
  written('a million backslashes', `{"${'\\'.repeat(1_000_000)}`)
  written('25,000 empty tensors', `{${Array.from({ length: 25_000 }, (_, i) =>
    `"${i}":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}`)}}`, new Uint8Array(0))
  metadata('a key of a million letters', `"${'k'.repeat(1_000_000)}":"1"`)
  metadata('100,000 keys', `${Array.from({ length: 100_000 }, (_, i) => `"k${i}":"1"`)}`)

  for (const [what, ...bytes] of [
    ['a byte that is no UTF-8', 0xff], ['an overlong slash', 0xc0, 0xaf],
    ['an overlong null', 0xe0, 0x80, 0x80],
    ['a surrogate in UTF-8', 0xed, 0xa0, 0x80], ['a point beyond Unicode', 0xf4, 0x90, 0x80, 0x80],
    ['a sequence without its end', 0xf0, 0x9f],
  ] as const) {
    const text = new TextEncoder().encode(header)
    const wrong = Uint8Array.from([...text.subarray(0, -9), ...bytes, ...text.subarray(-9)])
    attacks.set(what, fileOf(wrong, data))
  }
  const endOfZip = [0x50, 0x4b, 5, 6, ...new Uint8Array(18)]
  attacks.set('a file that is a ZIP, too', Uint8Array.from([...sample, ...endOfZip]))
  attacks.set('a file with a file behind it', Uint8Array.from([...sample, ...sample]))
  return attacks
}

/** The same contents, written in another way. */
export function soundVariants(sample: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const { header, data } = partsOf(sample)
  const without = header.replace(/"crc32":"[0-9a-f]{8}",?/, '')
  const parsed = JSON.parse(without) as Header
  const { __metadata__: text, ...tensors } = parsed
  const reversed = Object.fromEntries(Object.entries(parsed).reverse())
  return new Map([
    ['without a checksum', fileOf(without, data)],
    ['names in the other order', fileOf(JSON.stringify(reversed), data)],
    ['metadata at the end', fileOf(JSON.stringify({ ...tensors, __metadata__: text }), data)],
    ['indented', fileOf(JSON.stringify(parsed, null, '\t'), data)],
    ['a million spaces', fileOf(without + ' '.repeat(1_000_000), data)],
    ['every letter as an escape', fileOf(without.replace(/"(?:[^"\\]|\\.)*"/g, escaped), data)],
  ])
}

/** A string of JSON with nothing but escapes. */
function escaped(string: string): string {
  const units = (JSON.parse(string) as string).split('')
  return `"${units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
}
