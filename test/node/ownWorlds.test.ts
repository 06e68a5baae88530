/**
 * `main` in a script of one's own, with worlds that fail or do not end, in processes; compared with exit
 * codes and text written by hand, and with the same run again. No tolerance. A first signal ends an
 * evaluation within 1 s, a second one the process, whatever it does.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, unlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeSafetensors } from '../../src/io/index.ts'
import { disturbed, type Ended, env, finish, program, script, shell, SMALL } from '../support/commandLine.ts'
import { findProgram, skipped } from '../support/programs.ts'

const own = script('own', `
  import process from 'node:process'
  import { environments } from './src/envs/index.ts'
  import { main } from './src/node/index.ts'
  const { CartPole } = environments
  let steps = 0
  const world = (name, change, more = {}) => ({ ...CartPole, name, ...more, make: () => {
    const { maxEpisodeSteps, ...env } = CartPole.make()
    return { ...env, ...change(env) }
  } })
  /** The pole is put up again when it falls. */
  const endless = (env) => ({ step(action) {
    const result = env.step(action)
    if (!result.terminated && !result.truncated) return result
    return { ...result, observation: env.reset().observation, terminated: false, truncated: false }
  } })
  const after = (n, what) => (env) => ({ step: (action) => ++steps > n ? what() : env.step(action) })
  const fail = (words) => { throw new Error(words) }
  const worlds = {
    Endless: world('Endless', endless, { maxEpisodeSteps: 1e9, solvedReturn: 8.5 }),
    SaysWhen: world('SaysWhen', (env) => {
      const { step } = endless(env)
      return { step(action) {
        if (steps++ === 0) process.stderr.write('playing\\n')
        return step(action)
      } }
    }, { maxEpisodeSteps: 1e9 }),
    Limited: world('Limited', endless, { maxEpisodeSteps: 25, solvedReturn: 24.96 }),
    Loops: world('Loops', after(1100, () => { process.stderr.write('looping'); for (;;); })),
    CannotClose: world('CannotClose', () => ({ close: () => fail('already gone') })),
    RejectsClose: world('RejectsClose', () => ({ close: async () => fail('already gone') })),
    CannotBeMade: world('CannotBeMade', () => fail('no display left')),
    IsNone: { ...CartPole, name: 'IsNone', make: () => undefined },
    FailsLate: world('FailsLate', after(1500, () => fail('out\\x1b[31m of\\nmemory'))),
    "It's a world": { ...CartPole, name: "It's a world" },
  }
  const listeners = () => [
    ...['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name)),
    // Node itself has one for scripts that await.
    process.listeners('exit').filter(({ name }) => name !== 'handleProcessExit').length,
    process.stdout.listenerCount('error'), process.stderr.listenerCount('error'),
  ]
  process.exitCode = await main(process.argv.slice(2), worlds)
  if (process.env.AFTERWARDS !== undefined) {
    process.stderr.write('listeners ' + listeners())
    if (process.env.AFTERWARDS === 'stay') setTimeout(() => {}, 10_000)
  }
`)
const trpo = program('trpo')
const folder = '.build/own-worlds'
test.before(() => mkdirSync(folder, { recursive: true }))
test.after(() => rmSync(folder, { recursive: true }))
const short = (name: string, ...words: string[]): string[] =>
  [own, 'train', name, ...SMALL, '--total-steps', '1024', ...words]
const stepsIn = (file: string): string | undefined =>
  decodeSafetensors(readFileSync(file)).metadata.get('extra.steps')

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
  test(`an evaluation without an end is left at the first ${signal}: saved, summed up, ${code}`, async () => {
    const file = `${folder}/${signal}`
    let sent = 0
    // After the last row there is only the evaluation.
    const result = await disturbed(short('Endless', '--save', file), /\n +2 +1024 /, async (child) => {
      await setTimeout(150)
      sent = Date.now()
      child.kill(signal)
    })
    assert.ok(Date.now() - sent < 1000)
    assert.equal([result.code, result.signal], [code, null])
    assert.match(result.stdout, /\n {2}evaluation +none of 100 fresh episodes was complete\n/)
    assert.match(result.stdout, new RegExp(`stopped +by ${signal}, `))
    assert.is(stepsIn(file), '1024')
  })

  test(`while a world's step does not return, a second ${signal} ends the process`, async () => {
    const result = await disturbed(short('Loops', '--total-steps', '9999'), /looping/, async (child) => {
      child.kill('SIGTERM')
      await setTimeout(300)
      child.kill(signal)
    })
    assert.equal([result.code, result.signal, result.stdout], [null, signal, ''])
  })
}

test('where there can be no thread for signals, an evaluation still notices the first one', async () => {
  // Node's permission model forbids threads.
  const words = ['--experimental-permission', '--allow-fs-read=*', ...short('Endless')]
  const result = await disturbed(words, /\n +2 +1024 /, async (child) => {
    await setTimeout(150)
    child.kill('SIGTERM')
  })
  assert.equal([result.code, result.signal], [143, null], result.stderr)
  assert.match(result.stdout, /\n {2}evaluation +none of 100 fresh episodes was complete\n/)
})

