/**
 * Tallies, summaries and exit codes, compared with counts and text written by hand.
 * No tolerance: text is equal or not, and at 80 columns no line has more than 79 characters.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, UsageError } from '../../../src/node/cli/failure.ts'
import {
  count, createTally, fieldList, type Run, summary, type Tally,
} from '../../../src/node/show/summary.ts'
import { colored, plain } from '../../../src/node/show/terminal.ts'
import { EnvError } from '../../../src/rl/play/envError.ts'
import { record } from '../../support/iteration.ts'

/** Episodes that end in an iteration, and the mean return after it. */
type Ended = readonly [number, number | null]

function tallyOf(iterations: readonly Ended[], solvedReturn: number | null): Tally {
  const tally = createTally()
  iterations.forEach(([episodes, meanReturn], i) => {
    count(tally, record({ iteration: i + 1, episodes, meanReturn }), solvedReturn)
  })
  return tally
}

const run: Omit<Run, 'tally'> = {
  name: 'CartPole', solvedReturn: 475, seconds: 6.4, plannedSteps: 100_352, signal: null,
  returns: Float64Array.of(480, 500, 490, 490), evalEpisodes: 4, stopped: 0, showPhases: true,
  saved: undefined, overwritten: false, saveProblem: null, weights: '0123456789abcdef',
  folder: undefined, resume: undefined,
  command: 'trpo train CartPole --seed 0', joinsLines: true,
}
const text = (of: Run, columns: number = Infinity): string => summary(of, columns, plain)

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
  assert.is(text({ ...run, tally: tallyOf([[60, 20], [60, 476.25]], 475) }), `
CartPole: solved at step 4,096, mean return 476.3 (threshold 475).
  trained     4,096 steps, 2 iterations, 120 episodes in 6.4 s, 640 steps/s
  updates     2 accepted
  best mean   476.3 over 100 episodes, at step 4,096
  evaluation  490.0 ± 7.1 (480.0 to 500.0), 4 fresh episodes, deterministic
  weights     hash 0123456789abcdef
  phases      valueFit 54 %, fisher 30 %, rollout 10 %, lineSearch 3 %, gradient 2 %, advantage 1 %
  repeat      trpo train CartPole --seed 0
`)
})

test('on a terminal no line is longer than it, and a shell reads the command as before', () => {
  const command = 'trpo train MountainCarContinuous --seed 0 --hidden-sizes 64,64 --value-hidden-sizes 32,32'
    + ' --batch-steps 1024 --normalize-observations preserving'
  const long: Run = {
    ...run, name: 'MountainCarContinuous', solvedReturn: 90, tally: tallyOf([[123_456, 93.9]], 90), command,
    saveProblem: 'x.safetensors: expected a file that can be written, got ENOSPC: no space left on device',
    returns: new Float64Array(7).fill(-1234.5), evalEpisodes: 100, signal: 'SIGTERM',
  }
  const wrapped = text(long, 80)
  for (const line of wrapped.split('\n')) assert.ok([...line].length < 80, line)
  // Words and their order are those of one long line each.
  const words = (of: string): string[] => of.split(/\s+/).filter((word) => word !== '\\')
  assert.equal(words(wrapped), words(text(long)))
  assert.is(wrapped.slice(wrapped.indexOf('trpo train')).replace(/ \\\n +/g, ' ').trimEnd(), command)
  assert.ok(text({ ...long, joinsLines: false }, 80).endsWith(` ${command}\n`), 'elsewhere it is one line')
  const fields = fieldList([['policy', 'a.safetensors: Box(3) → 64 → 64 → Discrete(2), tanh']], 50, plain)
  assert.is(fields, '  policy      a.safetensors: Box(3) → 64 → 64\n              → Discrete(2), tanh\n')
})

