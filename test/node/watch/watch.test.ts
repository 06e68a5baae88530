/**
 * `trpo watch` against `trpo eval` of the same file (the same episodes, to the last digit), in pipes and in a
 * terminal that Python opens. No tolerance.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, environments } from '../../../src/envs/index.ts'
import { type Moment, momentsOf } from '../../../src/node/watch/player.ts'
import { evaluate } from '../../../src/rl/evaluate.ts'
import { train } from '../../../src/trpo/train.ts'
import { env, finish, program, SMALL } from '../../support/commandLine.ts'
import { findProgram, skipped } from '../../support/programs.ts'

const trpo = program('watch'), folder = '.build/watch', file = `${folder}/cartpole`
const own = `${folder}/stuck.mjs`
test.before(() => {
  mkdirSync(folder, { recursive: true })
  finish(trpo, 'train', 'CartPole', ...SMALL, '--total-steps', '4096', '--eval-episodes', '0', '--save', file)
  writeFileSync(own, `
    const high = Float64Array.of(4.8, Infinity, 24 * Math.PI / 180, Infinity).map(Math.fround)
    const box = { kind: 'box', low: high.map((x) => -x), high }
    let t = 0
    export default () => ({
      observationSpace: box, actionSpace: { kind: 'discrete', n: 2, start: 0 },
      reset: () => ({ observation: [0, 0, 0, 0] }),
      step() {
        if (++t === 3) for (;;);
        return { observation: [0, 0, 0, 0], reward: 1, terminated: false, truncated: false }
      },
    })`)
})
test.after(() => rmSync(folder, { recursive: true }))

test('what is watched are the episodes of an evaluation by the same seed, step by step', async () => {
  const options = { hiddenSizes: [8], valueHiddenSizes: [8], totalSteps: 512, batchSteps: 512, envCount: 4 }
  const { policy } = [...train(cartPole, options)][0]
  for (const deterministic of [true, false]) {
    const request = { policy, environment: environments.CartPole, episodes: 4, seed: 5, deterministic }
    const { returns, lengths } = evaluate(policy, cartPole, { episodes: 4, seed: 5, deterministic })
    const moments: Moment[] = []
    for await (const moment of momentsOf(request)) moments.push(moment)
    const last = moments.filter(({ isLast }) => isLast)
    assert.equal(last.map(({ reward }) => reward), [...returns])
    assert.equal(last.map(({ step }) => step), [...lengths])
    assert.is(moments.length, lengths.reduce((a, b) => a + b) + 4, 'one before the first step')
    assert.equal(moments.filter(({ action }) => action === null).map(({ step }) => step), [0, 0, 0, 0])
    const seen = new Set(moments.map(({ observation }) => String(observation)))
    assert.ok(seen.size > moments.length / 2, 'copies')
  }
})

test('into a pipe it writes a frame per fifty steps and the last one, and no control characters', () => {
  const { code, stdout, stderr } = finish(trpo, 'watch', file, '--episodes', '2', '--seed', '3')
  assert.equal([code, stderr], [0, ''])
  assert.not.match(stdout, /\x1b|\r|q or Ctrl-C/)
  const evaluation = finish(trpo, 'eval', file, '--episodes', '2', '--seed', '3', '--json')
  const { lengths, returns } = JSON.parse(evaluation.stdout)
  const frames = [...stdout.matchAll(/^CartPole {2}episode (\d) of 2 {2}step (\d+) {2}return (\S+)/gm)]
  const expected = lengths.flatMap((length: number, k: number) => {
    const steps = Array.from({ length: Math.ceil(length / 50) }, (_, i) => 50 * i)
    return [...steps, length].map((step) =>
      [`${k + 1}`, `${step}`, step === length ? returns[k].toFixed(1) : `${step}.0`])
  })
  assert.equal(frames.map(([, ...numbers]) => numbers), expected)
  assert.match(stdout, /[\u2801-\u28ff]{60}/)
  const mean = (returns[0] + returns[1]) / 2
  const last = stdout.trimEnd().split('\n').at(-1)!
  assert.ok(last.startsWith(`CartPole: 2 episodes, return ${mean.toFixed(1)} ± `), last)
})

test('wrong words end with 2 and one line', () => {
  for (const [words, expected] of [
    [[], 'file: expected a policy file, got nothing\n'],
    [[file, '--fps', '0'], '--fps: expected an integer of at least 1, got 0\n'],
    [['package.json', '--fsp', '3'], '--fsp: unknown flag, perhaps --fps\n'],
  ] as const) {
    const { code, stderr } = finish(trpo, 'watch', ...words)
    assert.equal([code, stderr], [2, expected])
  }
})

const python = findProgram(['python3'])
/** Runs the command in a terminal of 60 × 20 until it shows `sign`, then does what `then` says. */
const terminal = (sign: string, then: string, ...words: string[]): string => {
  const code = `
import fcntl, os, pty, signal, struct, sys, termios, time
process, terminal = pty.fork()
if process == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 20, 60, 0, 0))
    os.execvp('node', sys.argv[2:])
seen = b''
def read():
    global seen
    try: seen += os.read(terminal, 65536)
    except OSError: return False
    return True
while sys.argv[1].encode() not in seen: read()
${then}
while read(): pass
status = os.waitpid(process, 0)[1]
sys.stdout.write(seen.decode() + '\\nSTATUS ' + str(os.waitstatus_to_exitcode(status)))`
  const all = ['-c', code, sign, 'node', trpo, 'watch', ...words]
  return spawnSync(python!, all, { encoding: 'utf8', env: { ...env, TERM: 'xterm' }, timeout: 20_000 }).stdout
}

