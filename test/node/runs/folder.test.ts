/**
 * Run folders as the program leaves them, in processes: what is in them against its own stdout, a reader of
 * event files written for these tests, and lists written by hand. No tolerance.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodePolicy, decodeSafetensors, decodeTraining } from '../../../src/io/index.ts'
import { evaluate } from '../../../src/rl/evaluate.ts'
import { cartPole } from '../../../src/envs/index.ts'
import {
  disturbed, type Ended, finish, program as build, script, shell, TINY,
} from '../../support/commandLine.ts'
import { readEvents } from '../../support/tensorBoard.ts'

const program = resolve(build('runs'))
const folder = mkdtempSync('.build/folder-')
test.after(() => rmSync(folder, { recursive: true }))

function run(words: readonly string[], cwd: string = '.'): Ended {
  return shell(`cd ${cwd} && exec node ${program} ${words.join(' ')}`)
}
const train = (dir: string, ...words: string[]): Ended =>
  run(['train', 'CartPole', ...TINY, '--total-steps', '2048', '--run-dir', `${folder}/${dir}`, ...words])
const contents = (path: string): string => readFileSync(`${folder}/${path}`, 'utf8')
// Lines of JSON of any type.
const records = (text: string): any[] => text.trimEnd().split('\n').map((line) => JSON.parse(line))

test('the records on stdout are those of metrics.jsonl, and every file agrees with them', () => {
  const { code, stdout, stderr } = train('a', '--eval-every', '2', '--eval-episodes', '20', '--json')
  assert.is(code, 0)
  assert.is(stdout, contents('a/metrics.jsonl'))
  const all = records(stdout)
  assert.equal(all.map(({ type, iteration }) => `${type} ${iteration}`), [
    'start 0', 'iteration 1', 'iteration 2', 'evaluation 2', 'iteration 3', 'iteration 4', 'evaluation 4',
    'evaluation 4', 'end 4',
  ])
  const [start] = all, end = all[8], closing = all[7]
  const { environment, seed, options: { batchSteps }, evalEvery } = start
  assert.equal([environment, seed, batchSteps, evalEvery], ['CartPole', 0, 512, 2])
  assert.equal([end.reason, end.message, end.steps], ['complete', null, 2048])
  assert.equal([all[3].closing, all[6].closing, closing.closing], [false, false, true])
  assert.equal(closing.returns, all[6].returns, 'the same episodes')
  assert.match(stderr, new RegExp(`\n {2}run folder +${folder}/a\n`))

  assert.equal(readdirSync(`${folder}/a`).map((name) => name.replace(/tfevents.*/, 'tfevents')).sort(), [
    'best.safetensors', 'checkpoint.previous.safetensors', 'checkpoint.safetensors', 'config.json',
    'curve.svg', 'events.out.tfevents', 'metrics.csv', 'metrics.jsonl', 'policy.safetensors',
  ])
  const iterations = all.filter(({ type }) => type === 'iteration')
  const rows = contents('a/metrics.csv').trimEnd().split('\n').map((line) => line.split(','))
  const column = (name: string): string[] => rows.slice(1).map((row) => row[rows[0].indexOf(name)])
  assert.equal(column('meanReturnNow').map(Number), iterations.map(({ meanReturnNow }) => meanReturnNow))
  assert.equal(column('kl').map(Number), iterations.map(({ certificate }) => certificate.kl))
  assert.equal(column('evaluationReturn'), ['', String(all[3].mean), '', String(all[6].mean)])

  const events = readdirSync(`${folder}/a`).find((name) => name.startsWith('events'))!
  const [, , ...scalars] = readEvents(readFileSync(`${folder}/a/${events}`) as unknown as Uint8Array)
  assert.equal(scalars.map(({ step }) => step), [512, 1024, 1536, 2048])
  assert.equal(scalars.map((event) => event.scalars['rollout/ep_rew_mean']),
    iterations.map(({ meanReturn }) => Math.fround(meanReturn)))
  assert.equal(scalars.map((event) => event.scalars['eval/mean_reward'] ?? null),
    [null, Math.fround(all[3].mean), null, Math.fround(all[6].mean)])
  assert.equal(scalars.map(({ time }) => time), iterations.map(({ date }) => Date.parse(date) / 1000))

  const config = JSON.parse(contents('a/config.json'))
  assert.equal(config.options, start.options)
  assert.equal(config.sessions.map(({ iteration }: { iteration: number }) => iteration), [0])
  const snapshot = decodeTraining(readFileSync(`${folder}/a/checkpoint.safetensors`))
  assert.equal([snapshot.iteration, snapshot.steps], [4, 2048])
  const best = all[6].mean > all[3].mean ? all[6] : all[3]
  const bytes = readFileSync(`${folder}/a/best.safetensors`)
  assert.is(decodeSafetensors(bytes).metadata.get('extra.iteration'), String(best.iteration))
  const again = evaluate(decodePolicy(bytes), () => cartPole(), { episodes: 20, seed: 0 })
  assert.equal([...again.returns], best.returns)
  const svg = contents('a/curve.svg')
  assert.match(svg, /^<svg [^]*CartPole, seed 0[^]*<\/svg>\n$/)
  assert.not.match(svg, /NaN|undefined|Infinity/)
})

