/**
 * A small WebAssembly assembler: each instruction is a function from the code of its operands to code.
 * WebAssembly core specification 2.0 (binary format, chapter 5), with the opcodes of fixed-width SIMD.
 *
 *   i32.add(x.get, i32.const(8))   is the code that pushes x, pushes 8, and adds
 *
 * But: one memory, imported; functions of i32 parameters without results; no tables, globals or data.
 */

/** Bytes in the order of the module, nested in any way, read left to right; operands before instructions. */
export type Code = readonly (number | Code)[]

/** All bytes of `code`, appended to `bytes`. */
export function flatten(code: Code, bytes: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') bytes.push(part)
    else flatten(part, bytes)
  }
  return bytes
}

/** Types of locals: a 32-bit integer, or a vector of 128 bits. */
export type ValueType = 'i32' | 'v128'
const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b }

/** Unsigned LEB128: seven bits per byte, the lowest first; the high bit is set in all but the last byte. */
export function unsigned(n: number): number[] {
  const bytes: number[] = []
  for (; n >= 128; n = Math.floor(n / 128)) bytes.push((n % 128) | 128)
  return [...bytes, n]
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(n: number): number[] {
  const bytes: number[] = []
  for (; n < -64 || n > 63; n >>= 7) bytes.push((n & 127) | 128)
  return [...bytes, n & 127]
}

/** The eight bytes of a double, the lowest first. */
export function double(x: number): number[] {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x, true)
  return Array.from({ length: 8 }, (_, i) => view.getUint8(i))
}

type Instruction = (...operands: Code[]) => Code
/** Pushes what is at `address` + `offset` bytes. */
export type Load = (address: Code, offset?: number) => Code
/** Writes `value` to `address` + `offset` bytes. */
export type Store = (address: Code, value: Code, offset?: number) => Code
const plain = (opcode: number): Instruction => (...operands) => [...operands, opcode]
const vector = (opcode: number): Instruction => (...operands) => [...operands, 0xfd, unsigned(opcode)]
/** Loads and stores: an address, a value to store, and an offset in bytes. The alignment hint is 8 bytes. */
const load = (...opcode: number[]): Load => (address, offset = 0) => [address, opcode, 3, unsigned(offset)]
const store = (...opcode: number[]): Store => (address, value, offset = 0) =>
  [address, value, opcode, 3, unsigned(offset)]

/** Integers of 32 bits: addresses, counts and conditions; `_u` compares as unsigned. */
export const i32: {
  readonly const: (n: number) => Code
} & Readonly<Record<'eqz' | 'eq' | 'lt_u' | 'ge_u' | 'add' | 'sub' | 'mul' | 'and' | 'shl', Instruction>> = {
  const: (n) => [0x41, signed(n)],
  eqz: plain(0x45), eq: plain(0x46), lt_u: plain(0x49), ge_u: plain(0x4f),
  add: plain(0x6a), sub: plain(0x6b), mul: plain(0x6c), and: plain(0x71), shl: plain(0x74),
}

/** Single doubles. */
export const f64: { readonly load: Load; readonly store: Store; readonly add: Instruction } = {
  load: load(0x2b), store: store(0x39), add: plain(0xa0),
}

/** Vectors of two doubles, moved or combined as bits. */
export const v128: {
  readonly load: Load
  readonly store: Store
  /** One double into both lanes. */
  readonly load64_splat: Load
  /** One double into the low lane, 0 into the high one. */
  readonly load64_zero: Load
  /** One double into the high lane of a vector. */
  readonly load64_lane: (address: Code, vector: Code, offset?: number) => Code
  /** The low lane to memory. */
  readonly store64_lane: Store
  /** One double in both lanes. */
  readonly const: (x: number) => Code
  readonly and: Instruction
  readonly or: Instruction
} = {
  load: load(0xfd, 0x00), store: store(0xfd, 0x0b),
  load64_splat: load(0xfd, 0x0a), load64_zero: load(0xfd, 0x5d),
  const: (x) => [0xfd, 0x0c, double(x), double(x)],
  load64_lane: (address, operand, offset = 0) => [store(0xfd, 0x57)(address, operand, offset), 1],
  store64_lane: (address, value, offset = 0) => [store(0xfd, 0x5b)(address, value, offset), 0],
  and: vector(0x4e), or: vector(0x50),
}

/**
 * Two doubles, lane by lane. pmin, pmax: the second operand if it is less, or greater, than the first; else
 * the first, so that a NaN in the first is kept.
 */
export const f64x2: {
  readonly extract_lane: (vector: Code, lane: number) => Code
} & Readonly<Record<'abs' | 'sqrt' | 'add' | 'sub' | 'mul' | 'div' | 'pmin' | 'pmax', Instruction>> = {
  extract_lane: (operand, lane) => [operand, 0xfd, 0x21, lane],
  abs: vector(0xec), sqrt: vector(0xef),
  add: vector(0xf0), sub: vector(0xf1), mul: vector(0xf2), div: vector(0xf3),
  pmin: vector(0xf6), pmax: vector(0xf7),
}

