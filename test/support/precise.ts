/**
 * The elementary functions to some 150 bits, in BigInt fixed point: the oracle for src/math/elementary.ts.
 * Every value is mantissa · 2^exponent. Arguments are reduced exactly, then a Taylor series is summed;
 * pi by Machin's formula (1706), logarithms by 2 atanh(f / (2 + f)).
 * But: not correctly rounded, and no specials: arguments are finite, and inside the domain.
 */
export type Big = { readonly mantissa: bigint; readonly exponent: number }

/** Bits after the point of every series. */
const P = 160
const ONE = 1n << 160n
const TERMS = 36

const double = new Float64Array(1)
const word = new BigUint64Array(double.buffer)

/** x, exactly. */
export function ofNumber(x: number): Big {
  double[0] = x
  const field = Number((word[0] >> 52n) & 0x7ffn)
  const fraction = word[0] & 0xfffffffffffffn
  const mantissa = field === 0 ? fraction : fraction | 0x10000000000000n
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: (field === 0 ? 1 : field) - 1075 }
}

/** The double nearest to a value of the normal range; the language has Number(bigint) round to nearest. */
export function toNumber({ mantissa, exponent }: Big): number {
  const half = Math.trunc(exponent / 2)
  return Number(mantissa) * 2 ** half * 2 ** (exponent - half)
}

/** |y − truth| in units of the spacing of doubles at `truth`; an infinite y stands for ±2^1024. */
export function ulps(y: number, truth: Big): number {
  if (Number.isNaN(y)) return Infinity
  const infinite = { mantissa: y > 0 ? 1n : -1n, exponent: 1024 }
  const { mantissa, exponent } = Number.isFinite(y) ? ofNumber(y) : infinite
  if (truth.mantissa === 0n) return Number(abs(mantissa))
  const unit = Math.max(truth.exponent + bitLength(truth.mantissa) - 53, -1074)
  const low = Math.min(exponent, truth.exponent)
  const error = abs((mantissa << BigInt(exponent - low)) - (truth.mantissa << BigInt(truth.exponent - low)))
  // Forty bits after the point of the quotient are plenty.
  return Number(shifted(error, low - unit + 40)) / 2 ** 40
}

export function exp(x: number): Big {
  const fixed = toFixed(ofNumber(x))
  const k = nearest(fixed, LN2)
  return { mantissa: series(EXP, fixed - k * LN2), exponent: Number(k) - P }
}

export function expm1(x: number): Big {
  const big = ofNumber(x)
  if (Math.abs(x) < 0.35) {
    return { mantissa: big.mantissa * series(EXP_REST, toFixed(big)), exponent: big.exponent - P }
  }
  return x < 200 ? plus(exp(x), -1n) : exp(x) // beyond, 1 is under the last of 150 bits
}

export function log(x: number): Big {
  return logBig(ofNumber(x))
}

export function log1p(x: number): Big {
  const big = ofNumber(x)
  return Math.abs(x) < 0.3 ? twiceAtanh(big) : logBig(plus(big, 1n))
}

export function tanh(x: number): Big {
  if (x < 0) return negative(tanh(-x))
  const t = x < 80 ? expm1(2 * x) : { mantissa: 1n, exponent: 230 } // 1 − tanh is then under 2^-229
  return quotient(t, plus(t, 2n))
}

export function sin(x: number): Big {
  return turn(x, 0n)
}

export function cos(x: number): Big {
  return turn(x, 1n)
}

/** π · 2^bits. */
export function pi(bits: number): bigint {
  return (16n * inverseSeries(5n, bits + 16, -1n) - 4n * inverseSeries(239n, bits + 16, -1n)) >> 16n
}

/** ln 2 · 2^bits. */
export function ln2(bits: number): bigint {
  return (2n * inverseSeries(3n, bits + 16, 1n)) >> 16n
}

/** Σ c_i u^i for fixed-point c and u. */
export function series(c: readonly bigint[], u: bigint): bigint {
  let sum = 0n
  for (let i = c.length - 1; i >= 0; i--) sum = ((sum * u) >> BigInt(P)) + c[i]
  return sum
}

/** To so many bits after the point, rounded down. */
export function toFixed({ mantissa, exponent }: Big, bits: number = P): bigint {
  return shifted(mantissa, exponent + bits)
}

/** sin(x + quarters · π/2). The distance to the nearest multiple of π/2 may be 2^-62: 240 bits keep it. */
function turn(x: number, quarters: bigint): Big {
  const big = ofNumber(x)
  if (quarters === 0n && Math.abs(x) < 0.5) return sinBig(big)
  const room = 64 * Math.ceil(Math.max(0, big.exponent + 53) / 64) + 240
  const halfPi = halfPiTo(room)
  const fixed = toFixed(big, room)
  const n = nearest(fixed, halfPi)
  const rest = { mantissa: fixed - n * halfPi, exponent: -room }
  const quadrant = (n + quarters) & 3n
  const value = (quadrant & 1n) === 0n ? sinBig(rest) : cosBig(rest)
  return quadrant < 2n ? value : negative(value)
}

