/**
 * A long training keeps nothing: the collected heap after many iterations against what it was after some.
 * Tolerance: 64 bytes per iteration, half of the smallest vector that could be kept.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Env } from '../../src/rl/world/env.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { train } from '../../src/trpo/train.ts'
import { collectGarbage, held } from '../support/memory.ts'

/** Episodes of 5 steps, so that several end in every iteration. */
function counter(): Env {
  let t = 0
  return {
    observationSpace: box([-9], [9]), actionSpace: discrete(2),
    reset() { t = 0; return { observation: [0] } },
    step(action) {
      t++
      return { observation: [t / 5], reward: action as number, terminated: t === 5, truncated: false }
    },
  }
}

const OPTIONS: Partial<TrainOptions> = {
  seed: 1, totalSteps: 1e9, batchSteps: 16, envCount: 4, hiddenSizes: [4], valueHiddenSizes: [4],
  valueEpochs: 1,
}
/**
 * V8 goes on compiling for some 2,000 iterations, and keeps what it compiles: *measured*, 300 kB, then no
 * more.
 */
const WARM_UP = 2500, SEGMENTS = 8, ITERATIONS = 250

/**
 * Bytes per iteration by which what is held grows: the slope through the segments (Theil–Sen: the median of
 * all).
 */
function growth(each: () => void, warmUp: number = WARM_UP, iterations: number = ITERATIONS): number {
  for (let k = 0; k < warmUp; k++) each()
  const bytes: number[] = []
  for (let segment = 0; segment < SEGMENTS; segment++) {
    bytes.push(held())
    for (let k = 0; k < iterations; k++) each()
  }
  const slopes: number[] = []
  for (let i = 0; i < SEGMENTS; i++) {
    for (let j = 0; j < i; j++) slopes.push((bytes[i] - bytes[j]) / ((i - j) * iterations))
  }
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)]
}

/**
 * Bytes per iteration. One that kept a vector of its batch would hold 128 more, its certificate or an episode
 * even more. What the engine itself still keeps comes in steps, which a median ignores.
 */
const LEAK = 64

test('the collector can be called', () => { assert.type(collectGarbage, 'function') })

test('a leak of one small record per iteration is seen', () => {
  const training = train(counter, OPTIONS)
  const kept: unknown[] = []
  const slope = growth(() => {
    const next = training.next()
    if (!next.done) kept.push({ ...next.value.certificate })
  })
  assert.ok(slope > LEAK, `${slope} bytes per iteration`)
  assert.ok(kept.length > WARM_UP)
})

test('a training holds no more after 4,500 iterations than after 2,500', () => {
  const training = train(counter, OPTIONS)
  let episodes = 0
  const slope = growth(() => {
    const next = training.next()
    if (!next.done) episodes += next.value.episodes.length
  })
  assert.ok(Math.abs(slope) < LEAK, `${slope} bytes per iteration`)
  assert.ok(episodes > 10_000, `${episodes}`)
})

test('trainings and evaluations that are over hold nothing', () => {
  const slope = growth(() => {
    const training = train(counter, OPTIONS)
    const next = training.next()
    if (!next.done) evaluate(next.value.policy, counter, { episodes: 2 })
    training.return(undefined as never)
  }, 100, 30)
  // *Measured*: 10 kB if policy and value of each are kept.
  assert.ok(Math.abs(slope) < 5000, `${slope} bytes per training`)
})

test.run()
