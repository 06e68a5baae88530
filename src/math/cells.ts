/**
 * The state of something as named vectors, for snapshots: one list of cells both copies it out and puts it
 * back, so that what is saved and what is restored cannot differ.
 */
import { argumentError, expectInteger, expectVector } from '../errors/expect.ts'
import { Random, RANDOM_STATE_SIZE } from './random.ts'

/** One part of a state. */
export interface Cell {
  readonly name: string
  /** A copy. */
  get(): Float64Array
  /** Throws, and changes nothing, for numbers that the part cannot have. */
  set(numbers: Float64Array): void
}

/** Numbers that must be finite and at least `low`. */
export function vectorCell(name: string, x: Float64Array, low: number = -Infinity): Cell {
  return {
    name,
    get: () => x.slice(),
    set(numbers) {
      expectVector(name, numbers, x.length)
      expectAll(name, numbers, (each) => Number.isFinite(each) && each >= low, finite(low))
      x.set(numbers)
    },
  }
}

/** Integers of at least 0. */
export function countsCell(name: string, x: Float64Array): Cell {
  return {
    name,
    get: () => x.slice(),
    set(numbers) {
      expectVector(name, numbers, x.length)
      for (let i = 0; i < numbers.length; i++) expectInteger(`${name}[${i}]`, numbers[i], 0)
      x.set(numbers)
    },
  }
}

/** Numbers that are kept one by one, such as counters; each must be finite and at least `low`. */
export function numbersCell(
  name: string, low: number, read: () => readonly number[], write: (numbers: Float64Array) => void,
): Cell {
  return {
    name,
    get: () => Float64Array.from(read()),
    set(numbers) {
      expectVector(name, numbers, read().length)
      expectAll(name, numbers, (each) => Number.isFinite(each) && each >= low, finite(low))
      write(numbers)
    },
  }
}

/** A permutation of 0, 1, … */
export function orderCell(name: string, order: Int32Array): Cell {
  return {
    name,
    get: () => Float64Array.from(order),
    set(numbers) {
      expectVector(name, numbers, order.length)
      const seen = new Uint8Array(order.length)
      expectAll(name, numbers, (each) => seen[each] === 0 && ++seen[each] === 1, 'each index once')
      order.set(numbers)
    },
  }
}

/** A stream of random numbers. */
export function streamCell(name: string, random: Random): Cell {
  return { name, get: () => random.getState(), set: (state) => random.setState(state) }
}

/** The state of a stream, kept as a vector. */
export function streamStateCell(name: string, state: Float64Array): Cell {
  return {
    name,
    get: () => state.slice(),
    set(numbers) {
      expectVector(name, numbers, RANDOM_STATE_SIZE)
      // All 0 before the stream was first saved.
      if (numbers.some((each) => each !== 0)) new Random(0).setState(numbers)
      state.set(numbers)
    },
  }
}

function finite(low: number): string {
  return low === -Infinity ? 'a finite number' : `a finite number of at least ${low}`
}

function expectAll(
  name: string, numbers: Float64Array, isRight: (x: number) => boolean, expected: string,
): void {
  for (let i = 0; i < numbers.length; i++) {
    if (!isRight(numbers[i])) throw argumentError(`${name}[${i}]`, expected, numbers[i], 'number')
  }
}