/** Two integers of 64 bits, lane by lane; shl, shr_s shift both lanes by the same number of bits, an i32. */
export const i64x2: Readonly<Record<'shl' | 'shr_s' | 'add' | 'sub', Instruction>> = {
  shl: vector(0xcb), shr_s: vector(0xcc), add: vector(0xce), sub: vector(0xd1),
}

/** Four integers of 32 bits. */
export const i32x4: { readonly extract_lane: (vector: Code, lane: number) => Code } = {
  extract_lane: (operand, lane) => [operand, 0xfd, 0x1b, lane],
}

/** A parameter or local of a function. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
  /** local ← local + n. */
  advance(n: Code): Code
}

/** A function under construction: declare parameters, then locals, then give the body. */
export class FunctionBuilder {
  readonly name: string
  #parameters = 0
  readonly #locals: ValueType[] = []
  /** Constants, each in both lanes of its own local; the key is a text because 0 and −0 are two constants. */
  readonly #constants = new Map<string, { x: number; local: Local }>()
  body: Code = []

  constructor(name: string) {
    this.name = name
  }

  parameter(): Local {
    if (this.#locals.length > 0) throw new Error(`${this.name}: parameters come before locals`)
    return local(this.#parameters++)
  }

  local(type: ValueType): Local {
    this.#locals.push(type)
    return local(this.#parameters + this.#locals.length - 1)
  }

  /** Pushes x in both lanes, from a local that is set once, at the beginning of the function. */
  constant(x: number): Code {
    const key = Object.is(x, -0) ? '-0' : String(x)
    let known = this.#constants.get(key)
    if (known === undefined) this.#constants.set(key, known = { x, local: this.local('v128') })
    return known.local.get
  }

  /** (i32 …) → () */
  get type(): Code {
    return [0x60, vectorOf(Array.from({ length: this.#parameters }, () => [TYPES.i32])), 0]
  }

  get code(): Code {
    const locals = vectorOf(this.#locals.map((type) => [1, TYPES[type]]))
    const constants = [...this.#constants.values()].map(({ x, local }) => local.set(v128.const(x)))
    return sized([locals, constants, this.body, END])
  }
}

function local(index: number): Local {
  const get = [0x20, unsigned(index)]
  const set = (value: Code): Code => [value, 0x21, unsigned(index)]
  return { get, set, advance: (n) => set(i32.add(get, n)) }
}

const END = 0x0b
/** A block without a result. */
const NO_RESULT = 0x40

/** Repeat `body` while `condition` holds; the condition is tested before the first time. */
export function whilst(condition: Code, body: Code): Code {
  //      block              loop                     leave unless condition          again     end of both
  return [0x02, NO_RESULT, 0x03, NO_RESULT, i32.eqz(condition), 0x0d, 1, body, 0x0c, 0, END, END]
}

/** Run `body` at least once, and again while `condition` holds. */
export function repeat(body: Code, condition: Code): Code {
  return [0x03, NO_RESULT, body, condition, 0x0d, 0, END]
}

/** Run the parts one after the other, again and again; after each part, stop if `done` holds. */
export function cycle(parts: readonly Code[], done: Code): Code {
  const leaving = parts.map((part) => [part, done, 0x0d, 1])
  //      block              loop                     again     end of both
  return [0x02, NO_RESULT, 0x03, NO_RESULT, leaving, 0x0c, 0, END, END]
}

/** Run `then` if `condition` holds. */
export function when(condition: Code, then: Code): Code {
  return [condition, 0x04, NO_RESULT, then, END]
}

/** The bytes of a module that imports memory as 'host' 'memory' and exports every function by its name. */
export function assemble(functions: readonly FunctionBuilder[]): Uint8Array {
  const section = (id: number, contents: Code): Code => [id, sized(contents)]
  return new Uint8Array(flatten([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // '\0asm', version 1
    section(1, vectorOf(functions.map((f) => f.type))),
    section(2, vectorOf([[text('host'), text('memory'), 2, 0, 1]])), // a memory of at least 1 page
    section(3, vectorOf(functions.map((_, i) => unsigned(i)))),
    section(7, vectorOf(functions.map((f, i) => [text(f.name), 0, unsigned(i)]))),
    section(10, vectorOf(functions.map((f) => f.code))),
  ]))
}

function vectorOf(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}

function sized(code: Code): Code {
  const bytes = flatten(code)
  return [unsigned(bytes.length), bytes]
}

/** A name of ASCII letters. */
function text(name: string): Code {
  return sized(Array.from(name, (letter) => letter.charCodeAt(0)))
}
