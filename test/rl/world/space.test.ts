/**
 * Spaces, members and encodings against tables written out by hand; samples against moments of their laws.
 * Exact, except for samples: five standard errors.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import {
  box, discrete, multiBinary, multiDiscrete, type Space, vectorSize,
} from '../../../src/rl/world/space.ts'
import { contains } from '../../support/spaces.ts'
import { memberProblem, sample } from '../../../src/rl/world/membership.ts'
import { encode, encodedSize } from '../../../src/rl/world/encoding.ts'

const unit = box([-1, -1], [1, 1])
const half = box([0], [Infinity])
const free = box([-Infinity], [Infinity])

test('constructors give plain records', () => {
  assert.equal(box([-1, 0], [1, 2]), {
    kind: 'box', low: Float64Array.of(-1, 0), high: Float64Array.of(1, 2),
  })
  assert.equal(discrete(3), { kind: 'discrete', n: 3, start: 0 })
  assert.equal(discrete(3, -2), { kind: 'discrete', n: 3, start: -2 })
  assert.equal(multiDiscrete([2, 3]), { kind: 'multiDiscrete', nvec: [2, 3] })
  assert.equal(multiBinary(4), { kind: 'multiBinary', n: 4 })
})

test('constructors copy their arguments', () => {
  const low = [0], nvec = [2]
  const made = [box(low, [1]), multiDiscrete(nvec)] as const
  low[0] = 9
  nvec[0] = 9
  assert.is(made[0].low[0], 0)
  assert.is(made[1].nvec[0], 2)
})

test('constructors refuse bad bounds and counts by name: TypeError for type, RangeError for value', () => {
  const any = <T>(value: unknown): T => value as T
  const table: [() => unknown, RegExp, boolean][] = [
    [() => box([], []), /^low: expected an array of at least one number, got Array of length 0$/, true],
    [() => box(any(undefined), [1]), /^low: expected an array of at least one number, got undefined$/, true],
    [() => box([0, 0], [1]), /^high: expected length 2, got Array of length 1$/, false],
    [() => box([0], any(null)), /^high: expected length 1, got null$/, false],
    [() => box([NaN], [1]), /^low\[0\]: expected a number .*, got NaN$/, false],
    [() => box([0], [NaN]), /^high\[0\]: expected a number of at least 0, got NaN$/, false],
    [() => box([0, 2], [1, 1]), /^high\[1\]: expected a number of at least 2, got 1$/, false],
    [() => box(any(['0']), [1]), /^low\[0\]: expected a number .*, got "0"$/, true],
    [() => box([Infinity], [Infinity]), /^low\[0\]: expected a number of at most .*, got Infinity$/, false],
    [() => box([-Infinity], [-Infinity]), /^high\[0\]: expected a number .*, got -Infinity$/, false],
    [() => discrete(0), /^n: expected an integer of at least 1, got 0$/, false],
    [() => discrete(1.5), /^n: expected/, false],
    [() => discrete(any('2')), /^n: expected an integer of at least 1, got "2"$/, true],
    [() => discrete(2, NaN), /^start: expected an integer from/, false],
    [() => discrete(2, 0.5), /^start: expected/, false],
    [() => multiDiscrete([]), /^nvec: expected an array .*, got Array of length 0$/, true],
    [() => multiDiscrete(any(3)), /^nvec: expected an array of at least one integer, got 3$/, true],
    [() => multiDiscrete([2, 0]), /^nvec\[1\]: expected an integer of at least 1, got 0$/, false],
    [() => multiDiscrete(any([2, , 3])), /^nvec\[1\]: expected an integer .*, got undefined$/, true],
    [() => multiBinary(0), /^n: expected an integer of at least 1, got 0$/, false],
    [() => multiBinary(any(2n)), /^n: expected an integer of at least 1, got 2n$/, true],
  ]
  for (const [make, expected, kind] of table) {
    assert.throws(make, (e: Error) => {
      assert.match(e.message, expected)
      assert.is(e instanceof TypeError, kind, e.message)
      assert.is(e instanceof RangeError, !kind, e.message)
      return true
    })
  }
})

test('contains: members', () => {
  const members: [Space, unknown][] = [
    [unit, [0, 0]], [unit, [-1, 1]], [unit, [-0, -0]],
    [unit, Float32Array.of(0.5, 1)], [unit, Float64Array.of(-1, 1)], [unit, Int8Array.of(-1, 1)],
    [half, [-0]], [half, [5e-324]], [half, [1.7e308]],
    // Unbounded means ±Infinity included, as in Gymnasium; `encode` and `checkEnv` are stricter.
    [half, [Infinity]], [free, [-Infinity]],
    [discrete(3), 0], [discrete(3), 2], [discrete(3), -0], [discrete(3, -1), -1], [discrete(3, 5), 7],
    [multiDiscrete([2, 3]), [1, 2]], [multiDiscrete([2, 3]), Uint8Array.of(0, 0)],
    [multiBinary(3), [0, 1, 1]], [multiBinary(1), Float64Array.of(-0)],
  ]
  for (const [space, value] of members) {
    assert.is(memberProblem(space, value), null, `${space.kind} ${String(value)}`)
    assert.ok(contains(space, value))
  }
})

test('contains: other values, and why not', () => {
  const strangers: [Space, unknown, string][] = [
    [unit, [0], 'expected 2 numbers, got 1'],
    [unit, [0, 0, 0], 'expected 2 numbers, got 3'],
    [unit, [0, 1.0000000000000002], 'expected [1] from -1 to 1, got 1.0000000000000002'],
    [unit, [NaN, 0], 'expected [0] from -1 to 1, got NaN'],
    [unit, [0, Infinity], 'expected [1] from -1 to 1, got Infinity'],
    [unit, [0, '0'], 'expected [1] from -1 to 1, got "0"'],
    [unit, [0, null], 'expected [1] from -1 to 1, got null'],
    [unit, new Array(2), 'expected [0] from -1 to 1, got undefined'],
    [unit, [0n, 0n], 'expected [0] from -1 to 1, got 0n'],
    [unit, new BigInt64Array(2), 'expected an array of 2 numbers, got BigInt64Array of length 2'],
    [unit, new BigUint64Array(2), 'expected an array of 2 numbers, got BigUint64Array of length 2'],
    [unit, new DataView(new ArrayBuffer(2)), 'expected an array of 2 numbers, got DataView'],
    [unit, new ArrayBuffer(2), 'expected an array of 2 numbers, got ArrayBuffer'],
    [unit, { 0: 0, 1: 0, length: 2 }, 'expected an array of 2 numbers, got Object of length 2'],
    [unit, '00', 'expected an array of 2 numbers, got "00"'],
    [unit, 0, 'expected an array of 2 numbers, got 0'],
    [unit, null, 'expected an array of 2 numbers, got null'],
    [unit, undefined, 'expected an array of 2 numbers, got undefined'],
    [free, [NaN], 'expected [0] from -Infinity to Infinity, got NaN'],
    [discrete(3), 3, 'expected an integer from 0 to 2, got 3'],
    [discrete(3), -1, 'expected an integer from 0 to 2, got -1'],
    [discrete(3), 0.5, 'expected an integer from 0 to 2, got 0.5'],
    [discrete(3), NaN, 'expected an integer from 0 to 2, got NaN'],
    [discrete(3), '1', 'expected an integer from 0 to 2, got "1"'],
    [discrete(3), 1n, 'expected an integer from 0 to 2, got 1n'],
    [discrete(3), true, 'expected an integer from 0 to 2, got true'],
    [discrete(3), [1], 'expected an integer from 0 to 2, got Array of length 1'],
    [discrete(3, -1), 2, 'expected an integer from -1 to 1, got 2'],
    [multiDiscrete([2, 3]), [1, 3], 'expected [1] an integer from 0 to 2, got 3'],
    [multiDiscrete([2, 3]), [-1, 0], 'expected [0] an integer from 0 to 1, got -1'],
    [multiDiscrete([2, 3]), [0.5, 0], 'expected [0] an integer from 0 to 1, got 0.5'],
    [multiDiscrete([2, 3]), 1, 'expected an array of 2 numbers, got 1'],
    [multiBinary(2), [0, 2], 'expected [1] an integer from 0 to 1, got 2'],
    [multiBinary(2), [true, false], 'expected [0] an integer from 0 to 1, got true'],
    [multiBinary(2), [0], 'expected 2 numbers, got 1'],
  ]
  for (const [space, value, reason] of strangers) {
    assert.is(memberProblem(space, value), reason)
    assert.not.ok(contains(space, value))
  }
})

test('sizes: vectors count their entries, encoded observations count one-hot', () => {
  assert.equal([unit, multiDiscrete([2, 3, 4]), multiBinary(5)].map((space) => vectorSize(space)), [2, 3, 5])
  const spaces = [unit, discrete(7, 3), multiDiscrete([2, 3, 4]), multiBinary(5)]
  assert.equal(spaces.map(encodedSize), [2, 7, 9, 5])
})

test('encode writes at its offset and nowhere else', () => {
  const table: [Space, unknown, number[]][] = [
    [unit, [0.25, -1], [0.25, -1]],
    [unit, Float32Array.of(0.1, 1), [Math.fround(0.1), 1]],
    [unit, [7, -7], [7, -7]],
    [discrete(3), 1, [0, 1, 0]],
    [discrete(3), -0, [1, 0, 0]],
    [discrete(3, -1), -1, [1, 0, 0]],
    [discrete(3, -1), 1, [0, 0, 1]],
    [multiDiscrete([2, 3]), [1, 2], [0, 1, 0, 0, 1]],
    [multiDiscrete([1, 2]), Uint8Array.of(0, 0), [1, 1, 0]],
    [multiBinary(3), [1, 0, 1], [1, 0, 1]],
  ]
  for (const [space, value, expected] of table) {
    const target = new Float64Array(expected.length + 4).fill(9)
    assert.is(encode(target, 2, space, value), null)
    assert.equal([...target], [9, 9, ...expected, 9, 9])
    assert.is(encodedSize(space), expected.length)
  }
})

test('encode refuses invalid observations, and writes nothing then', () => {
  const table: [Space, unknown, string][] = [
    [unit, [0], 'expected 2 numbers, got 1'],
    [unit, [0, 0, 0], 'expected 2 numbers, got 3'],
    [unit, [0, NaN], 'expected [1] to be a finite number, got NaN'],
    [unit, [0, -Infinity], 'expected [1] to be a finite number, got -Infinity'],
    [unit, [0, '1'], 'expected [1] to be a finite number, got "1"'],
    [unit, [0, undefined], 'expected [1] to be a finite number, got undefined'],
    [unit, new Array(2), 'expected [0] to be a finite number, got undefined'],
    [unit, new BigInt64Array(2), 'expected an array of 2 numbers, got BigInt64Array of length 2'],
    [unit, undefined, 'expected an array of 2 numbers, got undefined'],
    [discrete(3), 3, 'expected an integer from 0 to 2, got 3'],
    [discrete(3, 2), 0, 'expected an integer from 2 to 4, got 0'],
    [multiDiscrete([2, 3]), [0, 3], 'expected [1] an integer from 0 to 2, got 3'],
    [multiBinary(2), [0, NaN], 'expected [1] an integer from 0 to 1, got NaN'],
  ]
  for (const [space, value, reason] of table) {
    const target = new Float64Array(8).fill(9)
    assert.is(encode(target, 1, space, value), reason)
    assert.equal([...target], new Array(8).fill(9))
  }
})

test('samples are members, finite, and determined by the stream', () => {
  const spaces = [
    unit, half, free, box([-Infinity], [3]), box([5], [5]), box([-1.7e308], [1.7e308]), box([0], [5e-324]),
    discrete(1), discrete(5, -2), multiDiscrete([1, 2, 9]), multiBinary(6),
  ]
  for (const space of spaces) {
    const random = new Random(1), twin = new Random(1)
    for (let i = 0; i < 500; i++) {
      const value = sample(space, random)
      assert.is(memberProblem(space, value), null)
      if (typeof value !== 'number') assert.ok(value.every(Number.isFinite))
      assert.equal(sample(space, twin), value)
    }
  }
})

const N = 40_000

/** Mean and variance of `N` draws of the first entry. */
function moments(space: Space, seed: number): { mean: number; variance: number } {
  const random = new Random(seed)
  let sum = 0, squares = 0
  for (let i = 0; i < N; i++) {
    const value = sample(space, random)
    const x = typeof value === 'number' ? value : value[0]
    sum += x
    squares += x * x
  }
  return { mean: sum / N, variance: squares / N - (sum / N) * (sum / N) }
}

