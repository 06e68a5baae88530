/**
 * A random sample of mutants, reproducible by its seed. First a line is drawn, of all lines of code that have
 * a mutant, then one of its mutants: so a line with many operators weighs no more than others.
 */

/** `count` different mutants of `all`, or all if there are not that many. */
export function sample(all, count, seed) {
  const uniform = generator(seed), lines = new Map(), chosen = []
  for (const mutant of all) {
    const place = `${mutant.path}:${mutant.line}`
    lines.set(place, [...lines.get(place) ?? [], mutant])
  }
  const places = [...lines.keys()]
  while (chosen.length < count && places.length > 0) {
    const at = Math.floor(uniform() * places.length), left = lines.get(places[at])
    chosen.push(...left.splice(Math.floor(uniform() * left.length), 1))
    if (left.length === 0) places.splice(at, 1)
  }
  return chosen
}

/** Numbers in [0, 1) of mulberry32. */
function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ state >>> 15, state | 1)
    x = (x + Math.imul(x ^ x >>> 7, x | 61)) ^ x
    return ((x ^ x >>> 14) >>> 0) / 4294967296
  }
}
