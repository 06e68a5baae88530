/** Equality to the bit, where `equal` would take 0 for −0 and NaN for any NaN. */

/** The bits of every number, as text that shows in an error which of them differ. */
export function bits(...all: readonly Float64Array[]): string {
  return all.map((x) => new BigUint64Array(x.slice().buffer).join()).join(' ')
}

export function sameBits(x: Float64Array, y: Float64Array): boolean {
  return x.length === y.length && x.every((value, i) => Object.is(value, y[i]))
}