test('trpo eval of a world without an end is left at the first signal, too', async () => {
  const file = `${folder}/endless`
  finish(...short('Endless', '--eval-episodes', '0', '--quiet', '--save', file))
  const words = [own, 'eval', file, 'SaysWhen']
  const result = await disturbed(words, /playing/, (child) => { child.kill('SIGTERM') })
  const stderr = 'playing\nno episode of 100 is complete\n'
  assert.equal(result, { code: 143, signal: null, stdout: '', stderr })
})

test('the limit of the table holds for a world without one of its own', () => {
  const { code, stdout } = finish(...short('Limited', '--save', `${folder}/limited`))
  assert.is(code, 0)
  assert.match(stdout, /\nLimited: solved in evaluation, mean return 25\.00 \(threshold 24\.96\)\.\n/)
  assert.match(stdout, /\n {2}evaluation +25\.0 ± 0\.0 \(25\.0 to 25\.0\), 100 fresh episodes, determ/)
  const { stdout: again } = finish(own, 'eval', `${folder}/limited`, '--json', '--episodes', '3')
  assert.equal(JSON.parse(again).lengths, [25, 25, 25])
})

test('a close that throws takes away neither policy nor evaluation nor summary', () => {
  const file = `${folder}/closed`
  const { code, stdout, stderr } = finish(...short('CannotClose', '--save', file, '--eval-episodes', '5'))
  assert.is(code, 3)
  assert.match(stdout, /\n {2}evaluation +\d+\.\d ± .*, 5 fresh episodes, deterministic\n/)
  assert.is(stepsIn(file), '1024')
  assert.match(stderr, /\nenvironment 0: close\(\) threw already gone\n$/)
  const evaluation = finish(own, 'eval', file, '--episodes', '5')
  assert.is(evaluation.code, 3)
  assert.match(evaluation.stdout, /\n {2}episodes +5, seed 0, deterministic\n/)
  assert.is(evaluation.stderr, 'environment 0: close() threw already gone\n')
  assert.is(finish(...short('RejectsClose', '--quiet')).code, 3)
})

test('after a signal, a close that throws takes nothing away either', async () => {
  const words = short('CannotClose', '--total-steps', '9999999', '--save', `${folder}/stopped`)
  const { code, stdout, stderr } = await disturbed(words, /\n +1 +512 /, (child) => { child.kill('SIGTERM') })
  assert.is(code, 3)
  assert.match(stdout, /\n {2}evaluation .*\n {2}weights .*\n {2}saved /)
  assert.match(stderr, /close\(\) threw already gone\n$/)
})

test('a world that cannot be made, or fails in the evaluation, is the world\'s mistake: 3, one line', () => {
  const threw = 'environment 0: makeEnv() threw no display left\n'
  const vine = ['--sampling', 'vine']
  for (const words of [short('CannotBeMade', '--quiet'), short('CannotBeMade', '--quiet', ...vine)]) {
    assert.equal(finish(...words), { code: 3, signal: null, stdout: '', stderr: threw })
  }
  finish(...short('Limited', '--quiet', '--save', `${folder}/made`))
  assert.is(finish(own, 'eval', `${folder}/made`, 'CannotBeMade').stderr, threw)
  const table = finish(own, 'envs')
  assert.equal([table.code, table.stdout, table.stderr], [3, '', `CannotBeMade: ${threw}`])
  const none = finish(...short('IsNone', '--quiet'))
  assert.is(none.code, 3)
  assert.match(none.stderr, /^environment 0: makeEnv\(\).*got undefined\n$/)
  const late = finish(...short('FailsLate', '--save', `${folder}/late`))
  assert.is(late.code, 3)
  assert.match(late.stdout, /\n {2}evaluation .*\n {2}weights .*\n {2}saved /)
  assert.match(late.stderr, /\n.*: step\(\) threw "?out\\u001b\[31m of\\(n|u000a)memory"?\n$/)
})

test('the line that repeats a run does so in a shell, and help names the script', () => {
  const flags = [...SMALL, '--total-steps', '512', '--eval-episodes', '3']
  const first = shell(`node ${own} train "it's a world" ${flags.join(' ')}`)
  assert.is(first.code, 0, first.stderr)
  const command = /\n {2}repeat +(.*)\n$/.exec(first.stdout)![1]
  assert.ok(command.startsWith(`node ${own} train 'It'\\''s a world' --seed 0 `), command)
  const timeless = ({ stdout }: Ended): string => stdout.replace(/ in .* steps\/s\n/, '\n')
  assert.is(timeless(shell(`${command} --no-run-dir`)), timeless(first))
  for (const [words, line] of [
    ['--help', 'train ENV [flags]\n'], ['train --help', 'train ENV [flags]\n'],
    ['help eval', 'eval FILE [ENV] [flags]\n'],
  ]) {
    const { stdout } = shell(`node ${own} ${words}`)
    assert.ok(stdout.includes(`node ${own} ${line}`), stdout)
    assert.not.match(stdout, /\btrpo (train|eval|envs|--)/)
  }
})