test('a folder that holds something is refused; --force replaces a run in it, and nothing else', () => {
  train('b', '--quiet')
  const before = contents('b/metrics.jsonl')
  const refused = train('b', '--quiet')
  const problem = `--run-dir: expected an empty folder, got ${folder}/b with config.json in it; `
    + '--resume continues that run, --force replaces it\n'
  assert.equal([refused.code, refused.stderr], [2, problem])
  assert.is(contents('b/metrics.jsonl'), before)
  writeFileSync(`${folder}/b/notes.txt`, 'mine')
  assert.is(train('b', '--quiet', '--force', '--seed', '5').code, 0)
  assert.is(contents('b/notes.txt'), 'mine')
  assert.is(records(contents('b/metrics.jsonl'))[0].seed, 5)
  assert.is(existsSync(`${folder}/b/best.safetensors`), false)
  mkdirSync(`${folder}/c`)
  writeFileSync(`${folder}/c/notes.txt`, 'mine')
  assert.match(train('c', '--quiet').stderr, /c with notes\.txt in it; --force uses it all the same\n$/)
  assert.equal(readdirSync(`${folder}/c`), ['notes.txt'])
})

test('by default every run has a new folder below runs/, and without one the training goes on', () => {
  const words = ['train', 'CartPole', ...TINY, '--total-steps', '512', '--eval-episodes', '0', '--seed', '3']
  const cwd = `${folder}/d`
  mkdirSync(cwd)
  assert.equal([run(words, cwd).code, run(words, cwd).code], [0, 0])
  const names = readdirSync(`${cwd}/runs`)
  assert.is(names.length, 2)
  for (const name of names) assert.match(name, /^CartPole-s3-\d{8}-\d{6}(-\d)?$/)
  assert.is(run([...words, '--no-run-dir', '--quiet'], cwd).code, 0)
  assert.is(readdirSync(`${cwd}/runs`).length, 2)
  // What a folder cannot be made in, also for root.
  mkdirSync(`${folder}/e`)
  writeFileSync(`${folder}/e/runs`, 'a file')
  const { code, stdout, stderr } = run(words, `${folder}/e`)
  assert.is(code, 0)
  assert.match(stderr, /^no run folder: runs: expected a directory for run folders, got EEXIST: /)
  assert.not.match(stdout, /run folder/)
  const named = run([...words, '--run-dir', 'runs/x'], `${folder}/e`)
  assert.match(named.stderr, /^runs\/x: expected a folder that can be written, got (ENOTDIR|EEXIST): /)
  assert.is(named.code, 2)
})

test('a run that does not come to its first iteration leaves no folder', () => {
  const { code } = train('h', '--batch-steps', '1000000000000', '--quiet')
  assert.is(code, 2)
  assert.is(existsSync(`${folder}/h`), false)
})

