/**
 * WebAssembly read back: sections, types, imports, exports and function bodies, by instruction name.
 * WebAssembly core specification 2.0, chapter 5; written from its opcode tables, not from the assembler's.
 * But: instructions on i32, f64, f64x2, i64x2 and v128 alone, and i32x4.extract_lane. Others are refused as
 * unknown, among them every instruction of relaxed SIMD; so are tables, globals, data, calls and blocks with
 * results.
 */

export type ValueType = 'i32' | 'f64' | 'v128'
const VALUE_TYPES: Readonly<Record<number, ValueType>> = { 0x7f: 'i32', 0x7c: 'f64', 0x7b: 'v128' }

export interface Instruction {
  /** Offset in the module. */
  readonly at: number
  readonly name: string
  /** A constant, an index, a lane; offset and log₂ of the alignment; the bytes of a vector. */
  readonly immediates: readonly number[]
}

export interface FunctionBody {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  /** Those declared, without parameters. */
  readonly locals: readonly ValueType[]
  readonly instructions: readonly Instruction[]
}

export interface Module {
  /** Numbers of the sections in their order. */
  readonly sections: readonly number[]
  readonly memories: readonly { readonly module: string; readonly name: string; readonly minimum: number }[]
  readonly functions: readonly FunctionBody[]
  /** Name to index of a function. */
  readonly exports: ReadonlyMap<string, number>
}

/** What follows an opcode: an index, a type, alignment and offset, these and a lane, a lane, a constant. */
type Immediate = '' | 'index' | 'block' | 'memory' | 'memory lane' | 'lane' | 'i32' | 'f64' | 'bytes'

export interface Opcode {
  readonly name: string
  readonly immediate: Immediate
  readonly operands: readonly ValueType[]
  readonly results: readonly ValueType[]
  /** Bytes that a load or store touches, lanes that a lane instruction knows. */
  readonly size: number
}

/**
 * Rows of consecutive opcodes: the first one; operands > results (i, f, v); for some an immediate, with the
 * bytes of memory or the number of lanes; names, '-' for an opcode that is not ours.
 */
function opcodes(rows: string): ReadonlyMap<number, Opcode> {
  const map = new Map<number, Opcode>()
  const letters: Readonly<Record<string, ValueType>> = { i: 'i32', f: 'f64', v: 'v128' }
  const types = (word: string): ValueType[] => Array.from(word, (letter) => letters[letter])
  for (const row of rows.trim().split('\n')) {
    const [first, signature, kind, names] = row.split('|').map((cell) => cell.trim())
    const [operands, results] = signature.split('>').map((word) => types(word.trim()))
    const [immediate, size] = kind.split(':')
    names.split(/\s+/).forEach((name, i) => {
      const code = parseInt(first, 16) + i
      if (name === '-') return
      map.set(code, { name, immediate: immediate as Immediate, operands, results, size: Number(size ?? 0) })
    })
  }
  return map
}

/** 5.4.1–5.4.7. The types of control, drop and variables are not fixed: validator.ts knows them. */
export const PLAIN: ReadonlyMap<number, Opcode> = opcodes(`
  00 | > || unreachable nop
  02 | > | block | block loop if
  05 | > || else
  0b | > || end
  0c | > | index | br br_if
  0f | > || return
  1a | > || drop
  20 | > | index | local.get local.set local.tee
  28 | i>i | memory:4 | i32.load
  2b | i>f | memory:8 | f64.load
  36 | ii> | memory:4 | i32.store
  39 | if> | memory:8 | f64.store
  41 | >i | i32 | i32.const
  44 | >f | f64 | f64.const
  45 | i>i || i32.eqz
  46 | ii>i || i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u
  61 | ff>i || f64.eq f64.ne f64.lt f64.gt f64.le f64.ge
  67 | i>i || i32.clz i32.ctz i32.popcnt
  6a | ii>i || i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor
  74 | ii>i || i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr
  99 | f>f || f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt
  a0 | ff>f || f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign
`)