function sinBig(r: Big): Big {
  return { mantissa: r.mantissa * series(SIN, squareFixed(r)), exponent: r.exponent - P }
}

function cosBig(r: Big): Big {
  return { mantissa: series(COS, squareFixed(r)), exponent: -P }
}

function squareFixed(r: Big): bigint {
  const fixed = toFixed(r)
  return (fixed * fixed) >> BigInt(P)
}

/** The logarithm of a value that need not be a double. */
export function logBig({ mantissa, exponent }: Big): Big {
  // mantissa · 2^exponent = (1 + f) · 2^k with 1 + f from 2/3 to 4/3
  const length = bitLength(mantissa)
  const k = 3n * mantissa > 1n << BigInt(length + 1) ? length : length - 1
  const f = twiceAtanh({ mantissa: mantissa - (1n << BigInt(k)), exponent: -k })
  if (k + exponent === 0) return f
  return { mantissa: BigInt(k + exponent) * LN2 + toFixed(f), exponent: -P }
}

/** log(1 + f) = 2 atanh(f / (2 + f)), with the relative precision of f. */
function twiceAtanh(f: Big): Big {
  if (f.mantissa === 0n) return f
  const s = quotient(f, plus(f, 2n))
  return { mantissa: 2n * s.mantissa * series(ATANH, squareFixed(s)), exponent: s.exponent - P }
}

/** a + n, exactly, unless a is below the last of P + 40 bits beside n. */
function plus({ mantissa, exponent }: Big, n: bigint): Big {
  if (exponent >= 0) return { mantissa: (mantissa << BigInt(exponent)) + n, exponent: 0 }
  const kept = Math.max(exponent, -P - 200)
  return { mantissa: (mantissa >> BigInt(kept - exponent)) + (n << BigInt(-kept)), exponent: kept }
}

function quotient(a: Big, b: Big): Big {
  const shift = Math.max(0, P + 8 + bitLength(b.mantissa) - bitLength(a.mantissa))
  return { mantissa: (a.mantissa << BigInt(shift)) / b.mantissa, exponent: a.exponent - b.exponent - shift }
}

function negative({ mantissa, exponent }: Big): Big {
  return { mantissa: -mantissa, exponent }
}

function nearest(a: bigint, b: bigint): bigint {
  const twice = 2n * a + b
  const q = twice / (2n * b)
  return twice < 0n && q * 2n * b !== twice ? q - 1n : q
}

/** a · 2^n, rounded down. */
function shifted(a: bigint, n: number): bigint {
  return n >= 0 ? a << BigInt(n) : a >> BigInt(-n)
}

function bitLength(a: bigint): number {
  const hex = abs(a).toString(16)
  return 4 * hex.length - Math.clz32(parseInt(hex[0], 16)) + 28
}

function abs(a: bigint): bigint {
  return a < 0n ? -a : a
}

/** 2^bits · Σ sign^i x^-(2i+1) / (2i+1): atanh(1/x) for sign 1, atan(1/x) for sign −1. */
function inverseSeries(x: bigint, bits: number, sign: bigint): bigint {
  let power = (1n << BigInt(bits)) / x, sum = power
  for (let i = 3n; power !== 0n; i += 2n) {
    power = sign * power / (x * x)
    sum += power / i
  }
  return sum
}

const halfPis = new Map<number, bigint>()
function halfPiTo(bits: number): bigint {
  const known = halfPis.get(bits)
  if (known !== undefined) return known
  const value = pi(bits) >> 1n
  halfPis.set(bits, value)
  return value
}

/** 2^P · first, then each term the one before divided by divisor(i). */
function terms(divisor: (i: bigint) => bigint): readonly bigint[] {
  const c = [ONE]
  for (let i = 1; i < TERMS; i++) c.push(c[i - 1] / divisor(BigInt(i)))
  return c
}

const LN2 = ln2(P)
/** e^u = Σ u^i / i! */
const EXP = terms((i) => i)
/** (e^u − 1) / u = Σ u^i / (i + 1)! */
const EXP_REST = terms((i) => i + 1n)
/** sin √u / √u = Σ (−u)^i / (2i + 1)! */
const SIN = terms((i) => -2n * i * (2n * i + 1n)).slice(0, 22)
/** cos √u = Σ (−u)^i / (2i)! */
const COS = terms((i) => -2n * i * (2n * i - 1n)).slice(0, 22)
/** atanh √u / √u = Σ u^i / (2i + 1) */
const ATANH = Array.from({ length: TERMS }, (_, i) => ONE / BigInt(2 * i + 1))
