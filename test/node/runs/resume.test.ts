/**
 * A run that is interrupted and continued, against the same run without an interruption: the same bytes of
 * policy, checkpoint and best policy, and the same records except for times. No tolerance.
 */
import {
  appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync,
} from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodePolicy } from '../../../src/io/index.ts'
import { readEvents } from '../../support/tensorBoard.ts'
import { disturbed, type Ended, finish, program as build, TINY } from '../../support/commandLine.ts'

const program = build('resume')
const folder = mkdtempSync('.build/resume-')
test.after(() => rmSync(folder, { recursive: true }))

const STEPS = 20 * 512
const words = (dir: string, ...more: string[]): string[] => [
  program, 'train', 'Pendulum', ...TINY, '--total-steps', String(STEPS), '--seed', '4', '--eval-every', '4',
  '--eval-episodes', '3', '--save-every', '0', '--run-dir', `${folder}/${dir}`, ...more,
]
const resume = (dir: string, ...more: string[]): Ended =>
  finish(program, 'train', '--resume', `${folder}/${dir}`, ...more)

const bytes = (dir: string, name: string): string =>
  [...readFileSync(`${folder}/${dir}/${name}`) as unknown as Uint8Array].join()
/** Records without what differs between two equal runs. */
const records = (dir: string): object[] =>
  readFileSync(`${folder}/${dir}/metrics.jsonl`, 'utf8').trimEnd().split('\n').map((line) => {
    const { date: _date, seconds: _seconds, stepsPerSecond: _rate, ...record } = JSON.parse(line)
    return record
  })
const eventsIn = (dir: string): string[] =>
  readdirSync(`${folder}/${dir}`).filter((name) => name.startsWith('events'))

function same(dir: string): void {
  for (const name of ['policy', 'checkpoint', 'best']) {
    assert.ok(bytes(dir, `${name}.safetensors`) === bytes('whole', `${name}.safetensors`), name)
  }
  assert.equal(records(dir), records('whole'))
  const rows = (each: string): string[] => readFileSync(`${folder}/${each}/metrics.csv`, 'utf8').split('\n')
    .map((line) => line.split(',').filter((_, i) => i !== 2 && i !== 3).join())
  assert.equal(rows(dir), rows('whole'))
  const scalars = (each: string): object[] => {
    assert.is(eventsIn(each).length, 1)
    return readEvents(readFileSync(`${folder}/${each}/${eventsIn(each)[0]}`) as unknown as Uint8Array)
      .map(({ step, scalars }) => ({ step, ...scalars, 'time/fps': 0 }))
  }
  assert.equal(scalars(dir), scalars('whole'))
}

test('the run that the others are compared with', () => {
  const { code, stderr } = finish(...words('whole', '--quiet'))
  assert.equal([code, stderr], [0, ''])
  assert.is(records('whole').length, 1 + 20 + 5 + 1 + 1)
})

test('killed while it writes, it continues bit for bit, with files mended', async () => {
  const { signal } = await disturbed(words('killed'), /\n +9 +4608 /, (child) => { child.kill('SIGKILL') })
  assert.is(signal, 'SIGKILL')
  const path = (name: string): string => `${folder}/killed/${name}`
  // Torn in the middle of a record, as a kill within a write would leave them.
  appendFileSync(path('metrics.jsonl'), '{"type":"iteration","iteration":9')
  appendFileSync(path('metrics.csv'), '9,46')
  const [events] = eventsIn('killed')
  truncateSync(path(events), statSync(path(events)).size - 5)
  const { code, stderr } = resume('killed')
  assert.is(code, 0, stderr)
  assert.match(stderr, /\ncontinues \S+killed after iteration \d+, [\d,]+ steps\n/)
  same('killed')
  const { sessions } = JSON.parse(readFileSync(path('config.json'), 'utf8'))
  assert.is(sessions.length, 2)
})

test('killed twice, and once stopped by a signal, it still ends with the same bytes', async () => {
  await disturbed(words('often'), /\n +3 +1536 /, (child) => { child.kill('SIGKILL') })
  const again = [program, 'train', '--resume', `${folder}/often`]
  await disturbed(again, /\n +7 +3584 /, (child) => { child.kill('SIGKILL') })
  const stopped = await disturbed(again, /\n +14 +7168 /, (child) => { child.kill('SIGTERM') })
  assert.is(stopped.code, 143)
  assert.match(stopped.stdout, /\n {2}continue +trpo train --resume \S+often\n/)
  assert.match(records('often').map((record) => JSON.stringify(record)).at(-1)!, /"end".*"SIGTERM"/)
  assert.is(resume('often', '--quiet').code, 0)
  same('often')
})

test('records of iterations after the checkpoint are taken back, and made again', async () => {
  // Without checkpoints on the way: the first iteration's is all that a kill leaves.
  const rare = words('rare')
  rare.splice(rare.indexOf('--save-every') + 1, 1, '100000')
  await disturbed(rare, /\n +11 +5632 /, (child) => { child.kill('SIGKILL') })
  assert.match(resume('rare').stderr, /after iteration 1, 512 steps\n/)
  same('rare')
})

