/**
 * Elementary functions against 150-bit arithmetic in BigInt (support/precise.ts), and against recorded bits.
 * Bounds in units in the last place: the largest error found in 10^8 arguments, rounded up.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as elementary from '../../src/math/elementary.ts'
import * as trigonometry from '../../src/math/trigonometry.ts'
import { show } from '../../src/errors/expect.ts'
import { Random } from '../../src/math/random.ts'
import { constants } from '../support/coefficients.ts'
import { between } from '../support/dense.ts'
import * as precise from '../support/precise.ts'

const { exp, expm1, log, log1p, tanh } = elementary
const { sin, cos } = trigonometry
const MAX = Number.MAX_VALUE, MIN = Number.MIN_VALUE, MIN_NORMAL = 2 ** -1022

/** Number of arguments per test, drawn from several groups. */
const COUNT = 100_000

const bits = new Float64Array(1)
const words = new Uint32Array(bits.buffer)

/** All finite doubles are equally likely: uniform in exponent, either sign. */
function anyDouble(random: Random): number {
  do {
    words[0] = random.word()
    words[1] = random.word()
  } while (!Number.isFinite(bits[0]))
  return bits[0]
}

/** ± m · 2^e with e from low to high and m from 1 to 2. */
function scaled(random: Random, low: number, high: number): number {
  const e = low + random.integer(high - low + 1)
  const half = Math.trunc(e / 2)
  return (random.integer(2) === 0 ? 1 : -1) * (1 + random.uniform()) * 2 ** half * 2 ** (e - half)
}

type Group = (random: Random) => number

/** COUNT arguments, drawn from the groups in turn; those outside the domain are drawn again. */
function* args(seed: number, inside: (x: number) => boolean, groups: readonly Group[]): Generator<number> {
  const random = new Random(seed)
  for (let i = 0; i < COUNT; i++) {
    let x = groups[i % groups.length](random)
    while (!inside(x)) x = groups[i % groups.length](random)
    yield x
  }
}

type Elementary = (x: number) => number
type Truth = (x: number) => precise.Big

function expectWithin(bound: number, f: Elementary, truth: Truth, xs: Iterable<number>): void {
  let worst = 0, at = NaN
  for (const x of xs) {
    const error = precise.ulps(f(x), truth(x))
    if (!(error <= worst)) { worst = error; at = x }
  }
  assert.ok(worst <= bound, `${worst} ulp at ${at}, result ${f(at)}`)
}

function expectExactly(f: Elementary, pairs: readonly (readonly [number, number])[]): void {
  for (const [x, y] of pairs) {
    assert.ok(Object.is(f(x), y), `${f.name}(${show(x)}): expected ${show(y)}, got ${show(f(x))}`)
  }
}

/** A whole multiple of π/2, rounded to the nearest double. */
const HALF_PI = precise.pi(200) >> 1n
function multipleOfHalfPi(k: number): number {
  return precise.toNumber({ mantissa: BigInt(k) * HALF_PI, exponent: -200 })
}
/** The double with the smallest relative distance to a multiple of π/2: 2^-61 (Muller 2016, section 11.3). */
const NOTORIOUS = 6381956970095103 * 2 ** 797

test('every constant in the sources is the one that support/coefficients.ts computes', () => {
  const { LOG2_E, LN2, TWO_OVER_PI, HALF_PI, COSH, SINH, TANH, ATANH, SIN, COS, ...whole } = constants()
  assert.equal([...elementary.COSH], COSH)
  assert.equal([...elementary.SINH], SINH)
  assert.equal([...elementary.TANH], TANH)
  assert.equal([...elementary.ATANH], ATANH)
  assert.equal([...trigonometry.SIN], SIN)
  assert.equal([...trigonometry.COS], COS)
  assert.equal([elementary.LOG2_E], LOG2_E)
  assert.equal([elementary.LN2_HIGH, elementary.LN2_LOW], LN2)
  assert.equal([trigonometry.TWO_OVER_PI], TWO_OVER_PI)
  assert.equal([trigonometry.HALF_PI_1, trigonometry.HALF_PI_2, trigonometry.HALF_PI_3], HALF_PI)
  assert.is(trigonometry.TWO_OVER_PI_BITS, whole.TWO_OVER_PI_BITS)
  assert.is(trigonometry.HALF_PI_BITS, whole.HALF_PI_BITS)
  assert.is(trigonometry.TWO_M384, 2 ** -384)
  assert.is(elementary.ROUNDER, 1.5 * 2 ** 52)
  assert.is(elementary.STEP_ROUNDER, 1.5 * 2 ** 48)
  // Integers of 42, 33 and 33 bits: their products with k of 11 bits and n of 20 are exact.
  assert.ok(BigInt(elementary.LN2_HIGH * 2 ** 42) < 2 ** 42)
  assert.ok(BigInt(trigonometry.HALF_PI_1 * 2 ** 32) < 2 ** 33)
  assert.ok(BigInt(trigonometry.HALF_PI_2 * 2 ** 65) < 2 ** 33)
})