/** 5.4.8, after the byte 0xfd. Relaxed SIMD begins at 0x100. */
export const VECTOR: ReadonlyMap<number, Opcode> = opcodes(`
  00 | i>v | memory:16 | v128.load
  07 | i>v | memory:1 | v128.load8_splat
  08 | i>v | memory:2 | v128.load16_splat
  09 | i>v | memory:4 | v128.load32_splat
  0a | i>v | memory:8 | v128.load64_splat
  0b | iv> | memory:16 | v128.store
  0c | >v | bytes | v128.const
  14 | f>v || f64x2.splat
  1b | v>i | lane:4 | i32x4.extract_lane
  21 | v>f | lane:2 | f64x2.extract_lane
  22 | vf>v | lane:2 | f64x2.replace_lane
  47 | vv>v || f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge
  4d | v>v || v128.not
  4e | vv>v || v128.and v128.andnot v128.or v128.xor
  52 | vvv>v || v128.bitselect
  53 | v>i || v128.any_true
  57 | iv>v | memory lane:8 | v128.load64_lane
  5b | iv> | memory lane:8 | v128.store64_lane
  5c | i>v | memory:4 | v128.load32_zero
  5d | i>v | memory:8 | v128.load64_zero
  74 | v>v || f64x2.ceil f64x2.floor
  7a | v>v || f64x2.trunc
  94 | v>v || f64x2.nearest
  c0 | v>v || i64x2.abs i64x2.neg
  c3 | v>i || i64x2.all_true i64x2.bitmask
  cb | vi>v || i64x2.shl i64x2.shr_s i64x2.shr_u
  ce | vv>v || i64x2.add
  d1 | vv>v || i64x2.sub
  d5 | vv>v || i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s
  ec | v>v || f64x2.abs f64x2.neg - f64x2.sqrt
  f0 | vv>v || f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax
`)

export const byName: ReadonlyMap<string, Opcode> =
  new Map([...PLAIN.values(), ...VECTOR.values()].map((each) => [each.name, each]))

/** A cursor over bytes `at` … `end` − 1 that refuses to leave them. */
class Reader {
  at: number
  readonly bytes: Uint8Array
  readonly end: number

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  fail(what: string): never {
    throw new Error(`byte ${this.at}: ${what}`)
  }

  byte(): number {
    if (this.at >= this.end) this.fail('the end came too early')
    return this.bytes[this.at++]
  }

  take(count: number): Uint8Array {
    if (count > this.end - this.at) this.fail(`${count} bytes announced, ${this.end - this.at} there`)
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  /** A part of `count` bytes with a cursor of its own. */
  part(): Reader {
    const size = this.unsigned(), from = this.at
    this.take(size)
    return new Reader(this.bytes, from, this.at)
  }

  /** 5.2.2: unsigned LEB128 of 32 bits, five bytes at most, the unused bits of the fifth 0. */
  unsigned(): number {
    const value = this.#leb()
    return value < 1n << 32n ? Number(value) : this.fail('an unsigned number has more than 32 bits')
  }

  /** The same signed: bit 6 of the last byte is the sign, and fills what is left. */
  signed(): number {
    const begin = this.at
    const raw = this.#leb()
    const length = BigInt(7 * (this.at - begin))
    const value = BigInt.asIntN(Number(length), raw)
    if (value !== BigInt.asIntN(32, value)) this.fail('a signed number has more than 32 bits')
    return Number(value)
  }

  #leb(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 35n; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    return this.fail('a number goes on after five bytes')
  }

  vector<T>(item: () => T): T[] {
    return Array.from({ length: this.count() }, item)
  }

  /** A number of items, each of at least one byte. */
  count(): number {
    const count = this.unsigned()
    const left = this.end - this.at
    return count <= left ? count : this.fail(`${count} items announced in ${left} bytes`)
  }

  /** ASCII is all that is used here. */
  name(): string {
    const text = String.fromCharCode(...this.take(this.unsigned()))
    return /^[\x20-\x7e]*$/.test(text) ? text : this.fail('a name is not printable ASCII')
  }

  valueType(): ValueType {
    return VALUE_TYPES[this.byte()] ?? this.fail('unknown value type')
  }

  expect(byte: number, what: string): void {
    if (this.byte() !== byte) this.fail(`expected ${what}`)
  }

  done(): void {
    if (this.at !== this.end) this.fail(`${this.end - this.at} bytes are left over`)
  }
}

