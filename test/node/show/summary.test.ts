import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, UsageError } from '../../../src/node/cli/failure.ts'
import { count, createTally, type Run, summary, type Tally } from '../../../src/node/show/summary.ts'
import { colored, plain } from '../../../src/node/show/terminal.ts'
import { EnvError } from '../../../src/rl/guard.ts'
import { record } from '../../support/iteration.ts'

/** Episodes that an iteration ends, and the mean return that it leaves. */
type Told = readonly [number, number | null]

function tallyOf(iterations: readonly Told[], solvedReturn: number | null): Tally {
  const tally = createTally()
  iterations.forEach(([episodes, meanReturn], i) => {
    count(tally, record({ iteration: i + 1, episodes, meanReturn }), solvedReturn)
  })
  return tally
}

const run: Omit<Run, 'tally'> = {
  name: 'CartPole', solvedReturn: 475, seconds: 6.4, plannedSteps: 100_352, signal: null,
  returns: Float64Array.of(480, 500, 490, 490), evalEpisodes: 4, showPhases: true, saved: undefined, unsaved: null,
  command: 'trpo train CartPole --seed 0',
}

test('solved is the first mean return over 100 finished episodes that reaches the threshold', () => {
  const iterations = [[60, 480], [39, 500], [1, 470], [5, 475], [5, 490]] as const
  assert.equal(tallyOf(iterations, 475).solved, { steps: 4 * 2048, meanReturn: 475, over: 100 })
  assert.is(tallyOf(iterations.slice(0, 3), 475).solved, null, 'two means over fewer episodes do not count')
  assert.is(tallyOf(iterations, null).solved, null)
})

test('the best mean is one over 100 episodes, as soon as there is one', () => {
  const few = tallyOf([[0, null], [50, 30], [20, 20]], 475)
  assert.equal(few.best, { steps: 2 * 2048, meanReturn: 30, over: 50 })
  const many = tallyOf([[50, 30], [50, 10], [9, 20], [9, 15]], 475)
  assert.equal(many.best, { steps: 3 * 2048, meanReturn: 20, over: 100 })
  assert.is(tallyOf([[0, null]], 475).best, null)
})

test('a summary is this summary', () => {
  assert.is(summary({ ...run, tally: tallyOf([[60, 20], [60, 476.25]], 475) }, plain), `
CartPole: solved at step 4,096, mean return 476.3 of 475 asked for.
  trained     4,096 steps, 2 iterations, 120 episodes in 6.4 s, 640 steps/s
  updates     2 accepted
  best mean   476.3 over 100 episodes, at step 4,096
  evaluation  490.0 ± 7.1 (480.0 to 500.0), 4 fresh episodes, deterministic
  phases      valueFit 54 %, fisher 30 %, rollout 10 %, lineSearch 3 %, gradient 2 %, advantage 1 %
  repeat      trpo train CartPole --seed 0
`)
})

test('a last policy that reaches the threshold over 100 fresh episodes has solved it, whatever training episodes say', () => {
  const tally = tallyOf([[60, 20], [60, 400]], 475)
  const ended = (episodes: number, mean: number): string =>
    summary({ ...run, tally, returns: new Float64Array(episodes).fill(mean), evalEpisodes: episodes }, plain)
  assert.match(ended(100, 475), /^\nCartPole: solved by the last policy, mean return 475\.0 of 475 asked for\.\n/)
  assert.match(ended(100, 474.5), /^\nCartPole: not solved, /)
  assert.match(ended(99, 500), /^\nCartPole: not solved, /)
  assert.match(summary({ ...run, tally: tallyOf([[120, 480]], 475), returns: new Float64Array(100).fill(9) }, plain), /solved at step 2,048/)
})

test('where the policy was saved is told, or why it was not', () => {
  const tally = tallyOf([[0, null]], 475)
  assert.match(summary({ ...run, tally, saved: 'a b.safetensors' }, plain), /\n {2}saved {7}a b\.safetensors\n/)
  assert.match(summary({ ...run, tally, saved: 'x', unsaved: 'x: no space left' }, plain), /\n {2}not saved {3}x: no space left\n/)
})

test('a run cut short says by what, when, and how many episodes are missing', () => {
  const tally = tallyOf([[0, null]], 475)
  const text = summary({ ...run, tally, signal: 'SIGINT', evalEpisodes: 100, showPhases: false }, plain)
  assert.match(text, /^\nCartPole: not solved, which takes a mean return of 475 over 100 episodes\.\n/)
  assert.match(text, /\n {2}stopped +by SIGINT, after 2,048 of 100,352 steps\n/)
  assert.match(text, /, only 4 of 100 fresh episodes, deterministic\n/)
  assert.not.match(text, /best mean|phases/)
})

test('no summary shows NaN, and colour changes no character', () => {
  for (const solvedReturn of [475, null]) {
    for (const told of [[], [[0, null]], [[200, 500]]] satisfies Told[][]) {
      const bare = { ...run, tally: tallyOf(told, solvedReturn), solvedReturn, seconds: 0, evalEpisodes: 0 }
      const text = summary(bare, plain)
      assert.not.match(text, /NaN|Infinity|undefined|null|evaluation/)
      assert.is(summary(bare, colored).replace(/\x1b\[\d+m/g, ''), text)
    }
  }
})

test('the exit code tells whose fault it was', () => {
  assert.equal(failure(new UsageError('--x: unknown flag')), { code: 2, message: '--x: unknown flag' })
  assert.equal(failure(new EnvError(3, 17, 'reward: expected a finite number, got NaN')),
    { code: 3, message: 'environment 3, step 17: reward: expected a finite number, got NaN' })
  assert.is(failure(new TypeError('x is not a function')).code, 1)
  assert.match(failure(new TypeError('x is not a function')).message, /^internal error.*x is not a function/)
  assert.is(failure('thrown').code, 1)
  let tooLarge: unknown
  try {
    tooLarge = new Float64Array(1e12)
  } catch (error) {
    tooLarge = error
  }
  assert.match(failure(tooLarge).message, /^not enough memory: lower --batch-steps/)
})

test.run()
