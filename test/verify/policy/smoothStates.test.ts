/**
 * Rows clear of kinks against naive networks evaluated at both ends of the reach.
 * Tolerance: none; the sets of rows are equal.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { smoothStates } from '../../../src/verify/policy/smoothStates.ts'
import { createMlp, createTape } from '../../../src/nn/mlp.ts'
import { normals } from '../../support/dense.ts'
import { along, naiveForward } from '../../support/naive.ts'

const SIZES = [3, 5, 4, 2]

/** Which hidden units are above 0, by naive networks that end before each activation. */
function sides(theta: ArrayLike<number>, input: ArrayLike<number>): string {
  return [2, 3].flatMap((length) =>
    naiveForward({ sizes: SIZES.slice(0, length), activation: 'relu' }, theta, input)
      .map((z) => (z > 0 ? '+' : '0'))).join('')
}

function problem(N: number, random: Random) {
  const net = createMlp(reference, SIZES, 'relu'), theta = normals(net.parameters.flat.length, random)
  const observations = reference.allocate(N, 3)
  observations.data.set(normals(3 * N, random))
  const inputs = Array.from({ length: N }, (_, i) => observations.data.slice(3 * i, 3 * i + 3))
  const directions = Array.from({ length: 3 }, () => normals(theta.length, random))
  return { net, theta, tape: createTape(net, observations, true), inputs, directions }
}

test('the rows that are clear are those on which no unit changes sides at the ends of the reach', () => {
  const random = new Random(321)
  for (let round = 0; round < 10; round++) {
    const { net, theta, tape, inputs, directions } = problem(130, random)
    const { reach, rows } = smoothStates(net, tape, theta, directions, 1)
    const clear = (h: number): number[] => inputs.flatMap((input, i) => (directions.every((v) =>
      [h, -h].every((t) => sides(along(theta, t, v), input) === sides(theta, input))) ? [i] : []))
    assert.equal([...rows], clear(reach))
    assert.ok(2 * rows.length >= 130)
    assert.ok(reach < 1 && 2 * clear(4 * reach).length < 130, 'at four times the reach fewer than half are')
    assert.equal(net.parameters.flat, theta)
  }
})

test('smooth activations, and networks without hidden layers, are clear everywhere', () => {
  const random = new Random(322)
  for (const [sizes, activation] of [[SIZES, 'tanh'], [SIZES, 'identity'], [[3, 2], 'relu']] as const) {
    const net = createMlp(reference, sizes, activation), theta = normals(net.parameters.flat.length, random)
    const tape = createTape(net, reference.allocate(4, 3), true)
    assert.equal(smoothStates(net, tape, theta, [theta], 0.5), { reach: 0.5, rows: [0, 1, 2, 3] })
  }
})

test('a row on a kink is never clear; if all rows are on one, none is returned', () => {
  const { net, tape, directions, theta } = problem(6, new Random(323))
  tape.inputs.data.fill(0)
  theta.fill(0, 15, 20)
  const { reach, rows } = smoothStates(net, tape, theta, directions, 1 / 16)
  assert.equal([...rows], [])
  assert.ok(reach < 1e-8)
})

test.run()