/** All of a module, or an Error that names the byte. */
export function disassemble(bytes: Uint8Array): Module {
  const file = new Reader(bytes, 0, bytes.length)
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) file.expect(byte, 'the magic number and version 1')
  const sections: number[] = []
  let types: { parameters: ValueType[]; results: ValueType[] }[] = []
  let memories: Module['memories'] = []
  let declared: number[] = []
  let bodies: { locals: ValueType[]; instructions: Instruction[] }[] = []
  const exports = new Map<string, number>()
  const readers: Readonly<Record<number, (part: Reader) => void>> = {
    1: (part) => {
      types = part.vector(() => {
        part.expect(0x60, 'a function type')
        const valueTypes = (): ValueType[] => part.vector(() => part.valueType())
        return { parameters: valueTypes(), results: valueTypes() }
      })
    },
    2: (part) => {
      memories = part.vector(() => {
        const module = part.name(), name = part.name()
        part.expect(2, 'a memory')
        part.expect(0, 'limits without a maximum')
        const minimum = part.unsigned()
        return minimum <= 65536 ? { module, name, minimum } : part.fail('more than 4 GiB')
      })
    },
    3: (part) => { declared = part.vector(() => part.unsigned()) },
    7: (part) => {
      part.vector(() => {
        const name = part.name()
        part.expect(0, 'a function')
        const index = part.unsigned()
        if (exports.has(name) || index >= declared.length) part.fail('exported twice, or no such function')
        exports.set(name, index)
      })
    },
    10: (part) => { bodies = part.vector(() => body(part.part())) },
  }
  while (file.at < file.end) {
    const id = file.byte()
    if (!(id in readers)) file.fail(`unknown section ${id}`)
    if (id <= (sections.at(-1) ?? 0)) file.fail(`section ${id} after ${sections.at(-1)}`)
    sections.push(id)
    const part = file.part()
    readers[id](part)
    part.done()
  }
  if (bodies.length !== declared.length) file.fail(`expected ${declared.length} bodies, got ${bodies.length}`)
  if (memories.length > 1) file.fail('more than one memory')
  const typeOf = (i: number): typeof types[number] => types[declared[i]] ?? file.fail('no such type')
  const functions = bodies.map((each, i) => ({ ...typeOf(i), ...each }))
  return { sections, memories, functions, exports }
}

function body(part: Reader): { locals: ValueType[]; instructions: Instruction[] } {
  const locals = part.vector(() => {
    const count = part.unsigned()
    if (count > 1000) part.fail('more than 1000 locals')
    return new Array<ValueType>(count).fill(part.valueType())
  }).flat()
  const instructions: Instruction[] = []
  while (part.at < part.end) instructions.push(instruction(part))
  return { locals, instructions }
}

function instruction(part: Reader): Instruction {
  const at = part.at, first = part.byte()
  const opcode = first === 0xfd ? part.unsigned() : first
  const { name, immediate, size } = (first === 0xfd ? VECTOR : PLAIN).get(opcode)
    ?? part.fail(`unknown opcode ${first === 0xfd ? 'fd ' : ''}${opcode.toString(16)}`)
  const memory = (): number[] => {
    const alignment = part.unsigned()
    // Alignment is a hint, but one beyond the size of the access is invalid (3.3.7).
    if (2 ** alignment > size) part.fail(`${name} of ${size} bytes aligned to 2^${alignment}`)
    return [part.unsigned(), alignment]
  }
  const lane = (lanes: number): number => {
    const index = part.byte()
    return index < lanes ? index : part.fail(`lane ${index} of ${lanes}`)
  }
  const immediates = (): number[] => {
    switch (immediate) {
      case '': return []
      case 'index': return [part.unsigned()]
      case 'block': part.expect(0x40, 'a block without result'); return []
      case 'memory': return memory()
      case 'memory lane': return [...memory(), lane(16 / size)]
      case 'lane': return [lane(size)]
      case 'i32': return [part.signed()]
      case 'f64': return [new DataView(part.take(8).slice().buffer).getFloat64(0, true)]
      case 'bytes': return [...part.take(16)]
    }
  }
  return { at, name, immediates: immediates() }
}

/** One instruction per line, two spaces per block, as in the text format without folding. */
export function listing({ instructions }: FunctionBody): string {
  let depth = 0
  return instructions.map(({ name, immediates }) => {
    if (name === 'end' || name === 'else') depth--
    const line = `${'  '.repeat(Math.max(0, depth))}${[name, ...words(name, immediates)].join(' ')}`
    if (['block', 'loop', 'if', 'else'].includes(name)) depth++
    return line
  }).join('\n')
}

function words(name: string, immediates: readonly number[]): string[] {
  const { immediate } = byName.get(name)!
  if (!immediate.startsWith('memory')) return immediates.map(String)
  const [offset, alignment, ...lane] = immediates
  return [`offset=${offset}`, `align=${2 ** alignment}`, ...lane.map(String)]
}
