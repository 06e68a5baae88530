/**
 * How many typed arrays one call of a contestant constructs, counted by proxies in place of the constructors.
 */
import type { Contestant } from './measure.ts'

type Constructor = new (...parameters: never[]) => object

export function arraysOf({ run }: Contestant): number {
  let count = 0
  const scope = globalThis as unknown as Record<string, Constructor>
  const names = ['Float64Array', 'Int32Array', 'Uint8Array'] as const
  const originals = names.map((name) => scope[name])
  const { subarray } = Float64Array.prototype
  names.forEach((name, i) => {
    scope[name] = new Proxy(originals[i], {
      construct(target, parameters) {
        count++
        return Reflect.construct(target, parameters)
      },
    })
  })
  Float64Array.prototype.subarray = function (...range) {
    count++
    return subarray.apply(this, range)
  }
  try {
    run()
  } finally {
    names.forEach((name, i) => { scope[name] = originals[i] })
    Float64Array.prototype.subarray = subarray
  }
  return count
}
