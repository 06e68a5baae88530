/** What a process holds, and how fast that grows. */
import { memoryUsage } from 'node:process'

/** The collector; undefined without --expose-gc. */
export const collectGarbage: (() => void) | undefined = (globalThis as { gc?: () => void }).gc

/** Bytes on the heap and in array buffers that something still refers to. Needs --expose-gc. */
export function held(): number {
  // Buffers are released one collection after the object that held them.
  for (let k = 0; k < 3; k++) collectGarbage!()
  const { heapUsed, arrayBuffers } = memoryUsage()
  return heapUsed + arrayBuffers
}

/** The slope of y over x by least squares. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (z: readonly number[]): number => z.reduce((sum, each) => sum + each, 0) / z.length
  const middle = mean(x), level = mean(y)
  const products = x.reduce((sum, each, i) => sum + (each - middle) * (y[i] - level), 0)
  return products / x.reduce((sum, each) => sum + (each - middle) ** 2, 0)
}
