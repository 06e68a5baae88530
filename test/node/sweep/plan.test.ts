/**
 * Values, combinations and the table of a sweep, compared with lists and numbers worked out by hand. No
 * tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseTrainArguments } from '../../../src/node/cli/trainArguments.ts'
import { type Outcome, addRecord, createOutcome, end } from '../../../src/node/sweep/outcome.ts'
import { planOf, wordsOf } from '../../../src/node/sweep/plan.ts'
import { median } from '../../../src/node/show/format.ts'
import { rowsOf, tableText } from '../../../src/node/sweep/table.ts'
import { barText, runLine, sweepSummary } from '../../../src/node/sweep/text.ts'
import { readSeeds, readValues } from '../../../src/node/sweep/values.ts'
import { plain } from '../../../src/node/show/terminal.ts'
import { record } from '../../support/iteration.ts'

const parse = (words: string): ReturnType<typeof parseTrainArguments> => parseTrainArguments(words.split(' '))

test('seeds are integers and ranges, both ends included, each once', () => {
  assert.equal(readSeeds('0..3'), [0, 1, 2, 3])
  assert.equal(readSeeds('7,0..2,2,10..10'), [7, 0, 1, 2, 10])
  const wrong = ['', '3..1', '1..', '..2', '-1..2', '1.5', '0..3,', 'a', '0...3', '0..10000', '1e1..20']
  for (const text of wrong) {
    assert.is(readSeeds(text), null, text)
  }
  assert.is(readSeeds('0..9999')?.length, 10_000)
})

test('values are separated by commas, lists by slashes; switches are on or off', () => {
  assert.equal(readValues('maxKl', '0.01,0.02,0.01'), [0.01, 0.02])
  assert.equal(readValues('activation', 'tanh,relu'), ['tanh', 'relu'])
  assert.equal(readValues('hiddenSizes', '64,64/32/'), [[64, 64], [32], []])
  assert.equal(readValues('hiddenSizes', '64,64'), [[64, 64]])
  assert.equal(readValues('normalizeReturns', 'on,off'), [true, false])
  assert.is(readValues('normalizeReturns', 'on,yes'), null)
})

test('several values make a sweep, one value none, and the last word decides', () => {
  const { sweep, options, jobs } = parse('CartPole --seeds 0..1 --max-kl 0.01,0.02 --damping 0.1 --jobs 3')
  assert.equal([sweep, options, jobs], [{ seed: [0, 1], maxKl: [0.01, 0.02] }, { damping: 0.1 }, 3])
  assert.equal(parse('CartPole --max-kl 0.01,0.02 --max-kl 0.03 --seeds 0..4 --seed 2'), {
    ...parse('CartPole --max-kl 0.03 --seed 2'),
  })
  assert.equal(parse('CartPole --normalize-returns=on,off').sweep, { normalizeReturns: [true, false] })
  assert.equal(parse('CartPole --normalize-returns=off').options, { normalizeReturns: false })
  const wrong = 'CartPole --normalize-returns=1 --no-normalize-returns=on --seeds 5 --seeds --jobs 0'
  assert.equal(parse(wrong).problems, [
    '--normalize-returns: expected on, off or on,off, got "1"',
    '--no-normalize-returns: expected no value, got "on"',
    '--seeds: expected several seeds, as in 0..4 or 0,3,7, got "5"',
    '--seeds: expected several seeds, as in 0..4 or 0,3,7, got nothing',
    '--jobs: expected an integer of at least 1, got 0',
  ])
})

test('a plan has every combination, seed by seed, as words that are read back as its options', () => {
  const given = parse('CartPole --seeds 4,2 --max-kl 0.01,0.02 --hidden-sizes 8/16,16 --no-normalize-returns '
    + '--value-hidden-sizes= --eval-episodes 3')
  const { configurations, runs } = planOf(given)
  assert.equal(configurations.map(({ flags }) => flags), [
    '--hidden-sizes 8 --max-kl 0.01', '--hidden-sizes 16,16 --max-kl 0.01',
    '--hidden-sizes 8 --max-kl 0.02', '--hidden-sizes 16,16 --max-kl 0.02',
  ])
  assert.equal(runs.map(({ seed }) => seed), [4, 4, 4, 4, 2, 2, 2, 2])
  const indices = runs.map(({ configuration }) => configurations.indexOf(configuration))
  assert.equal(indices, [0, 1, 2, 3, 0, 1, 2, 3])
  const [command, ...words] = wordsOf(runs[5], given, 'a b')
  const again = parseTrainArguments(words)
  assert.equal([command, again.runDir], ['train', 'a b'])
  assert.is(parseTrainArguments(wordsOf(runs[5], given, null)).runDir, null)
  assert.equal([again.environment, again.evalEpisodes, again.json, again.sweep, again.problems],
    ['CartPole', 3, true, {}, []])
  assert.equal(again.options,
    { seed: 2, hiddenSizes: [16, 16], maxKl: 0.01, normalizeReturns: false, valueHiddenSizes: [] })
  assert.equal(planOf(parse('CartPole --max-kl 0.01,0.02 --seed 3')).runs.map(({ seed }) => seed), [3, 3])
  const many = parse('CartPole --seeds 0..5000 --max-kl 0.01,0.02')
  assert.throws(() => planOf(many), 'sweep: expected at most 10,000 runs, got 10,002')
})

test('the median of an even number is the mean of the two in the middle', () => {
  assert.equal([[], [3], [1, 2], [1, 2, 9], [1, 2, 4, 9]].map(median), [null, 3, 1.5, 2, 3])
})

const planned = planOf(parse('CartPole --seeds 0..2 --max-kl 0.01,0.02,0.03'))
/** A run whose training ended with this mean return over 100 episodes at this step. */
function outcome(
  k: number, steps: number, meanReturn: number, code: number | null = 0, stderr = '',
): Outcome {
  const made = createOutcome(planned.runs[k])
  made.state = 'running'
  const { phases: _phases, ...line } = record({ meanReturn, episodes: 100 })
  addRecord(made, JSON.stringify({ ...line, steps }), 475)
  end(made, { code, signal: code === null ? 'SIGKILL' : null, stderr }, code === 130)
  return made
}
const outcomes = [
  outcome(0, 100, 480), outcome(1, 100, 300), outcome(2, 100, 10, 3, 'a row\nstep() threw x\n'),
  outcome(3, 300, 490), outcome(4, 100, 470), outcome(5, 100, 20, null),
  outcome(6, 200, 300), outcome(7, 50, 500, 130), createOutcome(planned.runs[8]),
]

