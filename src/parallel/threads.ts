/**
 * What threads exchange numbers by: shared memory. A rank writes its numbers into its slot, publishes them
 * by counting, and reads the slots of the others once these have counted as far. One barrier per exchange is
 * enough with two slots per rank: a rank writes exchange k + 2 into the slot of k only after it has completed
 * k + 1, for which every other rank has published k + 1, and so has read all of k before.
 * But: no rank can join later, and none can be replaced.
 */
import { expectAbove, expectInteger, expectRecord, expectVector } from '../errors/expect.ts'
import { aString, aVector } from '../errors/shape.ts'
import type { Communicator } from '../math/communicator.ts'
import {
  ARRIVED, BELL, expectNoFailure, expectSize, fail, LENGTHS, lineOf, openGroup, ring, TAKEN,
} from './memory.ts'

/** How a thread waits for the others. */
export interface ThreadOptions {
  /**
   * Milliseconds after which a rank that has not come to an exchange counts as failed, from the last arrival
   * of any rank on; Infinity waits for ever. It must be longer than the slowest rollout. Default: 60000.
   */
  readonly patience?: number
  /**
   * Looks at the memory before a thread sleeps, some 10 ns each: more are faster only while every thread has
   * a core to itself. Default: 200.
   */
  readonly spin?: number
}

const PATIENCE = 60_000, SPIN = 200

/**
 * A communicator of thread `rank` of `size`, each created once, in a thread of its own. `memory` is that of
 * `threadMemory(size)`, the same for all. If a rank fails or does not come, the exchanges of all others throw
 * an Error that begins with *rank R:*.
 * But: a browser's main thread may not sleep; there it looks without a pause, and `patience` does not count.
 */
export function createThreads(
  memory: SharedArrayBuffer, rank: number, size: number, options: ThreadOptions = {},
): Communicator {
  expectSize('size', size)
  expectInteger('rank', rank, 0, size - 1)
  const given = expectRecord<ThreadOptions>('options', options, ['patience', 'spin'])
  const patience = expectAbove('options.patience', given.patience ?? PATIENCE, 0, Infinity)
  const spin = expectInteger('options.spin', given.spin ?? SPIN, 0)
  const group = openGroup(memory, size)
  const { ints, slots, numbers } = group
  const own = lineOf(rank), sleeps = maySleep(ints)
  if (Atomics.compareExchange(ints, own + TAKEN, 0, 1) !== 0) {
    throw new RangeError(`rank: expected one that no other thread has, got ${rank}`)
  }
  let exchange = 0

  /** Wait until rank `other` has published this exchange. */
  function arrived(other: number): void {
    const at = lineOf(other) + ARRIVED
    const hasCome = (): boolean => (Atomics.load(ints, at) - exchange | 0) >= 0
    for (let looks = 0; looks < spin; looks++) if (hasCome()) return
    for (;;) {
      // Read before looking: what changes after the look rings, and then there is no sleep.
      const bell = Atomics.load(ints, BELL)
      if (hasCome()) return
      expectNoFailure(group)
      if (!sleeps || Atomics.wait(ints, BELL, bell, patience) !== 'timed-out' || hasCome()) continue
      const problem = `expected an answer within ${patience} ms, got none`
      fail(group, other, problem)
      expectNoFailure(group)
      // Another failure's text did not come to its end, as its thread has ended.
      throw new Error(`rank ${other}: ${problem}`)
    }
  }

  /** One piece of at most a slot: mine[from … to) to the same places of each rank's part of `into`. */
  function gather(into: Float64Array, mine: Float64Array, from: number, to: number): void {
    const n = mine.length, parity = exchange & 1
    exchange = exchange + 1 | 0
    slots[parity][rank].set(mine.subarray(from, to))
    ints[own + LENGTHS + parity] = n
    Atomics.store(ints, own + ARRIVED, exchange)
    ring(group)
    for (let other = 0; other < size; other++) {
      if (other === rank) {
        into.set(mine.subarray(from, to), other * n + from)
        continue
      }
      arrived(other)
      const got = ints[lineOf(other) + LENGTHS + parity]
      if (got !== n) fail(group, other, `allGather: expected ${n} numbers, as rank ${rank} has, got ${got}`)
      expectNoFailure(group)
      into.set(slots[parity][other].subarray(0, to - from), other * n + from)
    }
  }

  return {
    rank, size,
    allGather(into, mine) {
      aVector('mine', mine)
      expectVector('into', into, size * mine.length)
      expectNoFailure(group)
      let from = 0
      do {
        const to = Math.min(from + numbers, mine.length)
        gather(into, mine, from, to)
        from = to
      } while (from < mine.length)
    },
    abort(reason) {
      aString('reason', reason)
      fail(group, rank, reason)
    },
  }
}

/** Whether this thread may sleep: a browser's main thread may not. */
function maySleep(ints: Int32Array): boolean {
  try {
    Atomics.wait(ints, BELL, Atomics.load(ints, BELL), 0)
    return true
  } catch {
    return false
  }
}