test('the oracle gives the published digits of pi, e, ln 2, sin 1 and tanh 1', () => {
  const digits = (value: bigint, scale: number): string => (value * 10n ** 45n >> BigInt(scale)).toString()
  assert.is(digits(precise.pi(1500), 1500), '3141592653589793238462643383279502884197169399')
  assert.is(digits(precise.ln2(200), 200), '693147180559945309417232121458176568075500134')
  assert.is(digits(precise.toFixed(precise.exp(1)), 160), '2718281828459045235360287471352662497757247093')
  assert.is(digits(precise.toFixed(precise.sin(1)), 160), '841470984807896506652502321630298999622563060')
  assert.is(digits(precise.toFixed(precise.tanh(1)), 160), '761594155955764888119458282604793590412768597')
})

test('the oracle satisfies identities that it does not use, to 2^-140', () => {
  const random = new Random(1)
  const value = (big: precise.Big): bigint => precise.toFixed(big, 200)
  const close = (a: bigint, b: bigint, what: string): void => {
    const error = a > b ? a - b : b - a
    assert.ok(error << 140n <= (b < 0n ? -b : b) + (1n << 200n), what)
  }
  for (let i = 0; i < 500; i++) {
    const x = between(random, -300, 300)
    close(value(precise.logBig(precise.exp(x))), value(precise.ofNumber(x)), `log(exp(${x}))`)
    const y = anyDouble(random)
    const s = value(precise.sin(y)), c = value(precise.cos(y))
    close((s * s + c * c) >> 200n, 1n << 200n, `sin² + cos² at ${y}`)
    if (Math.abs(y) < MAX / 2) close(value(precise.sin(2 * y)), (2n * s * c) >> 200n, `sin(2 · ${y})`)
    // 1 + z is exact.
    const z = Math.floor(between(random, -(2 ** 40), 2 ** 42)) / 2 ** 40
    if (z > -1) close(value(precise.log1p(z)), value(precise.log(1 + z)), `log1p(${z})`)
    const t = between(random, -30, 30)
    const e = precise.exp(2 * t), plusOne = value(e) + (1n << 200n)
    close((value(precise.tanh(t)) * plusOne) >> 200n, value(e) - (1n << 200n), `tanh(${t})`)
    close(value(precise.expm1(2 * t)), value(e) - (1n << 200n), `expm1(${2 * t})`)
  }
})

test('exp is within 0.9 ulp, to the last subnormal and the largest double', () => {
  expectWithin(0.9, exp, precise.exp, args(2, (x) => Math.abs(x) < 760, [
    (r) => scaled(r, -1074, 9),
    (r) => scaled(r, -30, 3),
    (r) => between(r, -1.1, 1.1),
    (r) => between(r, -20, 20),
    (r) => between(r, -746, 709.782712893384),
    (r) => between(r, -746, -700),
    // Where k changes: odd multiples of ln 2 / 2.
    (r) => (r.integer(2900) - 1450 + 0.5) / 2 * Math.LN2 * (1 + between(r, -1e-9, 1e-9)),
  ]))
  for (const x of [709.782712893384, -745.1332191019411, -745.1332191019412, -708.3964185322641, -708, 708]) {
    assert.ok(precise.ulps(exp(x), precise.exp(x)) <= 0.9, `${x}`)
  }
  expectExactly(exp, [
    [0, 1], [-0, 1], [MIN, 1], [-MIN, 1], [Infinity, Infinity], [-Infinity, 0], [NaN, NaN],
    [MAX, Infinity], [-MAX, 0], [709.7827128933841, Infinity], [710.5, Infinity],
    [-745.1332191019411, MIN], [-745.1332191019412, 0], [-746.5, 0],
  ])
})