if (python === null) skipped('watching in a terminal, for want of python3')
else {
  for (const [key, then, status] of [
    ['q', "os.write(terminal, b'q')", 0], ['Ctrl-C', "os.write(terminal, b'\\x03')", 130],
    ['SIGTERM', 'os.kill(process, signal.SIGTERM)', 143],
  ] as const) {
    test(`in a terminal, ${key} ends it with ${status}, and gives the cursor back`, () => {
      const text = terminal('step 7 ', then, file, '--episodes', '999', '--fps', '60')
      assert.ok(text.endsWith(`\nSTATUS ${status}`), text.slice(-300))
      assert.is(text.split('\x1b[?25l').length, 2, 'hidden once')
      assert.is(text.split('\x1b[?25h').length, 2, 'shown once')
      assert.ok(text.lastIndexOf('\x1b[?25h') > text.lastIndexOf('\x1b[K'), 'after the last frame')
      for (const line of text.split(/\r?\n/)) {
        const visible = line.replace(/\x1b\[[\d;?]*[A-Za-z]|\r/g, '')
        assert.ok([...visible].length < 60 || visible.startsWith('CartPole: '), visible)
      }
      assert.match(text, /\x1b\[2m(\x1b\[22m)?CartPole {2}episode 1 of 999 {2}step 0/)
    })
  }

  test('the frame rate is that which was asked for, and NO_COLOR leaves no colour', () => {
    const begin = Date.now()
    const text = terminal('step 0 ', 'pass', file, '--episodes', '1', '--fps', '20', '--no-color')
    const { lengths: [length] } = JSON.parse(finish(trpo, 'eval', file, '--episodes', '1', '--json').stdout)
    const seconds = (Date.now() - begin) / 1000
    assert.ok(seconds >= length / 20 && seconds < length / 20 + 5, `${seconds} s for ${length} steps`)
    assert.not.match(text, /\x1b\[\d*m/)
  })

  test('while a step does not return, Ctrl-C twice still ends it', () => {
    const press = "time.sleep(0.5)\nos.write(terminal, b'\\x03')"
    const text = terminal('step 2 ', `${press}\n${press}`, file, own)
    assert.ok(text.endsWith('\nSTATUS -2'), text.slice(-300))
  })
}

test.run()