const full = existsSync('/dev/full')
const noSpace = 'expected a place to write, got ENOSPC: no space left on device\n'
const train = `node ${own} train Limited ${SMALL.join(' ')} --total-steps 1024 --save ${folder}/streams`
const saved = (): string | undefined => {
  const steps = stepsIn(`${folder}/streams`)
  unlinkSync(`${folder}/streams`)
  return steps
}

if (full) {
  test('a disk without space ends a run with 2 and one line, and the policy is saved', () => {
    const summary = shell(`${train} --quiet --eval-episodes 1 > /dev/full`)
    assert.equal([summary.code, summary.stderr], [2, `stdout: ${noSpace}`])
    assert.is(saved(), '1024')
    const records = shell(`${train} --quiet --json > /dev/full`)
    assert.is(records.code, 2)
    assert.ok(records.stderr.endsWith(`stdout: ${noSpace}`))
    assert.is(saved(), '512', 'not a step more than needed')
    for (const words of ['envs', '--help', 'train --help', '--version']) {
      const { code, stderr } = shell(`node ${trpo} ${words} > /dev/full`)
      assert.equal([code, stderr], [2, `stdout: ${noSpace}`], words)
    }
    const rows = shell(`${train} --eval-episodes 1 2> /dev/full`)
    assert.is(rows.code, 2)
    assert.match(rows.stdout, /\n {2}saved /, 'the run itself goes on')
    assert.is(saved(), '1024')
    assert.is(shell(`${train} --eval-episodes 1 > /dev/full 2> /dev/full`).code, 2)
    assert.is(saved(), '1024')
  })
}

test('a reader of stdout that leaves ends a run with 0; one of stderr does not end it', () => {
  const head = (line: string): Ended => shell(`{ ${line}; echo code $? >&2; } | head -n 1`)
  const gone = head(`${train} --total-steps 999999 --json`)
  assert.is(JSON.parse(gone.stdout).type, 'start')
  assert.match(gone.stderr, /\nsaved in .*\/streams as of step [\d,]+\ncode 0\n$/)
  assert.not.match(gone.stderr, /EPIPE|Error/)
  saved()
  assert.match(head(`${train} --quiet`).stderr, /^code 0\n$/)
  saved()
  const toFiles = `${train} --eval-episodes 1 2>&1 > ${folder}/out; echo code $? > ${folder}/code`
  const rows = shell(`{ ${toFiles}; } | head -n 1`)
  assert.match(rows.stdout, /^trpo \d+\.\d+\.\d+: Limited, /)
  assert.is(readFileSync(`${folder}/code`, 'utf8'), 'code 0\n')
  assert.match(readFileSync(`${folder}/out`, 'utf8'), /\n {2}saved /)
  assert.is(saved(), '1024')
})

const python = findProgram(['python3'])
if (python === null) skipped('a terminal that is closed, for want of python3')
else {
  test('if the terminal is closed, the policy is saved and the exit code is 129', () => {
    const closing = `
import os, pty, sys
process, terminal = pty.fork()
if process == 0: os.execvp('node', sys.argv[1:])
seen = b''
while b' 1     512' not in seen: seen += os.read(terminal, 65536)
os.close(terminal)
status = os.waitpid(process, 0)[1]
print(os.WIFEXITED(status), os.WEXITSTATUS(status))`
    const words = short('Limited', '--total-steps', '9999999', '--save', `${folder}/streams`)
    const all = ['-c', closing, 'node', ...words]
    const { stdout } = spawnSync(python, all, { encoding: 'utf8', env, timeout: 20_000 })
    assert.is(stdout, 'True 129\n')
    assert.ok(Number(saved()) >= 512)
  })
}

test('after main, streams and signals are as before', async () => {
  const words = [own, 'train', 'Limited', ...SMALL, '--total-steps', '512', '--eval-episodes', '1', '--quiet']
  const after = shell(`AFTERWARDS=end node ${words.join(' ')}`)
  assert.equal([after.code, after.stderr], [0, 'listeners 0,0,0,0,0,0'])
  const stays = `AFTERWARDS=stay node ${words.join(' ')} 2> ${folder}/stays & `
    + `until grep -q listeners ${folder}/stays; do sleep 0.05; done; kill $!; wait $!`
  assert.is(shell(stays).code, 143, 'a signal ends the script, as any other')
})

test('main refuses what are no words and no environments with 2 and one line', () => {
  const wrong = script('wrong', `
    import process from 'node:process'
    import { main } from './src/node/index.ts'
    const codes = []
    for (const words of [undefined, 'train', [5]]) codes.push(await main(words))
    for (const worlds of [null, 5, () => {}]) codes.push(await main(['envs'], worlds))
    process.stdout.write(codes.join())`)
  const { stdout, stderr } = finish(wrong)
  assert.is(stdout, '2,2,2,2,2,2')
  assert.is(stderr, [
    'words: expected an array of strings, got undefined', 'words: expected an array of strings, got "train"',
    'words[0]: expected a string, got 5',
    ...['null', '5', 'function (anonymous)']
      .map((got) => `environments: expected a record of environments, got ${got}`), '',
  ].join('\n'))
})

test.run()