test('expm1 is within 0.95 ulp', () => {
  expectWithin(0.95, expm1, precise.expm1, args(3, (x) => x < 709.78 && x > -760, [
    (r) => scaled(r, -1074, 9),
    (r) => scaled(r, -60, 0),
    (r) => between(r, -1.1, 1.1),
    (r) => between(r, 0.3, 0.5),
    (r) => between(r, -0.4, -0.3),
    (r) => between(r, -45, 60),
    // Where 1 − 2^-k begins to round.
    (r) => between(r, 36, 39),
    (r) => between(r, -700, 709.78),
  ]))
  for (const x of [709.782712893384, 708, 708.0000000000001, -40, -40.00000000000001, 0.43, -0.35]) {
    assert.ok(precise.ulps(expm1(x), precise.expm1(x)) <= 0.95, `${x}`)
  }
  expectExactly(expm1, [
    [0, 0], [-0, -0], [MIN, MIN], [-MIN, -MIN], [MIN_NORMAL, MIN_NORMAL],
    [Infinity, Infinity], [-Infinity, -1], [NaN, NaN], [MAX, Infinity], [-MAX, -1],
    [709.7827128933841, Infinity], [-750, -1],
  ])
})

test('log is within 0.9 ulp, subnormals included', () => {
  expectWithin(0.9, log, precise.log, args(4, (x) => x > 0, [
    (r) => Math.abs(anyDouble(r)),
    (r) => Math.abs(scaled(r, -1074, -1022)),
    (r) => between(r, 0, 3),
    (r) => between(r, 0.7, 1.42),
    (r) => 1 + scaled(r, -52, -3),
    // Where k changes: √½ · 2^k.
    (r) => Math.abs(scaled(r, -3, 3)) * Math.SQRT1_2 * (1 + between(r, -1e-9, 1e-9)),
  ]))
  expectExactly(log, [
    [1, 0], [0, -Infinity], [-0, -Infinity], [Infinity, Infinity],
    [-Infinity, NaN], [NaN, NaN], [-1, NaN], [-MIN, NaN], [-MAX, NaN],
  ])
  for (const x of [MIN, MIN_NORMAL, MIN_NORMAL * (1 - 2 ** -52), MAX, 2, 0.5, 1 + 2 ** -52, 1 - 2 ** -53]) {
    assert.ok(precise.ulps(log(x), precise.log(x)) <= 0.9, `${x}`)
  }
})

test('log1p is within 0.9 ulp', () => {
  expectWithin(0.9, log1p, precise.log1p, args(5, (x) => x > -1, [
    (r) => anyDouble(r),
    (r) => scaled(r, -60, 0),
    (r) => between(r, -1, 4),
    (r) => between(r, -0.35, 0.5),
    (r) => -1 + Math.abs(scaled(r, -53, -2)),
    (r) => Math.abs(scaled(r, 40, 60)),
  ]))
  expectExactly(log1p, [
    [0, 0], [-0, -0], [MIN, MIN], [-MIN, -MIN], [MIN_NORMAL, MIN_NORMAL],
    [-1, -Infinity], [Infinity, Infinity], [-Infinity, NaN], [NaN, NaN], [-1 - 2 ** -52, NaN], [-MAX, NaN],
  ])
  for (const x of [MAX, -1 + 2 ** -53, 2 ** 53, 2 ** 53 - 1, 0.41, -0.29]) {
    assert.ok(precise.ulps(log1p(x), precise.log1p(x)) <= 0.9, `${x}`)
  }
})

test('the table of tanh is right to the last bit, and ends where tanh rounds to 1', () => {
  const { TANH_AT, TANH_END } = elementary
  const steps = 16 * TANH_END
  for (let k = 0; k <= steps; k++) assert.ok(precise.ulps(TANH_AT[k], precise.tanh(k / 16)) <= 0.5, `${k}`)
  assert.is(TANH_AT[steps - 1], 1)
  assert.ok(TANH_AT.length > steps && Number.isInteger(Math.log2(TANH_AT.length)))
})

