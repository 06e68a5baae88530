/**
 * Three kinds of numbers behind one interface, so that the naive network and densities are written once:
 * plain numbers, dual numbers (exact derivatives) and numbers with error bounds.
 * But: scalars, and the host's own Math.
 */

export interface Arithmetic<T> {
  constant(x: number): T
  value(a: T): number
  sum(terms: readonly T[]): T
  /** start + Σ aᵢ bᵢ */
  inner(start: T, a: readonly T[], b: readonly T[]): T
  negate(a: T): T
  subtract(a: T, b: T): T
  multiply(a: T, b: T): T
  exp(a: T): T
  log(a: T): T
  tanh(a: T): T
  relu(a: T): T
}

export const numbers: Arithmetic<number> = {
  constant: (x) => x,
  value: (a) => a,
  sum: (terms) => terms.reduce((total, x) => total + x),
  inner: (start, a, b) => a.reduce((total, x, i) => total + x * b[i], start),
  negate: (a) => -a,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  relu: (a) => (a > 0 ? a : 0),
}

/** A value, and how it moves. */
export interface Dual { readonly value: number; readonly slope: number }

export const duals: Arithmetic<Dual> = {
  constant: (value) => ({ value, slope: 0 }),
  value: (a) => a.value,
  sum: (terms) => terms.reduce((a, b) => ({ value: a.value + b.value, slope: a.slope + b.slope })),
  inner({ value, slope }, a, b) {
    for (let i = 0; i < a.length; i++) {
      value += a[i].value * b[i].value
      slope += a[i].slope * b[i].value + a[i].value * b[i].slope
    }
    return { value, slope }
  },
  negate: (a) => ({ value: -a.value, slope: -a.slope }),
  subtract: (a, b) => ({ value: a.value - b.value, slope: a.slope - b.slope }),
  multiply: (a, b) => ({ value: a.value * b.value, slope: a.slope * b.value + a.value * b.slope }),
  exp: (a) => ({ value: Math.exp(a.value), slope: a.slope * Math.exp(a.value) }),
  log: (a) => ({ value: Math.log(a.value), slope: a.slope / a.value }),
  tanh: (a) => ({ value: Math.tanh(a.value), slope: a.slope * (1 - Math.tanh(a.value) ** 2) }),
  relu: (a) => (a.value > 0 ? a : { value: 0, slope: 0 }),
}

/**
 * A value, and how far two sound implementations may lie apart, by running error analysis (Higham, "Accuracy
 * and Stability of Numerical Algorithms", section 3.3). A sum of n terms in any order may be off by
 * (n − 1) · 2^-53 Σ|terms| in each of the two, and by what its terms were off already; elementary functions
 * are granted two units in the last place in each.
 */
export interface Bounded { readonly value: number; readonly error: number }

/** Twice the unit roundoff: two implementations, each half of this off. */
const U = 2 ** -52

/** |x| · error, where 0 times what is not known at all is 0. */
const scaled = (x: number, error: number): number => (x === 0 || error === 0 ? 0 : Math.abs(x) * error)

/** What the errors of a and b make of a·b. */
const productError = (a: Bounded, b: Bounded): number =>
  scaled(a.value, b.error) + scaled(b.value, a.error) + scaled(a.error, b.error)

export const bounded: Arithmetic<Bounded> = {
  constant: (value) => ({ value, error: 0 }),
  value: (a) => a.value,
  sum(terms) {
    let value = 0, size = 0, error = 0
    for (const term of terms) {
      value += term.value
      size += Math.abs(term.value)
      error += term.error
    }
    return { value, error: error + (terms.length - 1) * U * size }
  },
  inner({ value, error }, a, b) {
    let size = Math.abs(value)
    for (let i = 0; i < a.length; i++) {
      const product = a[i].value * b[i].value
      value += product
      size += Math.abs(product)
      error += productError(a[i], b[i])
    }
    // A rounding for each product, and for each addition.
    return { value, error: error + (a.length + 1) * U * size }
  },
  negate: (a) => ({ value: -a.value, error: a.error }),
  subtract(a, b) {
    const value = a.value - b.value
    return { value, error: a.error + b.error + U * Math.abs(value) }
  },
  multiply(a, b) {
    const value = a.value * b.value
    return { value, error: productError(a, b) + U * Math.abs(value) }
  },
  exp(a) {
    const value = Math.exp(a.value)
    return { value, error: value === 0 ? 0 : value * (Math.expm1(a.error) + 2 * U) }
  },
  log(a) {
    const value = Math.log(a.value), relative = a.error / a.value
    return { value, error: (relative < 1 ? -Math.log1p(-relative) : Infinity) + 2 * U * Math.abs(value) }
  },
  tanh(a) {
    // 1 − tanh² at the end of the interval that lies nearer to 0 bounds the slope.
    const near = Math.tanh(Math.max(0, Math.abs(a.value) - a.error))
    return { value: Math.tanh(a.value), error: Math.min(2, a.error * (1 - near * near) + 2 * U) }
  },
  relu: (a) => (a.value > 0 ? a : { value: 0, error: a.error }),
}