// Mean, variance and fourth central moment of each law; five standard errors of mean and variance.
const LAWS: [string, Space, number, number, number][] = [
  ['uniform between bounds', box([2], [6]), 4, 16 / 12, 256 / 80],
  ['exponential above a lower bound', box([3], [Infinity]), 4, 1, 9],
  ['exponential below an upper bound', box([-Infinity], [3]), 2, 1, 9],
  ['normal without bounds', free, 0, 1, 3],
  ['uniform over integers from start', discrete(5, 10), 12, 2, 6.8],
  ['uniform over integers in each entry', multiDiscrete([5, 2]), 2, 2, 6.8],
  ['a fair coin', multiBinary(2), 0.5, 0.25, 0.0625],
]
for (const [law, space, mean, variance, fourth] of LAWS) {
  test(`samples are ${law}`, () => {
    const drawn = moments(space, 2)
    assert.ok(Math.abs(drawn.mean - mean) < 5 * Math.sqrt(variance / N), `mean ${drawn.mean}`)
    // A coin's sample variance has no error of first order; what is left is the mean's error squared.
    const error = Math.sqrt(Math.max(fourth - variance * variance, 0) / N) + variance / N * 25
    assert.ok(Math.abs(drawn.variance - variance) < 5 * error, `variance ${drawn.variance}`)
  })
}

test('a box wider than the largest number is sampled on both sides of zero', () => {
  const random = new Random(3)
  const widest = box([-1.7e308], [1.7e308])
  let positive = 0
  for (let i = 0; i < 1000; i++) if ((sample(widest, random) as Float64Array)[0] > 0) positive++
  // 500 expected, standard deviation 16: six of them.
  assert.ok(Math.abs(positive - 500) < 96)
})

test.run()
