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
import { createMlp, createTape, type Tape, type Tile } from '../../src/nn/mlp.ts'
import type { Parameters } from '../../src/nn/parameters.ts'
import { addTree, createShards, type Shards, sumOverTiles } from '../../src/nn/shards.ts'
import { normals } from '../support/dense.ts'

const net = createMlp(reference, [1, 2], 'tanh', 1)
const P = net.parameters.flat.length

/** A tape of so many tiles, its last one short. */
function tapeOf(tiles: number): Tape {
  return createTape(net, reference.allocate(96 * (tiles - 1) + 5, 1), true)
}

/** What each tile is to add, found by its first row. */
function drawParts(tape: Tape, random: Random): Map<number, Float64Array> {
  return new Map(tape.tiles.map(({ first }) => [first, normals(P, random)]))
}

function add(into: Float64Array, x: Float64Array): void {
  for (let p = 0; p < P; p++) into[p] += x[p]
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

const COUNTS = [1, 2, 3, 7, 15, 16, 17, 31, 33, 100]

test('tiles are split in order into at most 16 shards, whose lengths differ by one at most', () => {
  for (const count of COUNTS) {
    const tape = tapeOf(count)
    const { tiles } = createShards(net, tape)
    assert.is(tape.tiles.length, count)
    assert.is(tiles.length, Math.min(16, count))
    assert.equal(tiles.flat().map(({ first }) => first), tape.tiles.map(({ first }) => first))
    const lengths = tiles.map((run) => run.length)
    assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1)
  }
})

test('each tile is handed out once', () => {
  const tape = tapeOf(40)
  const seen: number[] = []
  sumOverTiles(new Float64Array(P), createShards(net, tape), ({ first }) => seen.push(first))
  assert.equal(seen.sort((a, b) => a - b), tape.tiles.map(({ first }) => first))
})

test('the sum is the plain sum within rounding', () => {
  const random = new Random(141)
  for (const count of COUNTS) {
    const tape = tapeOf(count), parts = drawParts(tape, random)
    const plain = new Float64Array(P), magnitude = new Float64Array(P)
    for (const part of parts.values()) {
      add(plain, part)
      add(magnitude, part.map(Math.abs))
    }
    // Neither sum rounds more than once a tile, each time by 2^-53 of at most the sum of magnitudes.
    total(createShards(net, tape), parts).forEach((x, p) => {
      assert.ok(Math.abs(x - plain[p]) <= 2 * count * 2 ** -53 * magnitude[p], `${count} tiles`)
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
    assert.equal(total(shards, parts), tree(sums), `${count} tiles`)
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
  for (const count of [1, 5, 16, 33]) {
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
  const tape = tapeOf(5), parts = drawParts(tape, new Random(96))
  const own = createShards({ ...net, backend }, tape)
  assert.equal(total(own, parts), total(createShards(net, tape), parts))
  assert.is(sums, 4)
})

test('accumulators are seen by layers, as vectors and as rows, each shard its own memory', () => {
  const shards = createShards(net, tapeOf(20))
  assert.is(new Set(shards.rows.map(({ data }) => data.buffer)).size, 16)
  shards.parts.forEach((part, s) => {
    assert.is(part.flat, shards.rows[s].data)
    assert.is(part.layers[0].W.data.buffer, part.flat.buffer)
    assert.equal([part.flat.length, part.shared.length], [P, 1])
  })
})

test.run()
