/**
 * Sums over tiles against a recursive definition of the binary tree, to the bit: what is tested is the order
 * of a sum, so there is no tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { addTree, SHARDS, sum } from '../../src/math/vector.ts'
import { createMlp, createTape, type Tape, type Tile } from '../../src/nn/mlp.ts'
import type { Parameters } from '../../src/nn/parameters.ts'
import { createShards, drawSample, sampleSize, type Shards, sumOverTiles } from '../../src/nn/shards.ts'
import { normals } from '../support/dense.ts'

const net = createMlp(reference, [1, 2], 'tanh', 1)
const P = net.parameters.flat.length

/** A tape of so many rows, in shards. */
function tapeOf(rows: number): Tape {
  return createTape(net, reference.allocate(rows, 1), true, SHARDS)
}

/** What each tile is to add, found by its first row. */
function drawParts(tape: Tape, random: Random): Map<number, Float64Array> {
  return new Map(tape.tiles.map(({ first }) => [first, normals(P, random)]))
}

function add(into: Float64Array, x: Float64Array): void {
  for (let p = 0; p < P; p++) into[p] += x[p]
}

/** Σ of one shard: in halves, the first a multiple of 64, down to 64 numbers. */
function halves(x: Float64Array): number {
  if (x.length <= 64) return x.reduce((total, each) => total + each, 0)
  const half = 64 * Math.ceil(x.length / 128)
  return halves(x.slice(0, half)) + halves(x.slice(half))
}

/** The root of the binary tree: split at the largest power of two below the count. */
function tree(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]
  const half = 2 ** Math.ceil(Math.log2(parts.length) - 1)
  const sum = tree(parts.slice(0, half)).slice()
  add(sum, tree(parts.slice(half)))
  return sum
}

function total(shards: Shards, parts: Map<number, Float64Array>): Float64Array {
  const out = new Float64Array(P).fill(NaN)
  sumOverTiles(out, shards, ({ first }: Tile, into: Parameters) => add(into.flat, parts.get(first)!))
  return out
}

/** Numbers of rows: fewer than shards, no multiples of 16, one tile per shard, several. */
const COUNTS = [1, 2, 7, 15, 16, 17, 200, 512, 1000, 1536, 1537, 4000]

test('shard s of N rows begins at row ⌊s N/16⌋, and no tile crosses a border or exceeds 96 rows', () => {
  for (const N of COUNTS) {
    const { tiles, shards } = tapeOf(N)
    assert.is(shards.length, 16)
    assert.equal(shards.flat(), tiles)
    let row = 0
    shards.forEach((run, s) => {
      assert.is(row, Math.floor(s * N / 16))
      for (const { first, rows } of run) {
        assert.is(first, row)
        assert.ok(rows > 0 && rows <= 96)
        row += rows
      }
    })
    assert.is(row, N)
  }
})

test('2, 4, 8 or 16 workers with equal parts of the rows sum what one does, to the bit', () => {
  const random = new Random(144)
  for (const N of [16, 48, 512, 1008, 4000]) {
    const x = normals(N, random), all = tapeOf(N), parts = drawParts(all, random)
    for (const workers of [2, 4, 8, 16].filter((count) => N % count === 0)) {
      const n = N / workers, each = SHARDS / workers
      const numbers: Float64Array[] = [], gradients: Float64Array[] = []
      for (let w = 0; w < workers; w++) {
        // A worker knows its own rows alone: they begin at 0, and are 16/workers shards.
        const tape = createTape(net, reference.allocate(n, 1), true, each)
        const own = new Map(tape.tiles.map(({ first }) => [first, parts.get(first + w * n)!]))
        gradients.push(total(createShards(net, tape), own))
        const runs = Array.from({ length: each }, (_, s) =>
          x.slice(w * n + Math.floor(s * n / each), w * n + Math.floor((s + 1) * n / each)))
        numbers.push(tree(runs.map((run) => Float64Array.of(halves(run)))))
      }
      assert.is(tree(numbers)[0], sum(x), `${workers} workers, ${N} numbers`)
      assert.equal(tree(gradients), total(createShards(net, all), parts), `${workers} workers, ${N} rows`)
    }
  }
})

