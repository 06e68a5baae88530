/**
 * Two walks through an environment compared call by call: what must repeat, and the first difference.
 */
import { show } from '../../errors/expect.ts'
import { type Observed, type Problems, report } from './walk.ts'

/**
 * Whether `second` repeats the calls of `first`, from its own first one on; the first difference is reported
 * as *expected `demand` name, X, got Y*. A second walk that could not continue repeats nothing.
 */
export function repeats(
  first: readonly Observed[], second: readonly Observed[] | null,
  problems: Problems, kind: string, demand: string,
): boolean {
  if (second === null) return false
  const start = first.findIndex(({ call, t }) => call === second[0].call && t === second[0].t)
  for (let i = 0; i < second.length; i++) {
    // The same call of both walks: as long as their flags agree, they reset before the same steps.
    const a = first[start + i], b = second[i]
    const place = b.call === 'reset' ? `reset before step ${b.t}` : `step ${b.t}`
    const wrong = b.mask?.findIndex((x, j) => x !== a.mask?.[j]) ?? -1
    if (wrong >= 0) {
      return differs(place, `actionMask()[${wrong}]`, show(a.mask?.[wrong]), show(b.mask?.[wrong]))
    }
    for (const name of ['terminated', 'truncated', 'reward'] as const) {
      if (!Object.is(a[name], b[name])) return differs(place, name, show(a[name]), show(b[name]))
    }
    if (a.observation.length !== b.observation.length) {
      return differs(place, 'observation length', String(a.observation.length), String(b.observation.length))
    }
    for (let j = 0; j < a.observation.length; j++) {
      if (!Object.is(a.observation[j], b.observation[j])) {
        return differs(place, `observation[${j}]`, show(a.observation[j]), show(b.observation[j]))
      }
    }
  }
  return true

  function differs(place: string, name: string, was: string, is: string): false {
    report(problems, kind, `${place}: ${name}`, `expected ${demand} ${name}, ${was}, got ${is}`)
    return false
  }
}