test('runs are judged by what they end with: complete, interrupted, or failed and why', () => {
  assert.is(outcomes.map(({ state }) => state[0]).join(''), 'ccfccfciw')
  assert.equal([outcomes[2].problem, outcomes[2].code], ['exit code 3: step() threw x', 3])
  assert.equal([outcomes[5].problem, outcomes[5].code], ['SIGKILL', 1])
  const evaluated = outcome(0, 100, 480)
  addRecord(evaluated, '{"type":"evaluation","closing":false,"mean":1}', 475)
  addRecord(evaluated, 'no JSON', 475)
  assert.is(evaluated.evaluation, null)
  addRecord(evaluated, '{"type":"evaluation","closing":true,"mean":499.5}', 475)
  assert.is(evaluated.evaluation, 499.5)
})

test('rows are ordered by the median of complete runs; what has none comes last', () => {
  const rows = rowsOf(outcomes, planned.configurations, 475)
  assert.equal(rows.map(({ configuration, ...row }) => [configuration.flags, ...Object.values(row)]), [
    ['--max-kl 0.01', 3, 3, 480, 300, 490, 2, 200], ['--max-kl 0.02', 2, 3, 385, 300, 470, 1, 50],
    ['--max-kl 0.03', 0, 3, 15, 10, 20, 0, null],
  ])
  assert.is(tableText(rows, 475, 80, plain), [
    '  median    min    max    runs  solved  at step  configuration',
    '   480.0  300.0  490.0       3       2      200  --max-kl 0.01',
    '   385.0  300.0  470.0  2 of 3       1       50  --max-kl 0.02',
    '    15.0   10.0   20.0  0 of 3       0        -  --max-kl 0.03', '',
  ].join('\n'))
})

test('what is shown fits the terminal, and says what is missing', () => {
  const common = { name: 'CartPole', solvedReturn: 475, plannedSteps: 2700 }
  const rows = rowsOf(outcomes, planned.configurations, 475)
  for (const columns of [80, 60]) {
    const text = [
      sweepSummary(common, outcomes, rows, 65, { command: ['trpo train'], folder: 'runs/x' }, columns, plain),
      ...outcomes.flatMap((each) => runLine(each, outcomes, common, columns, plain)),
      barText(outcomes, common, 10, columns, plain),
    ].join('\n')
    for (const line of text.split('\n')) assert.ok(line.length < columns, line)
    const joined = text.replace(/\s+/g, ' ')
    assert.ok(joined.includes('CartPole: 9 runs in 1 min 5 s, 2 failed, 1 interrupted, 1 not begun.'), joined)
    assert.ok(joined.includes('8 seed 0 --max-kl 0.01: return 480.0, solved at 100, 0.0 s'))
    assert.ok(joined.includes('8 seed 0 --max-kl 0.03: exit code 3: step() threw x'))
    assert.ok(joined.includes('return 500.0, solved at 50, 0.0 s, interrupted at step 50'))
    // Eight of nine parts are done; in 10 s.
    assert.ok(joined.includes('8 of 9 runs, 0 running 0:02 left'), joined)
  }
})

test.run()