test('if the newest checkpoint is damaged, the one before it is taken, and stderr says so', async () => {
  await disturbed(words('damaged'), /\n +6 +3072 /, (child) => { child.kill('SIGKILL') })
  const newest = `${folder}/damaged/checkpoint.safetensors`
  // A kill between two checkpoints leaves the one before alone.
  const isThere = existsSync(newest)
  if (isThere) truncateSync(newest, statSync(newest).size - 100)
  const { code, stderr } = resume('damaged')
  assert.is(code, 0)
  assert.match(stderr, /^\S+checkpoint\.safetensors: .+; continued from the checkpoint before, of iteration/)
  assert.is(existsSync(`${folder}/damaged/checkpoint.damaged.safetensors`), isThere)
  same('damaged')
})

test('an evaluation that a signal interrupted is made up for', async () => {
  const long = ['--eval-episodes', '400', '--total-steps', '3072', '--eval-every', '2']
  assert.is(finish(...words('wholeLong', ...long, '--quiet')).code, 0)
  const { code } = await disturbed(words('long', ...long), /\n +4 +2048 /, (child) => {
    child.kill('SIGINT')
  })
  assert.is(code, 130)
  const evaluated = (dir: string): unknown[] => records(dir).filter((record) => 'mean' in record)
  assert.is(evaluated('long').filter((each) => !(each as { closing: boolean }).closing).length, 1)
  assert.is(resume('long', '--quiet').code, 0)
  assert.equal(records('long'), records('wholeLong'))
  assert.is(bytes('long', 'best.safetensors'), bytes('wholeLong', 'best.safetensors'))
})

test('more steps continue a complete run; fewer, or none, leave it as it is', () => {
  const steady = ['--max-kl-schedule', 'constant', '--eval-every', '0']
  finish(...words('extended', ...steady, '--total-steps', '2048', '--quiet'))
  finish(...words('wholeExtended', ...steady, '--total-steps', '4096', '--quiet'))
  const before = bytes('extended', 'metrics.jsonl')
  const { code, stdout } = resume('extended')
  const complete = `${folder}/extended: complete; a higher --total-steps than 2048 continues it\n`
  assert.equal([code, stdout], [0, complete])
  const fewer = resume('extended', '--total-steps', '1024')
  assert.equal([fewer.code, fewer.stderr],
    [2, '--total-steps: expected at least the 2048 steps that are done, got 1024\n'])
  assert.is(bytes('extended', 'metrics.jsonl'), before)
  const other = ['--total-steps', '4096', '--backend', 'reference', '--json', '--quiet']
  const { stderr } = resume('extended', ...other)
  assert.is(stderr, '')
  // The file also names the command, in which the backend differs.
  const parameters = (dir: string): Float64Array =>
    decodePolicy(readFileSync(`${folder}/${dir}/policy.safetensors`)).net.parameters.flat
  assert.equal(parameters('extended'), parameters('wholeExtended'))
  assert.equal(records('extended').slice(1), records('wholeExtended').slice(1))
  assert.is(JSON.parse(readFileSync(`${folder}/extended/config.json`, 'utf8')).options.totalSteps, 4096)
})

test('what else is given must be as in the run; every difference is a line', () => {
  const before = readdirSync(`${folder}/whole`)
  const given = [
    'CartPole', '--max-kl', '0.5', '--seed', '4', '--eval-every', '3', '--run-dir', 'x', '--gamma', '1',
  ]
  const { options } = JSON.parse(readFileSync(`${folder}/whole/config.json`, 'utf8'))
  const { code, stderr } = resume('whole', ...given)
  assert.is(code, 2)
  assert.equal(stderr.trimEnd().split('\n').map((line) => line.replace(/, as in \S+,/, ',')), [
    '--gamma: unknown flag, perhaps --discount',
    'environment: expected Pendulum, got CartPole',
    '--run-dir: expected the folder of the run, got "x"',
    '--eval-every: expected 4, got 3',
    `--max-kl: expected ${options.maxKl}, got 0.5`,
  ])
  assert.equal(readdirSync(`${folder}/whole`), before)
  assert.match(finish(program, 'train', '--resume', folder).stderr,
    /: expected a run folder, got one without config\.json\n$/)
  assert.match(finish(program, 'train', '--resume', 'no-such').stderr,
    /^no-such: expected a run folder, got ENOENT: no such file or directory\n$/)
})

test('without metrics a run continues all the same', () => {
  finish(...words('bare', '--total-steps', '2048', '--quiet', '--eval-every', '0'))
  rmSync(`${folder}/bare/metrics.jsonl`, { recursive: true })
  const { code, stderr } = resume('bare', '--total-steps', '4096')
  assert.is(code, 0, stderr)
  assert.equal(records('bare').map((record) => (record as { type: string }).type),
    ['start', ...Array.from({ length: 4 }, () => 'iteration'), 'evaluation', 'end'])
})

test.run()
