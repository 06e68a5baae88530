/**
 * Every argument of a call, and every field of it, replaced by bad values one by one; and what came of it.
 */
import { setTimeout } from 'node:timers/promises'
import { runInThisContext } from 'node:vm'
import { badValues, holdsNaN, OWN } from './badValues.ts'
import type { Good } from './goodCalls.ts'

/** `clear`: one of our errors; `own`: the value's own; `unclear`: an engine's; `NaN`: returned or written. */
export type Outcome = 'clear' | 'own' | 'unclear' | 'returned' | 'NaN' | 'hang'

/** One bad call. */
export interface Tried {
  readonly name: string
  /** As in `0.net.sizes`. */
  readonly place: string
  readonly value: string
  readonly outcome: Outcome
  /** Of the error. */
  readonly text: string
}

/** Milliseconds after which a call hangs. */
const LIMIT = 4000

type Path = readonly (string | number)[]

/** Paths to the arguments, and to their fields down to `depth` names. Typed arrays count as one value. */
export function placesIn(given: readonly unknown[], depth: number): Path[] {
  const below = (value: unknown, path: Path): Path[] => {
    const isRecord = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
      && (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
    if (!isRecord || path.length > depth) return [path]
    const names = Array.isArray(value) ? (value.length > 0 ? [0] : []) : Object.keys(value)
    const fields = value as Readonly<Record<string, unknown>>
    return [path, ...names.flatMap((name) => below(fields[name], [...path, name]))]
  }
  return given.flatMap((value, i) => below(value, [i]))
}

/** A copy of `of` in which the value at `path` is another. */
function replaced(of: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value
  const copy = Array.isArray(of) ? [...of] : { ...of as object }
  const at = copy as Record<string | number, unknown>
  at[name] = replaced(at[name], rest, value)
  return copy
}

/** Whether NaN can be reached from `value`: it, its fields, the entries of its arrays. */
function reachesNaN(value: unknown, depth: number = 4): boolean {
  if (typeof value === 'number') return Number.isNaN(value)
  if (typeof value !== 'object' || value === null || depth === 0) return false
  if (ArrayBuffer.isView(value)) return value instanceof Float64Array && value.some(Number.isNaN)
  try {
    return Object.values(value).some((each) => reachesNaN(each, depth - 1))
  } catch {
    return false
  }
}

const isOurs = /^[^\n]*: expected [^]*, got /

/** The call with one bad value; what it promises is awaited. */
export async function tryCall(name: string, { call, make }: Good, path: Path, value: string): Promise<Tried> {
  const place = path.join('.')
  const done = (outcome: Outcome, text: string = ''): Tried => ({ name, place, value, outcome, text })
  const given = replaced(make(), path, badValues[value]()) as readonly unknown[]
  const host = globalThis as unknown as { badCall: () => unknown }
  host.badCall = () => call(...given)
  try {
    const late = Symbol('late'), answer = runInThisContext('badCall()', { timeout: LIMIT })
    const result = await Promise.race([answer, setTimeout(LIMIT, undefined, { ref: false }).then(() => late)])
    if (result === late) return done('hang', 'a promise')
    const computed = !holdsNaN.includes(value) && value !== 'NaN'
    const isNaN = reachesNaN(result) || (computed && given.some((each) => reachesNaN(each)))
    if (isNaN && !holdsNaN.includes(value)) return done('NaN')
    return done('returned')
  } catch (error) {
    const text = String((error as { message?: unknown } | null)?.message ?? error)
    if (/timed out/.test(text)) return done('hang', text)
    if (text.includes(OWN) && !isOurs.test(text)) return done('own', text)
    return done(isOurs.test(text) ? 'clear' : 'unclear', text)
  }
}

/** All bad calls of one function. */
export async function tryAll(
  name: string, good: Good, depth: number, values: readonly string[],
): Promise<Tried[]> {
  const tried: Tried[] = []
  for (const path of placesIn(good.make(), depth)) {
    for (const value of values) tried.push(await tryCall(name, good, path, value))
  }
  return tried
}

/** The numbers of outcomes, in one line. */
export function counts(tried: readonly Tried[]): Record<Outcome, number> {
  const all: Record<Outcome, number> = { clear: 0, own: 0, unclear: 0, returned: 0, NaN: 0, hang: 0 }
  for (const { outcome } of tried) all[outcome]++
  return all
}