test('a threshold is shown as it is, and a mean beside it on its own side', () => {
  const solved = (threshold: number, mean: number): string =>
    /mean return (\S+ \(threshold \S+\))/.exec(text({
      ...run, solvedReturn: threshold, tally: tallyOf([[120, mean]], threshold),
    }))![1]
  assert.is(solved(8.5, 8.6), '8.6 (threshold 8.5)')
  assert.is(solved(0.93, 0.9349), '0.93 (threshold 0.93)')
  assert.is(solved(-0.005, -0.0049), '-0.005 (threshold -0.005)')
  assert.is(solved(475, 475.26), '475.3 (threshold 475)')
  assert.match(text({ ...run, solvedReturn: 8.5, tally: tallyOf([[120, 3]], 8.5) }),
    /not solved \(threshold 8\.5 over 100 episodes\)/)
})

test('a command with quotes stays on one line, in which a shell reads it back', () => {
  const command = `node 'my world.js' train 'a --b' --seed 0 --hidden-sizes 64,64 --value-hidden-sizes 32,32`
  assert.ok(text({ ...run, tally: tallyOf([[0, null]], 475), command }, 60).endsWith(` ${command}\n`))
})

test('an evaluation says which episodes were stopped, or that none was complete', () => {
  const tally = tallyOf([[0, null]], 475)
  assert.match(text({ ...run, tally, stopped: 3 }), /, deterministic, 3 stopped before their end\n/)
  const none = text({ ...run, tally, returns: new Float64Array(0), evalEpisodes: 100 })
  assert.match(none, /\n {2}evaluation +none of 100 fresh episodes was complete\n/)
})

test('a last policy that reaches the threshold over 100 fresh episodes has solved it, too', () => {
  const tally = tallyOf([[60, 20], [60, 400]], 475)
  const ended = (episodes: number, mean: number): string =>
    text({ ...run, tally, returns: new Float64Array(episodes).fill(mean), evalEpisodes: episodes })
  const solved = /^\nCartPole: solved in evaluation, mean return 475\.0 \(threshold 475\)\.\n/
  assert.match(ended(100, 475), solved)
  assert.match(ended(100, 474.5), /^\nCartPole: not solved \(/)
  assert.match(ended(99, 500), /^\nCartPole: not solved \(/)
  const forgotten = { ...run, tally: tallyOf([[120, 480]], 475), returns: new Float64Array(100).fill(9) }
  assert.match(text(forgotten), /solved at step 2,048/)
})

test('the summary says where the policy is saved, or why it is not', () => {
  const tally = tallyOf([[0, null]], 475)
  assert.match(text({ ...run, tally, saved: 'a b.safetensors' }), /\n {2}saved {7}a b\.safetensors\n/)
  const failed = text({ ...run, tally, saved: 'x', saveProblem: 'x: no space left' })
  assert.match(failed, /\n {2}not saved {3}x: no space left\n/)
  assert.match(text({ ...run, tally, saved: 'x', overwritten: true }),
    /\n {2}saved {7}x, overwritten: it cannot be replaced as a whole\n/)
})

test('the summary of an interrupted run says by what, when, and how many episodes are missing', () => {
  const tally = tallyOf([[0, null]], 475)
  const interrupted = text({ ...run, tally, signal: 'SIGINT', evalEpisodes: 100, showPhases: false })
  assert.match(interrupted, /^\nCartPole: not solved \(threshold 475 over 100 episodes\)\.\n/)
  assert.match(interrupted, /\n {2}stopped +by SIGINT, after 2,048 of 100,352 steps\n/)
  assert.match(interrupted, /, only 4 of 100 fresh episodes, deterministic\n/)
  assert.not.match(interrupted, /best mean|phases/)
})

test('no summary shows NaN, and colour changes no character', () => {
  for (const solvedReturn of [475, null]) {
    for (const ended of [[], [[0, null]], [[200, 500]]] satisfies Ended[][]) {
      const bare = { ...run, tally: tallyOf(ended, solvedReturn), solvedReturn, seconds: 0, evalEpisodes: 0 }
      assert.not.match(text(bare), /NaN|Infinity|undefined|null|evaluation/)
      assert.is(summary(bare, Infinity, colored).replace(/\x1b\[\d+m/g, ''), text(bare))
    }
  }
})

test('the exit code says what caused the error: the command, the environment, or this program', () => {
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