test('a sample has as many distinct rows of every shard, all rows equally likely', () => {
  const random = new Random(145)
  for (const [N, fraction] of [[4000, 0.1], [1000, 0.25], [100, 0.01], [37, 0.999], [12, 0.5]]) {
    const size = sampleSize(fraction, N), order = new Int32Array(N), hits = new Int32Array(N)
    assert.is(size, N < 16 ? N : 16 * Math.max(1, Math.floor(fraction * N / 16)))
    for (let draw = 0; draw < 400; draw++) {
      const sample = new Int32Array(size)
      drawSample(sample, order, random)
      assert.is(new Set(sample).size, size)
      for (let s = 0; s < 16; s++) {
        const from = Math.floor(s * N / 16), to = Math.floor((s + 1) * N / 16)
        const inside = [...sample].filter((row) => row >= from && row < to).length
        assert.is(inside, Math.min(to - from, Math.ceil(size / 16)), `shard ${s} of ${N}`)
      }
      for (const row of sample) hits[row]++
    }
    // Binomial: 400 draws with the shard's share p; six standard deviations (1 in 1e9 per row).
    hits.forEach((count, row) => {
      const starts = Array.from({ length: 16 }, (_, k) => Math.floor(k * N / 16))
      const s = starts.filter((start) => start <= row).length - 1
      const rows = Math.floor((s + 1) * N / 16) - Math.floor(s * N / 16)
      const p = Math.min(1, Math.ceil(size / 16) / rows)
      assert.ok(Math.abs(count - 400 * p) <= 6 * Math.sqrt(400 * p * (1 - p)) + 1e-9, `row ${row} of ${N}`)
    })
  }
})

test('each tile is handed out once', () => {
  const tape = tapeOf(4000)
  const seen: number[] = []
  sumOverTiles(new Float64Array(P), createShards(net, tape), ({ first }) => seen.push(first))
  assert.equal(seen.sort((a, b) => a - b), tape.tiles.map(({ first }) => first))
})

test('the sum is the plain sum within rounding', () => {
  const random = new Random(141)
  for (const count of COUNTS) {
    const tape = tapeOf(count), parts = drawParts(tape, random)
    const tiles = tape.tiles.length
    const plain = new Float64Array(P), magnitude = new Float64Array(P)
    for (const part of parts.values()) {
      add(plain, part)
      add(magnitude, part.map(Math.abs))
    }
    // Neither sum rounds more than once per tile, or level of the tree, each time by 2^-53 of at most the
    // sum of magnitudes.
    total(createShards(net, tape), parts).forEach((x, p) => {
      assert.ok(Math.abs(x - plain[p]) <= 2 * (tiles + 4) * 2 ** -53 * magnitude[p], `${count} rows`)
    })
  }
})

test('the sum has the bits of the tree over shards, in whatever order the shards are summed', () => {
  const random = new Random(142)
  for (const count of COUNTS) {
    const tape = tapeOf(count), parts = drawParts(tape, random), shards = createShards(net, tape)
    // Who sums the shards starts from the last here; others might share them out.
    const sums = [...shards.tiles].reverse().map((run) => {
      const sum = new Float64Array(P)
      for (const { first } of run) add(sum, parts.get(first)!)
      return sum
    }).reverse()
    assert.equal(total(shards, parts), tree(sums), `${count} rows`)
  }
})

test('addTree adds neighbours, then pairs, then fours, for every count to 20', () => {
  const random = new Random(26)
  for (let count = 1; count <= 20; count++) {
    const parts = Array.from({ length: count }, () => normals(P, random))
    const wanted = tree(parts)
    addTree(parts, add)
    assert.equal(parts[0], wanted, `${count} parts`)
  }
  addTree([], () => assert.unreachable())
})

test('nothing of one sum is left in the next', () => {
  const random = new Random(143)
  for (const count of [1, 5, 160, 3300]) {
    const tape = tapeOf(count), parts = drawParts(tape, random), shards = createShards(net, tape)
    const once = total(shards, parts)
    total(shards, new Map([...parts].map(([first, part]) => [first, part.map(() => NaN)])))
    assert.equal(total(shards, parts), once)
  }
})

test('a backend whose methods need their object is called as one', () => {
  let sums = 0
  const backend = {
    ...reference,
    addColumnSums(this: Backend, b: Tensor, Y: Tensor): void {
      assert.is(this, backend)
      sums++
      reference.addColumnSums(b, Y)
    },
  }
  const tape = tapeOf(500), parts = drawParts(tape, new Random(96))
  const own = createShards({ ...net, backend }, tape)
  assert.equal(total(own, parts), total(createShards(net, tape), parts))
  assert.is(sums, 15)
})

test('accumulators are seen by layers, as vectors and as rows, each shard its own memory', () => {
  const shards = createShards(net, tapeOf(2000))
  assert.is(new Set(shards.rows.map(({ data }) => data.buffer)).size, 16)
  shards.parts.forEach((part, s) => {
    assert.is(part.flat, shards.rows[s].data)
    assert.is(part.layers[0].W.data.buffer, part.flat.buffer)
    assert.equal([part.flat.length, part.shared.length], [P, 1])
  })
})

test.run()
