/**
 * Where an axis has its ticks, and how numbers are written: round steps of 1, 2 or 5 times a power of ten;
 * powers of ten where an axis is logarithmic.
 * But: no dates, no units of time; axes here are short, so some four ticks suffice.
 */

/** Round numbers from `low` to `high`, some `count` of them and at least three, in order. */
export function ticksBetween(low: number, high: number, count: number = 4): number[] {
  const ticks = multiples(low, high, roundStep((high - low) / count))
  // An axis with one number on it says nothing of its scale.
  return ticks.length > 2 || count > 8 ? ticks : ticksBetween(low, high, count * 1.5)
}

function multiples(low: number, high: number, step: number): number[] {
  if (!(step > 0) || !Number.isFinite(step)) return [low]
  const ticks: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) ticks.push(i * step)
  return ticks
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `x`. */
export function roundStep(x: number): number {
  if (!(x > 0)) return 0
  const power = 10 ** Math.floor(Math.log10(x))
  for (const digit of [1, 2, 5]) if (digit * power >= x * (1 - 1e-9)) return digit * power
  return 10 * power
}

/** `x`, rounded up to an axis' end: a multiple of the step that its ticks would have. */
export function roundUp(x: number, count: number = 4): number {
  const step = roundStep(x / count)
  return step > 0 ? Math.ceil(x / step - 1e-9) * step : 1
}

/** Powers of ten from `low` to `high`, both included. */
export function powersBetween(low: number, high: number): number[] {
  const powers: number[] = []
  for (let e = Math.ceil(Math.log10(low) - 1e-9); e <= Math.log10(high) + 1e-9; e++) powers.push(10 ** e)
  return powers
}

/** A tick's number, with as many decimals as the step between ticks needs. */
export function tickText(x: number, step: number): string {
  if (Math.abs(x) < Math.abs(step) * 1e-9) return '0'
  const decimals = Math.min(6, Math.max(0, -Math.floor(Math.log10(Math.abs(step) || 1) + 1e-9)))
  return minus(Math.abs(x) >= 10_000 ? `${+(x / 1000).toFixed(1)}k` : x.toFixed(decimals))
}

/** 10⁻², 1, 10: a power of ten as people write it. */
export function powerText(x: number): string {
  const exponent = Math.round(Math.log10(x))
  if (exponent === 0) return '1'
  if (exponent === 1) return '10'
  return '10' + minus(String(exponent)).replace(/./g, (digit) => RAISED['−0123456789'.indexOf(digit)])
}

const RAISED = [...'⁻⁰¹²³⁴⁵⁶⁷⁸⁹']

/** `digits` significant digits without an exponent: 0.0123, 187, 1.45; a true minus sign. */
export function short(x: number, digits: number = 3): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'not a number' : x > 0 ? '∞' : '−∞'
  if (x === 0) return '0'
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(x)))
  return minus(decimals > 8 ? x.toExponential(1) : x.toFixed(Math.min(8, Math.max(0, decimals))))
}

/** With a sign even if it is positive: +0.021, −0.004. */
export function signed(x: number, digits: number = 2): string {
  return x > 0 ? `+${short(x, digits)}` : short(x, digits)
}

function minus(text: string): string {
  return text.replace('-', '−')
}
