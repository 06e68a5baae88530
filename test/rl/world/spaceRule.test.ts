/**
 * One rule for spaces: the constructors and the validator of records against definitions in words of sets, on
 * grids of numbers, with integers as bigints; and every door against records written by hand. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodePolicy } from '../../../src/io/index.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import * as parts from '../../../src/parts.ts'
import { evaluate } from '../../../src/rl/evaluate.ts'
import { createPolicy, type Policy } from '../../../src/rl/policy.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import {
  box, discrete, multiBinary, multiDiscrete, type Space, spaceProblem,
} from '../../../src/rl/world/space.ts'
import { train } from '../../../src/trpo/train.ts'

const accepts = (make: () => unknown): boolean => {
  try {
    make()
    return true
  } catch (error) {
    assert.match((error as Error).message, /^\w+(\[\d\])?: expected .*, got /)
    return false
  }
}

test('a Box needs a finite number within each pair of bounds, by its constructor and as a record', () => {
  const ends = [-Infinity, -Number.MAX_VALUE, -1, -0, 0, 1, Number.MAX_VALUE, Infinity, NaN]
  for (const low of ends) {
    for (const high of ends) {
      // Whether one of these finite numbers is between them; the grid has no gap without one.
      const inside = ends.some((x) => Number.isFinite(x) && x >= low && x <= high)
      assert.is(accepts(() => box([0, low], [0, high])), inside, `${low} ${high}`)
      const record = { kind: 'box', low: Float64Array.of(0, low), high: Float64Array.of(0, high) }
      assert.is(spaceProblem(record) === null, inside, `${low} ${high}`)
    }
  }
})

test('the integers of a Discrete are exact, by its constructor and as a record', () => {
  const max = Number.MAX_SAFE_INTEGER
  const counts = [-1, 0, 0.5, 1, 2, max - 1e15, max - 1e15 + 1, max - 1, max, max + 1, Infinity, NaN]
  const starts = [-1e15 - 1, -1e15, -1, 0, 0.5, 1, 2, 1e15, 1e15 + 1, max, Infinity, NaN]
  for (const n of counts) {
    for (const start of starts) {
      const integers = Number.isSafeInteger(n) && Number.isSafeInteger(start)
      const exact = integers && n >= 1 && Math.abs(start) <= 1e15 && BigInt(start) + BigInt(n) <= 2n ** 53n
      assert.is(accepts(() => discrete(n, start)), exact, `${n} ${start}`)
      assert.is(spaceProblem({ kind: 'discrete', n, start }) === null, exact, `${n} ${start}`)
    }
  }
  assert.throws(() => discrete(2 ** 53 - 1, 1e15),
    /^start: expected an integer from -1000000000000000 to 1, got 1000000000000000$/)
})

test('other spaces are accepted by their constructors and as records, or by neither', () => {
  for (const n of [1, 3, 0, -1, 2.5, NaN, Infinity, '2', null, undefined, 2n, [2]]) {
    const valid = n === 1 || n === 3
    assert.is(accepts(() => multiBinary(n as number)), valid)
    assert.is(spaceProblem({ kind: 'multiBinary', n }) === null, valid)
    assert.is(accepts(() => multiDiscrete([2, n as number])), valid)
    assert.is(spaceProblem({ kind: 'multiDiscrete', nvec: [2, n] }) === null, valid)
  }
  for (const nvec of [[], Int32Array.of(2), 'ab', null, { length: 1 }, [, 2]]) {
    assert.not(accepts(() => multiDiscrete(nvec as number[])))
    assert.is.not(spaceProblem({ kind: 'multiDiscrete', nvec }), null)
  }
})

/** Records as plain JavaScript writes them, and the field that each gets wrong. */
const written: readonly (readonly [space: unknown, problem: RegExp])[] = [
  [{ kind: 'discrete', n: 2 }, /expected start to be an integer, got undefined/],
  [{ kind: 'discrete', n: '2', start: 0 }, /expected n to be an integer of at least 1, got "2"/],
  [{ kind: 'discrete', n: 0, start: 0 }, /expected n .* got 0/],
  [{ kind: 'discrete', n: 2.5, start: 0 }, /expected n .* got 2.5/],
  [{ kind: 'discrete', n: -1, start: 0 }, /expected n .* got -1/],
  [{ kind: 'discrete', n: 2, start: 2 ** 53 - 1 }, /expected start .* got 9007199254740991/],
  [{ kind: 'box', low: [-1], high: [1] }, /expected low to be a Float64Array .* got Array of length 1/],
  [{ kind: 'box', low: Float32Array.of(-1), high: Float32Array.of(1) }, /expected low .* got Float32Array/],
  [{ kind: 'box', low: Float64Array.of(0, 0), high: Float64Array.of(1) }, /expected high of length 2, got 1/],
  [{ kind: 'box', low: Float64Array.of(NaN), high: Float64Array.of(1) }, /expected low\[0\] ≤ high\[0\]/],
  [{ kind: 'box', low: Float64Array.of(2), high: Float64Array.of(1) }, /expected low\[0\] ≤ high\[0\]/],
  [{ kind: 'box', low: Float64Array.of(Infinity), high: Float64Array.of(Infinity) },
    /expected a finite number/],
  [{ kind: 'multiDiscrete', nvec: Int32Array.of(2) }, /expected nvec .* got Int32Array of length 1/],
  [{ kind: 'multiBinary', n: 0 }, /expected n .* got 0/],
  [{ kind: 'text' }, /expected kind "box" .* got "text"/],
  [null, /expected a space, got null/], ['discrete', /expected a space, got "discrete"/],
]

function worldOf(observationSpace: unknown, actionSpace: unknown): Env {
  return {
    observationSpace: observationSpace as Space, actionSpace: actionSpace as Space,
    reset: () => ({ observation: [0] }),
    step: () => ({ observation: [0], reward: 0, terminated: false, truncated: false }),
  }
}

test('no door lets a space in that a file cannot hold: one error, which names space and field', () => {
  const good = box([-1], [1])
  const options = { batchSteps: 4, envCount: 1, totalSteps: 4, hiddenSizes: [] }
  const policy: Policy = createPolicy(reference, good, good, [], 'tanh')
  for (const [space, problem] of written) {
    for (const [name, world] of [
      ['observationSpace', worldOf(space, good)], ['actionSpace', worldOf(good, space)],
    ] as const) {
      const s = world.observationSpace, a = world.actionSpace
      const doors: readonly (() => unknown)[] = [
        () => train(() => world, options).next(),
        () => evaluate(policy, () => world, { episodes: 1 }),
        () => evaluate({ ...policy, [name]: space }, () => world, { episodes: 1 }),
        () => parts.createPolicy(reference, s, a, [], 'tanh'),
        () => parts.createRollout([world], policy, new Random(0)),
        () => parts.backendFor({ ...options, backend: 'reference' } as never, s, a),
        () => encodePolicy({ ...policy, [name]: space }),
      ]
      doors.forEach((door, k) => {
        let message = ''
        try {
          door()
        } catch (error) {
          message = (error as Error).message
        }
        assert.match(message, problem, `door ${k}, ${name}`)
        assert.match(message, new RegExp(`${name}|${name.replace('S', '_s')}`), `door ${k}`)
        assert.not(message.includes('\n'))
      })
    }
  }
})

test.run()
