/**
 * `trpo train` with several seeds and values, in processes, against the same trainings run one by one: the
 * same numbers to the last digit, whatever the number of jobs. Failing runs, signals and readers that leave
 * against exit codes and text written by hand. No tolerance; nothing runs on 3 s after the end.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runChildren } from '../../../src/node/sweep/children.ts'
import { disturbed, type Ended, finish, program, script, shell, SMALL } from '../../support/commandLine.ts'

const trpo = program('sweep'), folder = '.build/sweep'
test.before(() => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/flaky.mjs`, `
    const fails = process.argv[process.argv.indexOf('--seed') + 1] === '1'
    export default () => {
      let t = 0, steps = 0
      return {
        observationSpace: { kind: 'discrete', n: 2, start: 0 },
        actionSpace: { kind: 'discrete', n: 2, start: 0 },
        reset: () => ({ observation: t = 0 }),
        step(action) {
          if (fails && ++steps === 90) throw new Error('sensor lost')
          return { observation: ++t % 2, reward: action, terminated: t === 5, truncated: false }
        },
      }
    }`)
  writeFileSync(`${folder}/stuck.mjs`, `export default () => ({
    observationSpace: { kind: 'discrete', n: 2, start: 0 }, actionSpace: { kind: 'discrete', n: 2, start: 0 },
    reset: () => ({ observation: 0 }), step() { for (;;); } })`)
})
test.after(() => rmSync(folder, { recursive: true }))

const SHORT = [...SMALL, '--total-steps', '1024', '--eval-episodes', '3']
const records = ({ stdout }: Ended): any[] => stdout.trimEnd().split('\n').map((line) => JSON.parse(line))
const nothingRuns = (mark: string): void => {
  for (let k = 0; k < 30; k++) {
    if (spawnSync('pgrep', ['-f', mark], { encoding: 'utf8' }).stdout === '') return
    spawnSync('sleep', ['0.1'])
  }
  assert.unreachable(`${mark} still runs`)
}

test('every run of a sweep is the training that its flags alone give, with one job or two', () => {
  const flags = ['--seeds', '3,5', '--max-kl', '0.01,0.05', '--json', '--quiet']
  const words = ['train', 'CartPole', ...SHORT, ...flags]
  const one = finish(trpo, ...words, '--jobs', '1'), two = finish(trpo, ...words, '--jobs', '2')
  assert.equal([one.code, two.code, one.stderr, two.stderr], [0, 0, '', ''])
  const timeless = (of: Ended): string[] => records(of).map(({ seconds: _seconds, ...record }) =>
    JSON.stringify(record)).sort()
  assert.equal(timeless(one), timeless(two))
  const runs = records(one).filter(({ type }) => type === 'run')
  assert.equal(runs.map(({ seed, options: { maxKl } }) => [seed, maxKl]),
    [[3, 0.01], [3, 0.05], [5, 0.01], [5, 0.05]])
  for (const { seed, options: { maxKl }, steps, meanReturn, evaluation } of runs) {
    const flags = ['--seed', String(seed), '--max-kl', String(maxKl), '--json', '--quiet']
    const lines = records(finish(trpo, 'train', 'CartPole', ...SHORT, ...flags))
    const last = lines.filter(({ type }) => type === 'iteration').at(-1)
    const closing = lines.find(({ type, closing }) => type === 'evaluation' && closing)
    assert.equal([steps, meanReturn, evaluation], [last.steps, last.meanReturn, closing.mean])
  }
  const scores = runs.map(({ evaluation }) => evaluation)
  const medians = [0, 1].map((k) => (scores[k] + scores[k + 2]) / 2)
  assert.equal(records(one).filter(({ type }) => type === 'configuration').map((each) => each.median),
    [...medians].sort((a, b) => b - a))
})

test('a table for people, best first, and the command again; progress on stderr', () => {
  const words = ['train', 'CartPole', ...SHORT, '--seeds', '0..1', '--hidden-sizes', '8/4']
  const { code, stdout, stderr } = finish(trpo, ...words, '--jobs', '2')
  assert.is(code, 0)
  assert.not.match(stdout + stderr, /\r|\x1b|NaN|undefined/)
  assert.match(stderr, /^CartPole: 4 runs, 2 configurations, 2 runs at a time\n {4}1 {2}seed \d {4}--hidden/)
  assert.is(stderr.trimEnd().split('\n').length, 5)
  assert.match(stdout, /^\nCartPole: 4 runs in \d.* s\.\nMean return [^]* first:\n {2}median +min +max /)
  assert.match(stdout, / {2}--hidden-sizes 8\n/)
  assert.ok(stdout.endsWith(`  repeat      trpo ${words.join(' ')} --jobs 2\n`))
})

test('every run has a folder of its own in that of the sweep, named after its flags and its seed', () => {
  const inSweep = `${folder}/all`
  const words = ['train', 'CartPole', ...SHORT, '--seeds', '0..1', '--run-dir', inSweep, '--quiet']
  const first = finish(trpo, ...words, '--max-kl', '0.01,0.02')
  assert.match(first.stdout, / {2}run folders +\.build\/sweep\/all\n/)
  const names = ['max-kl-0.01-s0', 'max-kl-0.01-s1', 'max-kl-0.02-s0', 'max-kl-0.02-s1']
  assert.equal(readdirSync(inSweep).sort(), names)
  const plot = finish(trpo, 'plot', inSweep, '--out', `${folder}/plot.svg`)
  assert.match(plot.stdout, /plot\.svg: meanReturn of 4 runs in 2 configurations\n/)
  const again = finish(trpo, ...words, '--max-kl', '0.01,0.02')
  assert.is(again.code, 2)
  assert.match(again.stdout, /4 runs in .*, 4 failed\./)
  assert.is(finish(trpo, ...words, '--max-kl', '0.01,0.02', '--force').code, 0)
  const [file] = readdirSync(inSweep)
  assert.is(finish(trpo, 'eval', `${inSweep}/${file}/policy.safetensors`, '--episodes', '1').code, 0)
})

test('a run that fails is reported, the others go on, and the exit code is its own', () => {
  const words = [trpo, 'train', `${folder}/flaky.mjs`, ...SHORT, '--seeds', '0..2', '--jobs', '1']
  const { code, stdout, stderr } = finish(...words)
  assert.is(code, 3)
  assert.match(stderr,
    /\n {4}2 {2}seed 1 {4}exit code 3: environment \d, step \d+: step\(\) threw sensor lost\n/)
  assert.match(stderr, /\n {4}3 {2}seed 2 {4}return /)
  assert.match(stdout, /^\nflaky: 3 runs in .*, 1 failed\.\n/)
  assert.match(stdout, /\n +\S+ +\S+ +\S+ +2 of 3 +as given\n/)
})

test('what is wrong is reported once, before anything runs', () => {
  const wrong = ['--max-kl', '0.1,-1,x', '--discount', '0.9,2', '--save', 'x']
  const { code, stdout, stderr } = finish(trpo, 'train', 'CartPole', '--seeds', '0..9', ...wrong)
  assert.equal([code, stdout], [2, ''])
  assert.equal(stderr.trimEnd().split('\n').sort(), [
    '--discount: expected a number from 0 to 1, got 2',
    '--max-kl: expected a number above 0, got "x"', '--max-kl: expected a number above 0, got -1',
    '--save: expected none in a sweep, whose runs would share the file',
  ])
  const own = script('sweepless', `
    import process from 'node:process'
    import { main } from './src/node/index.ts'
    process.exitCode = await main(['train', 'CartPole', '--seeds', '0..1'])`)
  assert.equal(finish(own), {
    code: 2, signal: null, stdout: '',
    stderr: 'sweep: expected a program that can be started again for each run\n',
  })
})

const ENDLESS = [
  trpo, 'train', 'CartPole', ...SMALL, '--total-steps', '99999999', '--seeds', '0..3', '--jobs', '2',
]

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
  test(`${signal} ends all runs in order, sums up what is there, and starts no other: ${code}`, async () => {
    const result = await disturbed(ENDLESS, /2 runs at a time\n/, async (child) => {
      await setTimeout(2000)
      // Twice, as npm's children get it.
      child.kill(signal)
      child.kill(signal)
    })
    assert.equal([result.code, result.signal], [code, null], result.stderr)
    assert.is(result.stderr.match(/, interrupted at step [\d,]+\n/g)?.length, 2, result.stderr)
    assert.match(result.stdout, /^\nCartPole: 4 runs in .*, 2 interrupted, 2 not begun\.\n/)
    assert.match(result.stdout, /\n +\d+\.\d +\d+\.\d +\d+\.\d +0 of 4 /)
    nothingRuns(trpo)
  })
}

test('a second signal ends at once also runs that do not react', async () => {
  const words = [trpo, 'train', `${folder}/stuck.mjs`, ...SHORT, '--seeds', '0..3', '--jobs', '2']
  const result = await disturbed(words, /2 runs at a time\n/, async (child) => {
    await setTimeout(1000)
    child.kill('SIGINT')
    await setTimeout(500)
    child.kill('SIGTERM')
  })
  assert.equal([result.code, result.signal, result.stdout], [null, 'SIGTERM', ''])
  nothingRuns(`${folder}/stuck.mjs`)
})

test('if the sweep is killed, or nobody reads its records, its runs end by themselves', async () => {
  const killed = await disturbed(ENDLESS, /2 runs at a time\n/, async (child) => {
    await setTimeout(1000)
    child.kill('SIGKILL')
  })
  assert.is(killed.signal, 'SIGKILL')
  nothingRuns(trpo)
  const line = `node ${trpo} train CartPole ${SHORT.join(' ')} --seeds 0..99 --json`
  const gone = shell(`{ ${line}; echo code $? >&2; } | head -n 1`)
  assert.is(JSON.parse(gone.stdout).type, 'run')
  assert.match(gone.stderr, /\ncode 0\n$/)
  assert.not.match(gone.stderr, /EPIPE|Error/)
  nothingRuns(trpo)
})

test('at most so many processes run at a time, and each begins in order', async () => {
  const code = (k: number): string => `
    const { writeFileSync } = require('node:fs')
    const from = Date.now()
    setTimeout(() => writeFileSync('${folder}/span${k}', JSON.stringify([from, Date.now()])), 150)`
  const commands = Array.from({ length: 6 }, (_, k) => ['node', '-e', code(k)])
  const order: number[] = []
  await runChildren(commands, 3, { started: (k) => order.push(k), line: () => {}, ended: () => {} }).done
  assert.equal(order, [0, 1, 2, 3, 4, 5])
  const spans = readdirSync(folder).filter((name) => name.startsWith('span'))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as [number, number])
  assert.is(spans.length, 6)
  const at = spans.map(([from]) => spans.filter(([a, b]) => a <= from && from < b).length)
  assert.ok(Math.max(...at) <= 3 && Math.max(...at) > 1, at.join())
})

test('a program that cannot be started is a run that failed', async () => {
  const ends: unknown[] = []
  await runChildren([['./no-such-program'], ['node', '-e', 'process.exit(7)']], 1, {
    started: () => {}, line: () => {}, ended: (k, { code, stderr }) => ends.push([k, code, stderr]),
  }).done
  assert.equal(ends, [[0, null, 'spawn ./no-such-program ENOENT'], [1, 7, '']])
})

test.run()