test('plot draws the runs below a folder, and names what it lacks', () => {
  for (const [dir, seed] of [['p/one', '1'], ['p/two', '2']]) train(dir, '--quiet', '--seed', seed)
  const out = `${folder}/p.svg`
  const { code, stdout } = run(['plot', `${folder}/p`, '--out', out])
  assert.is(code, 0)
  assert.match(stdout, /^\S+p\.svg: meanReturn of 2 runs in 1 configuration\n {2}2 × +CartPole: \d/)
  assert.match(contents('p.svg'), /<svg [^]*CartPole \(2 runs\)[^]*threshold 475[^]*<\/svg>\n$/)
  const evaluations = run(['plot', `${folder}/p`, '--metric', 'evaluationReturn', '--out', out])
  assert.match(evaluations.stdout, /2 × +CartPole: \d/)
  for (const [words, problem] of [
    [['plot'], 'run: expected at least one run folder, got nothing'],
    [['plot', 'src'], 'src: expected a run folder or one that holds some, got neither'],
    [['plot', `${folder}/p`, '--metric', 'klMx'],
      '--metric: expected a column of metrics.csv, got "klMx", perhaps klMax'],
    [['plot', `${folder}/p`, '--metric', 'status'], '--metric: expected a column of numbers, got "status"'],
  ] as const) assert.equal(run(words).stderr, `${problem}\n`)
})

test('two runs cannot share a folder, and the lock of a killed one is no obstacle', async () => {
  const words = ['train', 'CartPole', ...TINY, '--total-steps', '99999999', '--run-dir', `${folder}/f`]
  let rival: Ended | null = null, resumed: Ended | null = null
  await disturbed([program, ...words], /\n +2 +1024 /, (child) => {
    rival = train('f', '--force')
    resumed = run(['train', '--resume', `${folder}/f`])
    child.kill('SIGKILL')
  })
  const problem = /^\S+f: expected a folder that no other process uses, got one of process \d+ on \S+\n$/
  for (const each of [rival!, resumed!] as Ended[]) {
    assert.match(each.stderr, problem)
    assert.is(each.code, 2)
  }
  assert.ok(existsSync(`${folder}/f/lock`))
  assert.is(train('f', '--force', '--quiet').code, 0)
  assert.is(existsSync(`${folder}/f/lock`), false)
})

test('an error of the environment is the end of the account; numbers of info are columns and scalars', () => {
  const world = script('worldWithInfo', `
    import process from 'node:process'
    import { environments } from './src/envs/index.ts'
    import { main } from './src/node/index.ts'
    let steps = 0
    const World = { ...environments.CartPole, name: 'World/a b', make: () => {
      const env = environments.CartPole.make()
      return { ...env, step: (action) => {
        if (++steps > 1100) throw new Error('no more')
        return { ...env.step(action), info: steps > 600 ? { left: 1, right: 2 } : { left: 3 } }
      } }
    } }
    process.exitCode = await main(process.argv.slice(2), { World })`)
  const words = ['train', 'World', ...TINY, '--run-dir', `${folder}/g`]
  const { code, stderr } = finish(world, ...words)
  assert.is(code, 3)
  assert.match(stderr, /\nsaved in \S+g as of step 1,024\n/)
  const all = records(contents('g/metrics.jsonl'))
  const { type, reason, message, iteration } = all.at(-1)
  assert.equal([type, reason, iteration], ['end', 'error', 2])
  assert.match(message, /^environment \d, step \d+: .*no more/)
  const [head, first, second] = contents('g/metrics.csv').split('\n').map((line) => line.split(',').slice(-2))
  assert.equal([head, first], [['info.left', 'info.right'], ['3', '']])
  // By hand: 88 steps say 3, 424 say 1.
  assert.ok(Math.abs(Number(second[0]) - (88 * 3 + 424) / 512) < 1e-12)
  assert.is(second[1], '2')
  const name = readdirSync(`${folder}/g`).find((each) => each.startsWith('events'))!
  const events = readEvents(readFileSync(`${folder}/g/${name}`) as unknown as Uint8Array)
  assert.equal(events.slice(2).map(({ scalars }) => scalars['info/right'] ?? null), [null, 2])
})

test.run()
