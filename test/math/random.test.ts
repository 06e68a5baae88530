/**
 * Random streams against Random123's known answers, BigInt definitions, and the distributions they must have.
 * Statistical bounds: five or six standard errors, or significance 1e-6; everything else is exact.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random, threefry4x32 } from '../../src/math/random.ts'
import { normals } from '../support/dense.ts'

const hex = (words: string): Int32Array => Int32Array.from(words.split(' '), (word) => parseInt(word, 16) | 0)

// Known answers published with Random123 (file kat_vectors): counter, key, output.
const KNOWN = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000 00000000 00000000',
    '9c6ca96a e17eae66 fc10ecd4 5256a7d8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff ffffffff ffffffff',
    '2a881696 57012287 f6c7446e a16a6732'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0 082efa98 ec4e6c89',
    '59cd1dbb b8879579 86b5d00c ac8b6d84'],
]

test('Threefry-4x32-20 gives the known answers of Random123', () => {
  for (const [counter, key, expected] of KNOWN) {
    const output = new Int32Array(4)
    threefry4x32(output, hex(key), hex(counter))
    assert.equal([...output], [...hex(expected)])
  }
})

test('a stream of seed 0 begins with the known answer of key 0, counter 0', () => {
  const random = new Random(0)
  assert.equal(hex(KNOWN[0][2]).map(() => random.word() | 0), hex(KNOWN[0][2]))
})

test('uniform is a multiple of 2^-53 in [0, 1) with mean 1/2 and variance 1/12', () => {
  const random = new Random(1)
  const n = 200_000
  let sum = 0, squares = 0, oddLast = 0
  for (let i = 0; i < n; i++) {
    const u = random.uniform()
    if (!(u >= 0 && u < 1)) assert.unreachable(`${u}`)
    const scaled = u * 2 ** 53
    assert.is(scaled, Math.floor(scaled))
    oddLast += scaled % 2
    sum += u
    squares += (u - 0.5) * (u - 0.5)
  }
  // Five standard errors: sd of u is 0.2887, of (u − ½)² 0.0745, of the last bit 0.5.
  assert.ok(Math.abs(sum / n - 0.5) < 5 * 0.2887 / Math.sqrt(n))
  assert.ok(Math.abs(squares / n - 1 / 12) < 5 * 0.0745 / Math.sqrt(n))
  assert.ok(Math.abs(oddLast / n - 0.5) < 5 * 0.5 / Math.sqrt(n), 'the 53rd bit is random too')
})

test('normal passes the Kolmogorov–Smirnov test against the Gaussian', () => {
  const random = new Random(2)
  const n = 100_000
  const draws = normals(n, random).sort()
  // Φ by Simpson's rule from the sorted sample's own grid is too coarse; integrate φ on a fixed one.
  const step = 1 / 512, cdf: number[] = [0]
  const phi = (x: number): number => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)
  for (let x = -8; x < 8; x += step) {
    cdf.push(cdf[cdf.length - 1] + step / 6 * (phi(x) + 4 * phi(x + step / 2) + phi(x + step)))
  }
  let worst = 0
  for (let i = 0; i < n; i++) {
    const at = (draws[i] + 8) / step, low = Math.floor(at)
    const p = cdf[low] + (at - low) * (cdf[low + 1] - cdf[low])
    worst = Math.max(worst, Math.abs((i + 1) / n - p), Math.abs(i / n - p))
  }
  // The critical value at significance 1e-6 is sqrt(ln(2e6)/2)/sqrt(n) = 2.69/sqrt(n).
  assert.ok(worst < 2.69 / Math.sqrt(n), `distance ${worst}`)
})

test('integer(n) is unbiased: chi-square of 7 cells, and of 3·2^30 values folded to 3', () => {
  const random = new Random(3)
  for (const [n, fold] of [[7, 7], [3 * 2 ** 30, 3], [3 * 2 ** 40, 3]]) {
    const counts = new Array<number>(fold).fill(0)
    const draws = 60_000
    for (let i = 0; i < draws; i++) {
      const x = random.integer(n)
      if (!(Number.isInteger(x) && x >= 0 && x < n)) assert.unreachable(`${x}`)
      counts[Math.floor(x / (n / fold))]++
    }
    const expected = draws / fold
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // Mean fold − 1, standard deviation sqrt(2 (fold − 1)): six of them.
    assert.ok(chi < fold - 1 + 6 * Math.sqrt(2 * (fold - 1)), `n ${n}: chi² ${chi}`)
  }
})

test('integer(n) is the first word below the last whole run of n, modulo n, as BigInt computes it', () => {
  for (const n of [1, 2, 3, 7, 1000, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 3 * 2 ** 30, 2 ** 32 - 1, 2 ** 32]) {
    const random = new Random(5), words = new Random(5)
    for (let draw = 0; draw < 200; draw++) {
      const limit = 2n ** 32n - 2n ** 32n % BigInt(n)
      let word = BigInt(words.word())
      while (word >= limit) word = BigInt(words.word())
      assert.is(random.integer(n), Number(word % BigInt(n)), `${n}, draw ${draw}`)
    }
  }
})

test('forks depend only on key and name, and names do not collide', () => {
  const parent = new Random(4)
  const early = parent.fork('env/0').word()
  parent.normal()
  assert.is(parent.fork('env/0').word(), early, 'drawing from the parent changes no fork')
  const names = [
    '', 'a', 'b', 'ab', 'ba', 'env/0', 'env/1', 'env/10', 'env/1\0',
    'x'.repeat(6), 'x'.repeat(7), 'x'.repeat(12), 'é', '策',
  ]
  const first = new Map<string, string>()
  for (const name of names) {
    const child = parent.fork(name)
    const words = [child.word(), child.word(), child.word(), child.word()].join()
    assert.not(first.has(words), `${JSON.stringify(name)} collides with ${JSON.stringify(first.get(words))}`)
    first.set(words, name)
  }
  assert.is.not(new Random(4).fork('a').word(), new Random(5).fork('a').word())
  assert.is.not(new Random(2 ** 40).word(), new Random(0).word(), 'seeds above 2^32 count in full')
})

test('a saved state continues exactly, from every position, spare normal included', () => {
  const draws = (r: Random): number[] =>
    [r.normal(), r.word(), r.uniform(), r.normal(), r.normal(), r.integer(10)]
  for (let drawn = 0; drawn < 13; drawn++) {
    const random = new Random(6)
    for (let k = 0; k < drawn; k++) k % 3 === 0 ? random.normal() : random.word()
    const state = JSON.stringify([...random.getState()])
    const copy = new Random(0)
    copy.word()
    copy.setState(Float64Array.from(JSON.parse(state) as number[]))
    assert.is(JSON.stringify([...copy.getState()]), state)
    assert.equal(draws(copy), draws(random), `after ${drawn} draws`)
  }
})

test('a state without a spare normal holds 0 for it: equal futures have equal states', () => {
  const random = new Random(9)
  random.normal()
  const [has, spare] = random.getState().subarray(6)
  assert.is(has, 1)
  assert.is(random.normal(), spare)
  assert.equal(random.getState().subarray(6), Float64Array.of(0, 0))
  const restored = new Random(0)
  restored.setState(random.getState())
  assert.equal(restored.getState(), random.getState())
})

test('an invalid state is refused and changes nothing', () => {
  const random = new Random(7)
  random.normal()
  const before = [...random.getState()]
  const bad = (i: number, x: number): Float64Array => random.getState().fill(x, i, i + 1)
  for (const state of [
    new Float64Array(7), Float64Array.of(...before, 0), bad(0, 0.5), bad(0, NaN), bad(4, -1),
    bad(4, 2 ** 53), bad(5, 5), bad(6, 2), bad(7, NaN), bad(7, Infinity),
  ]) {
    assert.throws(() => random.setState(state), /random state.*: expected .*got/)
  }
  // Another kind of array, with the right numbers in it or none.
  for (const state of [[], before, Float32Array.from(before)]) {
    const given = state as unknown as Float64Array
    assert.throws(() => random.setState(given), (e: unknown) => e instanceof TypeError)
  }
  assert.equal([...random.getState()], before)
})

test('shuffle is a permutation, and every order of three items is equally likely', () => {
  const random = new Random(8)
  const counts = new Map<string, number>()
  for (let i = 0; i < 12_000; i++) {
    const items = Int32Array.of(0, 1, 2)
    random.shuffle(items)
    counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1)
  }
  assert.is(counts.size, 6)
  // 2,000 expected, standard deviation 41: six of them.
  for (const count of counts.values()) assert.ok(Math.abs(count - 2000) < 245, `${count}`)
})

test('bad seeds and bounds are refused by name', () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => new Random(seed), /^seed: expected an integer of at least 0, got/)
  }
  assert.throws(() => new Random('1' as unknown as number), (e: Error) =>
    e instanceof TypeError && e.message.startsWith('seed: expected'))
  assert.throws(() => new Random(1).integer(0), /^n: expected/)
  assert.throws(() => new Random(1).fork(1 as unknown as string), /^name: expected a string, got 1/)
})

test.run()
