/**
 * What the threads of a training and the thread that leads them say to each other: orders and reports as
 * messages, and memory that each rank writes its place to, for the leader to see whether it still moves.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Iteration } from '../../trpo/train.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'

/** One iteration more; all that later ones depend on; the end in order; the end at once. */
export type Order = 'go' | 'snapshot' | 'stop' | 'abort'

/** What a thread is started with. */
export interface Task {
  readonly rank: number
  readonly size: number
  /** A built-in environment, or the path of a module. */
  readonly word: string
  readonly memory: SharedArrayBuffer
  /** As `ThreadOptions.spin`. */
  readonly spin: number
  readonly places: Int32Array
  readonly port: MessagePort
  /** Plain data: the clock, networks and the like are added in the thread. */
  readonly options: Partial<TrainOptions> & { readonly resume?: Snapshot }
  readonly isTimed: boolean
  /** Files of the policy and the value function to start from. */
  readonly policy: Uint8Array | null
  readonly value: Uint8Array | null
}

/** A record without what only exists in its thread. */
export type PlainRecord = Omit<Iteration, 'policy' | 'value' | 'snapshot'>

/** What another thread threw, as plain data. */
export interface PlainError {
  readonly name: string
  readonly message: string
  readonly env: number
  readonly step: number
}

/** What a rank says once it has followed an order. */
export type Report =
  | {
    readonly kind: 'record'; readonly record: PlainRecord
    readonly policy: Uint8Array; readonly value: Uint8Array
  }
  | { readonly kind: 'turn' }
  | { readonly kind: 'over' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'no snapshot'; readonly error: PlainError }
  /** `own`: not only because another rank has failed. */
  | { readonly kind: 'error'; readonly error: PlainError; readonly own: boolean }

/** What a rank does: loads and makes its environments, computes, is in an environment, waits for others. */
export const STARTS = 0, COMPUTES = 1, IN_ENV = 2, WAITS = 3

/** Int32 per rank: what it does, in which environment, after how many steps of it, and moves so far. */
const ROW = 4
const DOES = 0, ENV = 1, STEP = 2, MOVES = 3

export interface Place { readonly does: number; readonly env: number; readonly step: number }

/** For `size` ranks, and one number more: how many snapshots were answered. */
export function createPlaces(size: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (ROW * size + 1)))
}

/** Write what this rank does now. */
export function move(
  places: Int32Array, rank: number, does: number, env: number = 0, step: number = 0,
): void {
  const row = ROW * rank
  places[row + ENV] = env
  places[row + STEP] = step
  Atomics.store(places, row + DOES, does)
  Atomics.add(places, row + MOVES, 1)
}

export function placeOf(places: Int32Array, rank: number): Place {
  const row = ROW * rank
  return { does: Atomics.load(places, row + DOES), env: places[row + ENV], step: places[row + STEP] }
}

/** Moves of all ranks, modulo 2³². */
export function movesIn(places: Int32Array): number {
  let total = 0
  for (let at = MOVES; at < places.length; at += ROW) total = total + Atomics.load(places, at) | 0
  return total
}

/** Where the answered snapshots are counted. */
export function answersIn(places: Int32Array): number {
  return places.length - 1
}
