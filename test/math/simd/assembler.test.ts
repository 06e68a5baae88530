/**
 * Emitted bytes against the specification's tables, a module by hand, a reader of our own, and the engine.
 * No tolerance: bytes are equal or not, and the reader and the engine agree on every module.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import * as assembler from '../../../src/math/simd/assembler.ts'
import {
  assemble, type Code, cycle, double, flatten, FunctionBuilder, repeat, signed, unsigned, when, whilst,
} from '../../../src/math/simd/assembler.ts'
import { adam } from '../../../src/math/simd/adam.ts'
import { createSimd, simdModule } from '../../../src/math/simd/backend.ts'
import { addColumnSums } from '../../../src/math/simd/columnSums.ts'
import { exp, multiplyByTanhSlope, tanh } from '../../../src/math/simd/elementwise.ts'
import { addMultiply } from '../../../src/math/simd/multiply.ts'
import { prefetch } from '../../../src/math/simd/prefetch.ts'
import { addRowDots, mixRows } from '../../../src/math/simd/rowDots.ts'
import { instantiate } from '../../../bench/harness/peak.ts'
import { disassemble, listing, PLAIN, VECTOR } from '../../support/disassembler.ts'
import { validate } from '../../support/validator.ts'

interface Engine { validate(bytes: Uint8Array): boolean }
const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly

const { f64, i32, i32x4, i64x2, v128, f64x2 } = assembler

/** The reason for which our reader refuses a module, or ''. */
function refusal(bytes: Uint8Array): string {
  try {
    validate(disassemble(bytes))
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replace(/#.*$/gm, '').trim().split(/\s+/), (byte) => parseInt(byte, 16))
}

const numbers = new Set([0, 1, 2, 3, 4, 5, 6])
for (const bits of [6, 7, 8, 13, 14, 15, 20, 21, 22, 27, 28, 29, 31, 32]) {
  for (const near of [-2, -1, 0, 1]) numbers.add(2 ** bits + near)
}

test('unsigned numbers are the shortest LEB128, by BigInt from the definition', () => {
  for (const n of [...numbers].filter((each) => each < 2 ** 32)) {
    const wanted: number[] = []
    for (let rest = BigInt(n); wanted.length === 0 || rest > 0n; rest >>= 7n) {
      wanted.push(Number(rest & 127n) + (rest > 127n ? 128 : 0))
    }
    assert.equal(unsigned(n), wanted, `${n}`)
  }
  assert.equal(unsigned(624485), [0xe5, 0x8e, 0x26])
})

test('signed numbers are the shortest LEB128 of two\'s complement, by BigInt from the definition', () => {
  const all = [...numbers, ...[...numbers].map((n) => -n)].filter((n) => n >= -(2 ** 31) && n < 2 ** 31)
  assert.ok([0, 63, 64, 127, 128, -64, -65, 2 ** 31 - 1, -(2 ** 31)].every((n) => all.includes(n)))
  for (const n of all) {
    // The shortest length whose 7·length bits of two's complement still give n.
    let length = 1
    while (BigInt.asIntN(7 * length, BigInt(n)) !== BigInt(n)) length++
    const wanted = Array.from({ length }, (_, i) =>
      Number(BigInt.asUintN(7, BigInt(n) >> BigInt(7 * i))) + (i < length - 1 ? 128 : 0))
    assert.equal(signed(n), wanted, `${n}`)
  }
  assert.equal(signed(-123456), [0xc0, 0xbb, 0x78])
})

test('the eight bytes of a double, the lowest first, are those of its sign, exponent and fraction', () => {
  const known: readonly (readonly [number, string])[] = [
    [0, '0000000000000000'], [-0, '8000000000000000'], [1, '3ff0000000000000'], [-2, 'c000000000000000'],
    [0.1, '3fb999999999999a'], [Infinity, '7ff0000000000000'], [5e-324, '0000000000000001'],
    [2.2250738585072014e-308, '0010000000000000'], [1.7976931348623157e308, '7fefffffffffffff'],
    [6755399441055744, '4338000000000000'],
  ]
  for (const [x, hex] of known) {
    const written = double(x).reverse().map((byte) => byte.toString(16).padStart(2, '0')).join('')
    assert.is(written, hex, `${x}`)
  }
})

/** The specification's table (5.4), for the instructions that the assembler names. */
const SPECIFIED: Readonly<Record<string, string>> = {
  'i32.const': '41', 'i32.eqz': '45', 'i32.eq': '46', 'i32.lt_u': '49', 'i32.ge_u': '4f', 'i32.add': '6a',
  'i32.sub': '6b', 'i32.mul': '6c', 'i32.and': '71', 'i32.shl': '74',
  'f64.load': '2b', 'f64.store': '39', 'f64.add': 'a0', 'f64x2.extract_lane': 'fd 21',
  'v128.load': 'fd 00', 'v128.load64_splat': 'fd 0a', 'v128.store': 'fd 0b', 'v128.const': 'fd 0c',
  'i32x4.extract_lane': 'fd 1b', 'v128.and': 'fd 4e', 'v128.or': 'fd 50', 'v128.load64_lane': 'fd 57',
  'v128.store64_lane': 'fd 5b', 'v128.load64_zero': 'fd 5d',
  'f64x2.abs': 'fd ec 01', 'f64x2.sqrt': 'fd ef 01', 'f64x2.add': 'fd f0 01', 'f64x2.sub': 'fd f1 01',
  'f64x2.mul': 'fd f2 01', 'f64x2.div': 'fd f3 01', 'f64x2.pmin': 'fd f6 01', 'f64x2.pmax': 'fd f7 01',
  'i64x2.shl': 'fd cb 01', 'i64x2.shr_s': 'fd cc 01', 'i64x2.add': 'fd ce 01', 'i64x2.sub': 'fd d1 01',
}

test('every named instruction assembles to the opcode of the specification, behind its operands', () => {
  const x = [0x20, 0], y = [0x20, 1]
  type Make = (...operands: unknown[]) => Code
  const named = Object.entries({ i32, i32x4, i64x2, f64, v128, f64x2 }).flatMap(([shape, instructions]) =>
    Object.entries(instructions).map(([name, make]) =>
      [`${shape}.${name}`, (...operands: unknown[]) => flatten((make as Make)(...operands))] as const))
  assert.equal(named.map(([name]) => name).sort(), Object.keys(SPECIFIED).sort())
  for (const [name, make] of named) {
    const opcode = [...bytesOf(SPECIFIED[name])]
    if (name === 'i32.const') assert.equal(make(-65), [...opcode, 0xbf, 0x7f])
    else if (name === 'v128.const') {
      assert.equal(make(1), [...opcode, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    } else if (/extract/.test(name)) assert.equal(make(x, 1), [...x, ...opcode, 1], name)
    else if (/load64_lane/.test(name)) {
      assert.equal(make(x, y, 300), [...x, ...y, ...opcode, 3, 0xac, 2, 1], name)
    } else if (/load/.test(name)) assert.equal(make(x, 300), [...x, ...opcode, 3, 0xac, 2], name)
    else if (/store/.test(name)) {
      const lane = /lane/.test(name) ? [0] : []
      assert.equal(make(x, y, 300), [...x, ...y, ...opcode, 3, 0xac, 2, ...lane], name)
    } else assert.equal(make(x, y), [...x, ...y, ...opcode], name)
  }
})

/** double(p, n): n numbers of two lanes from address p, each added to itself; with every kind of block. */
function doubler(): FunctionBuilder {
  const f = new FunctionBuilder('double')
  const p = f.parameter(), n = f.parameter()
  const x = f.local('v128')
  f.body = [
    ...whilst(n.get, [
      ...x.set(v128.load(p.get, 128)),
      ...v128.store(p.get, f64x2.add(x.get, x.get), 128),
      ...n.advance(i32.const(-1)),
    ]),
    ...when(n.get, repeat([], i32.eqz(n.get))),
  ]
  return f
}

test('a module assembled by hand from the specification is assemble\'s, byte by byte', () => {
  const byHand = bytesOf(`
    00 61 73 6d 01 00 00 00             # \\0asm, version 1
    01 06 01 60 02 7f 7f 00             # types: one, (i32 i32) → ()
    02 10 01                            # imports: one,
       04 68 6f 73 74                   #   'host'
       06 6d 65 6d 6f 72 79             #   'memory'
       02 00 01                         #   a memory, no maximum, at least 1 page
    03 02 01 00                         # functions: one, of type 0
    07 0a 01 06 64 6f 75 62 6c 65 00 00 # exports: one, 'double', function 0
    0a 3e 01 3c                         # code: one, 60 bytes
       01 01 7b                         #   locals: one run, of one v128
       02 40 03 40                      #   block, loop
         20 01 45 0d 01                 #     leave if n = 0
         20 00 fd 00 03 80 01 21 02     #     x ← (p + 128)
         20 00 20 02 20 02 fd f0 01     #     p, x + x
         fd 0b 03 80 01                 #     to (p + 128)
         20 01 41 7f 6a 21 01           #     n ← n − 1
         0c 00                          #     again
       0b 0b
       20 01 04 40                      #   if n
         03 40                          #     loop
           20 01 45 0d 00               #       again if n = 0
         0b
       0b
    0b`)
  assert.equal([...assemble([doubler()])], [...byHand])
  assert.is(refusal(byHand), '')
})

test('and the reader gives back what was written', () => {
  const { sections, memories, exports, functions } = disassemble(assemble([doubler()]))
  assert.equal([...sections], [1, 2, 3, 7, 10])
  assert.equal(memories, [{ module: 'host', name: 'memory', minimum: 1 }])
  assert.equal([...exports], [['double', 0]])
  const [{ parameters, results, locals }] = functions
  assert.equal([parameters, results, locals], [['i32', 'i32'], [], ['v128']])
  assert.is(listing(functions[0]), `block
  loop
    local.get 1
    i32.eqz
    br_if 1
    local.get 0
    v128.load offset=128 align=8
    local.set 2
    local.get 0
    local.get 2
    local.get 2
    f64x2.add
    v128.store offset=128 align=8
    local.get 1
    i32.const -1
    i32.add
    local.set 1
    br 0
  end
end
local.get 1
if
  loop
    local.get 1
    i32.eqz
    br_if 0
  end
end
end`)
})

test('a cycle ends after the part that makes its condition hold', () => {
  // count(p, n): the parts write 1, 2 and 3 in turn, n times altogether, each to the next 16 bytes from p.
  const f = new FunctionBuilder('count')
  const p = f.parameter(), n = f.parameter()
  const part = (x: number): Code =>
    [v128.store(p.get, v128.const(x)), p.advance(i32.const(16)), n.advance(i32.const(-1))]
  f.body = cycle([part(1), part(2), part(3)], i32.eqz(n.get))
  assert.is(refusal(assemble([f])), '')
  for (let times = 1; times <= 10; times++) {
    const { functions, numbers } = instantiate([f], 1)!
    functions.count(0, times)
    assert.equal([...numbers.subarray(0, 32)],
      Array.from({ length: 32 }, (_, i) => i < 2 * times ? 1 + Math.floor(i / 2) % 3 : 0), `${times} times`)
  }
})

test('code within code is read from left to right', () => {
  assert.equal(flatten([1, [2, [], [3, [4]]], 5, [6]]), [1, 2, 3, 4, 5, 6])
})

test('a constant is set once, at the beginning; 0 and −0 are two constants, equal ones are one', () => {
  const f = new FunctionBuilder('f')
  const x = f.local('v128')
  f.body = [0, -0, 1.5, 0].flatMap((value) => x.set(f.constant(value)))
  const [read] = disassemble(assemble([f])).functions
  const bytes = (low: string): string => `v128.const ${low} ${low}`
  assert.equal(read.locals, ['v128', 'v128', 'v128', 'v128'])
  assert.equal(listing(read).split('\n'), [
    bytes('0 0 0 0 0 0 0 0'), 'local.set 1', bytes('0 0 0 0 0 0 0 128'), 'local.set 2',
    bytes('0 0 0 0 0 0 248 63'), 'local.set 3',
    ...[1, 2, 3, 1].flatMap((local) => [`local.get ${local}`, 'local.set 0']), 'end',
  ])
})

test('parameters come before locals', () => {
  const f = new FunctionBuilder('late')
  f.local('i32')
  assert.throws(() => f.parameter(), 'late: parameters come before locals')
})

const kernels = simdModule()

test('every kernel is read to its last byte: opcodes known, sizes right, blocks balanced, types fit', () => {
  for (const make of [
    addMultiply, addRowDots, mixRows, addColumnSums, multiplyByTanhSlope, () => tanh(64), exp, adam, prefetch,
  ]) {
    const alone = assemble([make()])
    assert.is(refusal(alone), '', make.name)
    assert.ok(engine.validate(alone), make.name)
  }
  assert.is(refusal(kernels), '')
  assert.ok(engine.validate(kernels))
  const { exports, functions, memories } = disassemble(kernels)
  assert.equal([...exports.keys()], [
    'addMultiply', 'addRowDots', 'mixRows', 'addColumnSums', 'multiplyByTanhSlope', 'tanh', 'exp', 'adam',
    'prefetch',
  ])
  assert.equal([...exports.values()], [0, 1, 2, 3, 4, 5, 6, 7, 8])
  assert.equal(functions.map(({ parameters }) => parameters.length), [12, 6, 6, 4, 3, 2, 2, 6, 2])
  assert.ok(functions.every(({ results }) => results.length === 0))
  assert.ok(functions.every(({ parameters }) => parameters.every((type) => type === 'i32')))
  assert.equal(memories, [{ module: 'host', name: 'memory', minimum: 1 }])
})

test('the module is smaller than 15 kB', () => {
  assert.ok(kernels.length < 15000, `${kernels.length} bytes`)
})

/** The instructions that round, and those that are exact: moves, integers, comparisons, bits, control. */
const ROUND = ['f64.add', 'f64x2.add', 'f64x2.sub', 'f64x2.mul', 'f64x2.div', 'f64x2.sqrt']
const EXACT = [
  'local.get', 'local.set', 'block', 'loop', 'if', 'end', 'br', 'br_if', 'i32.const', 'i32.eqz', 'i32.eq',
  'i32.lt_u', 'i32.ge_u', 'i32.add', 'i32.sub', 'i32.mul', 'i32.and', 'i32.shl',
  'v128.load', 'v128.load64_splat', 'v128.load64_zero', 'v128.load64_lane', 'v128.store', 'v128.store64_lane',
  'v128.const', 'f64.load', 'f64.store', 'f64x2.extract_lane', 'i32x4.extract_lane', 'v128.and', 'v128.or',
  'f64x2.abs', 'f64x2.pmin', 'f64x2.pmax',
  'i64x2.shl', 'i64x2.shr_s', 'i64x2.add', 'i64x2.sub',
]

test('only add, sub, mul, div and sqrt round; nothing is fused; only row dots add lanes', () => {
  const { functions } = disassemble(kernels)
  const used = new Set(functions.flatMap(({ instructions }) => instructions.map(({ name }) => name)))
  assert.equal([...used].filter((name) => ![...ROUND, ...EXACT].includes(name)), [])
  assert.equal(ROUND.filter((name) => !used.has(name)), [])
  const adding = functions.flatMap(({ instructions }, f) =>
    instructions.some(({ name }) => name === 'f64.add') ? [f] : [])
  assert.equal(adding, [disassemble(kernels).exports.get('addRowDots')])
})

test('the reader refuses relaxed SIMD, 0xfd 0x100 and beyond, and with it fused operations', () => {
  const madd = new FunctionBuilder('madd')
  const p = madd.parameter(), x = madd.local('v128')
  // f64x2.relaxed_madd is 0xfd 0x107.
  const fused = [...x.get, ...x.get, ...x.get, 0xfd, 0x87, 0x02]
  madd.body = [...x.set(v128.load(p.get)), ...v128.store(p.get, fused)]
  assert.match(refusal(assemble([madd])), /unknown opcode fd 107/)
})

test('a product and the sum that it is added to are rounded separately in the running kernel', () => {
  // a² = 1 + 2^-26 + 2^-54, rounded 1 + 2^-26: minus that it is 0, but 2^-54 if fused.
  const a = 1 + 2 ** -27
  const simd = createSimd(1 << 16)!
  for (let size = 1; size <= 9; size++) {
    const A = simd.allocate(size, 1), B = simd.allocate(1, size), C = simd.allocate(size, size)
    A.data.fill(a)
    B.data.fill(a)
    C.data.fill(-(1 + 2 ** -26))
    simd.addMultiply(C, A, B)
    assert.ok(C.data.every((x) => x === 0), `size ${size}`)
  }
})

test('an invalid module is refused, with the place of the error', () => {
  const refusedAs = (body: Code, why: RegExp): void => {
    const f = new FunctionBuilder('f')
    f.parameter()
    f.local('v128')
    f.body = body
    const bytes = assemble([f])
    assert.match(refusal(bytes), why)
    assert.not(engine.validate(bytes))
  }
  const number = [0x20, 0], vector = [0x20, 1], drop = 0x1a
  refusedAs([drop], /function 0, byte \d+, drop: no operand/)
  refusedAs(number, /1 values are left/)
  refusedAs([...i32.add(number, vector), drop], /operand v128, expected i32/)
  refusedAs([...f64x2.add(vector), drop], /no operand, expected v128/)
  refusedAs([0x20, 2, drop], /local 2 of 2/)
  refusedAs([0x0b], /code after the end/)
  refusedAs([0x02, 0x40], /1 blocks are open/)
  refusedAs([0x0c, 1], /jump out of 1 of 1 blocks/)
  refusedAs([0x02, 0x40, ...number, 0x0b], /1 values are left/)
  refusedAs([...number, 0xfd, 0x00, 5, 0, drop], /16 bytes aligned to 2\^5/)
  refusedAs([...number, ...vector, 0xfd, 0x5b, 3, 0, 2], /lane 2 of 2/)
  const truncated = [0, 4, kernels.length - 1].map((length) => kernels.slice(0, length))
  for (const bytes of [...truncated, Uint8Array.of(...kernels, 0)]) {
    assert.is.not(refusal(bytes), '')
    assert.not(engine.validate(bytes))
  }
})

test('the engine agrees with the reader\'s table on the operands and results of every instruction', () => {
  const push = { i32: [0x41, 0], f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0], v128: v128.const(0) }
  const take = { i32: [0x45, 0x1a], f64: [0x99, 0x1a], v128: [0xfd, 0x4d, 0x1a] } // eqz, abs, not; and drop
  const following: Readonly<Record<string, Code>> = {
    '': [], memory: [0, 0], 'memory lane': [0, 0, 0], lane: [0], i32: [0],
    f64: push.f64.slice(1), bytes: push.v128.slice(2),
  }
  let count = 0
  for (const [prefix, table] of [[[], PLAIN], [[0xfd], VECTOR]] as const) {
    for (const [opcode, { name, immediate, operands, results }] of table) {
      if (!(immediate in following) || /^(unreachable|else|end|return|drop)$/.test(name)) continue
      const f = new FunctionBuilder('f')
      f.body = [
        ...operands.flatMap((type) => push[type]),
        ...prefix, ...(prefix.length > 0 ? unsigned(opcode) : [opcode]),
        ...following[immediate], ...results.flatMap((type) => take[type]),
      ]
      const bytes = assemble([f])
      assert.ok(engine.validate(bytes), name)
      assert.is(refusal(bytes), '', name)
      const [{ instructions }] = disassemble(bytes).functions
      assert.is(instructions[operands.length].name, name)
      count++
    }
  }
  assert.ok(count > 100, `${count}`)
})

test('on four thousand modules with a changed byte, reader and engine agree', () => {
  const random = new Random(1)
  let accepted = 0, refused = 0
  for (let turn = 0; turn < 4000; turn++) {
    const bytes = kernels.slice()
    bytes[random.integer(bytes.length)] = random.integer(256)
    const why = refusal(bytes)
    // What the engine knows and this reader does not: other instructions, types, sections, imports and names.
    if (/unknown|expected (a|the|limits)\b|not printable|more than 1000 locals/.test(why)) continue
    assert.is(why === '', engine.validate(bytes), why)
    if (why === '') accepted++
    else refused++
  }
  assert.ok(accepted > 500 && refused > 500, `${accepted} accepted, ${refused} refused`)
})

test.run()