test('tanh is within 2.2 ulp, odd to the bit, and at most 1', () => {
  const xs = [...args(6, () => true, [
    (r) => anyDouble(r),
    (r) => scaled(r, -60, 5),
    (r) => between(r, -1, 1),
    // The first steps, where the number added to the table's is as large as that.
    (r) => between(r, 0.03, 0.16),
    (r) => between(r, -4, 4),
    (r) => between(r, -23, 23),
    // Where the step changes.
    (r) => (r.integer(320) + 0.5) / 16 * (1 + scaled(r, -52, -40)),
  ]), 1 / 32, 20, 20.000000000000004, 19.06]
  expectWithin(2.2, tanh, precise.tanh, xs)
  for (const x of xs) {
    if (!Object.is(tanh(-x), -tanh(x))) assert.unreachable(`not odd at ${x}`)
    if (!(Math.abs(tanh(x)) <= 1)) assert.unreachable(`above 1 at ${x}`)
  }
  expectExactly(tanh, [
    [0, 0], [-0, -0], [MIN, MIN], [-MIN, -MIN], [MIN_NORMAL, MIN_NORMAL], [1e-300, 1e-300], [1e-9, 1e-9],
    [NaN, NaN], [Infinity, 1], [-Infinity, -1], [MAX, 1], [-MAX, -1], [19.1, 1], [1e5, 1], [-1e5, -1],
  ])
})

const ANGLES: readonly Group[] = [
  (r) => anyDouble(r),
  (r) => scaled(r, -30, 21),
  (r) => between(r, -0.8, 0.8),
  (r) => between(r, -10, 10),
  (r) => between(r, -1e5, 1e5),
  (r) => between(r, -1.7e6, 1.7e6),
  (r) => multipleOfHalfPi(r.integer(2 ** 20) + 1),
  (r) => multipleOfHalfPi(r.integer(2 ** 12) + 1) * (1 + scaled(r, -52, -20)),
  // Odd multiples of π/4, where n changes.
  (r) => multipleOfHalfPi(2 * r.integer(2 ** 10) + 1) / 2 * (1 + scaled(r, -52, -40)),
]
const SPECIAL_ANGLES = [
  ...Array.from({ length: 4096 }, (_, k) => multipleOfHalfPi(k + 1)),
  // Of the doubles nearest to k π/2, k < 2^20, those that cancel most beside k.
  ...[204551, 409102, 818204, 554999, 789615, 263205].map(multipleOfHalfPi),
  NOTORIOUS, -NOTORIOUS, MAX, 1.6e6, 2 ** 53, 2 ** 53 - 1,
]

test('sin is within 0.9 ulp up to the largest double, and odd to the bit', () => {
  const xs = [...args(7, () => true, ANGLES), ...SPECIAL_ANGLES]
  expectWithin(0.9, sin, precise.sin, xs)
  for (const x of xs) if (!Object.is(sin(-x), -sin(x))) assert.unreachable(`${x}`)
  expectExactly(sin, [
    [0, 0], [-0, -0], [MIN, MIN], [-MIN, -MIN], [MIN_NORMAL, MIN_NORMAL], [1e-9, 1e-9],
    [NaN, NaN], [Infinity, NaN], [-Infinity, NaN],
    [Math.PI, 1.2246467991473532e-16], [NOTORIOUS, 1],
  ])
})

test('cos is within 0.9 ulp up to the largest double, and even to the bit', () => {
  const xs = [...args(8, () => true, ANGLES), ...SPECIAL_ANGLES]
  expectWithin(0.9, cos, precise.cos, xs)
  for (const x of xs) if (!Object.is(cos(-x), cos(x))) assert.unreachable(`${x}`)
  expectExactly(cos, [
    [0, 1], [-0, 1], [MIN, 1], [1e-9, 1], [NaN, NaN], [Infinity, NaN], [-Infinity, NaN],
    [Math.PI / 2, 6.123233995736766e-17], [NOTORIOUS, -4.687165924254628e-19],
  ])
})

test('the bits of 20,000 results of each function are those on record', () => {
  // FNV-1a over the words of the results. A change of these changes every trained weight.
  const record = new Map<(x: number) => number, number>([
    [exp, 0x7c25e1dd], [expm1, 0x4d957246], [log, 0xa8f7fbe9], [log1p, 0x4c0c5502],
    [tanh, 0x3d502128], [sin, 0xb83244db], [cos, 0x1e44ad24],
  ])
  for (const [f, expected] of record) {
    const random = new Random(9)
    let hash = 0x811c9dc5
    const view = new DataView(new ArrayBuffer(8))
    for (let i = 0; i < 20_000; i++) {
      view.setFloat64(0, f([1, 8, 600, 1e7][i % 4] * random.uniform()))
      hash = Math.imul(Math.imul(hash ^ view.getInt32(0), 0x01000193) ^ view.getInt32(4), 0x01000193)
    }
    assert.is(hash >>> 0, expected, f.name)
  }
})

test.run()
