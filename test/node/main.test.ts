/**
 * Exit codes and streams of the program, run in processes, compared with text written by hand and with the
 * same run again. No tolerance: equal to the byte; a signal ends a run within 2 s.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { decodePolicy, decodeSafetensors, encodePolicy } from '../../src/io/index.ts'
import { disturbed, env, program as build, script, SMALL } from '../support/commandLine.ts'

const program = build('program')
const node = 'node'

function trpo(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(node, [program, ...words], { encoding: 'utf8', env, timeout: 20_000 })
}

/** With a schedule a training would depend on `--total-steps`. */
const STEADY = ['--max-kl-schedule', 'constant']
/** More steps than any test waits for. */
const ENDLESS = [program, 'train', 'CartPole', ...SMALL, ...STEADY, '--total-steps', '100000000']
const FIRST_ROW = /\n +1 +512 /

test('--version is that of package.json, and --help lists the commands', () => {
  for (const word of ['--version', '-v', 'version']) {
    assert.is(trpo(word).stdout, `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`)
  }
  const help = trpo('--help')
  assert.is(help.status, 0)
  for (const command of ['train ENV', 'eval FILE', 'watch FILE', 'envs', '--version']) {
    assert.ok(help.stdout.includes(`trpo ${command}`))
  }
  for (const name of ['train', 'eval', 'watch']) {
    assert.is(trpo(name, '--help').stdout, trpo('help', name).stdout)
  }
})

test('envs lists every environment', () => {
  const { status, stdout, stderr } = trpo('envs')
  assert.is(status, 0)
  assert.is(stderr, '')
  const lines = stdout.trimEnd().split('\n')
  const names = lines.slice(1).map((line) => line.split(' ')[0]).filter((name) => name !== '')
  assert.equal(names, Object.keys(environments))
  for (const { summary } of Object.values(environments)) assert.ok(lines.includes(`    ${summary}`))
  assert.match(stdout, /^CartPole +Box\(4\) +Discrete\(2\) +500 +475$/m)
  assert.not.match(stdout, /\x1b|NaN|undefined/)
})

test('a wrong command ends with 2 and one clear line on stderr', () => {
  const table: readonly (readonly [string[], RegExp])[] = [
    [['trian'], /^"trian": unknown command, perhaps train \(trpo --help lists them\)\n$/],
    [['cartpole'], /^cartpole: expected a command first, as in trpo train CartPole\n$/],
    [['--versoin'], /^--versoin: unknown flag, perhaps --version\n$/],
    [['--x\x1b]0;y\x07'], /^"--x\\u001b\]0;y\\u0007": unknown flag\n$/],
    [['train', 'CartPole', '-\u009b31m'], /^"-\\u009b31m": unknown flag\n$/],
    [['./my-env.js'], /^\.\/my-env\.js: expected a command first, as in trpo train \.\/my-env\.js\n$/],
    [['train', 'envs/maze.ts'], /^envs\/maze\.ts: expected a file that can be read, got none\n$/],
    [['eval', '--', '-x.st'], /^-x\.st: expected a file that can be read, got ENOENT/],
    [['envs', 'x'], /^x: unexpected word; envs takes --no-color only\n$/],
    [['train', 'CartPole', '--max-kll', '1'], /^--max-kll: unknown flag, perhaps --max-kl\n$/],
    [['train', 'CartPole', '--discount', '2'], /^--discount: expected a number from 0 to 1, got 2\n$/],
    [['train', 'CartPole', '--batch-steps', '1e12', '--quiet', '--no-run-dir'],
      /^not enough memory: lower --batch-steps/],
    [['evil'], /^"evil": unknown command, perhaps eval \(trpo --help lists them\)\n$/],
    [['eval'], /^file: expected a policy file, got nothing\n$/],
    [['eval', 'CartPole'],
      /^CartPole: expected a file that can be read, got ENOENT: no such file or directory\n$/],
    [['eval', 'package.json'], /^package\.json: header: expected at most \d+ bytes, got \d+\n$/],
    [['train', 'CartPole', '--save', '.'], /^\.: expected a file, got a directory or device\n$/],
    [['train', '--help', 'stpe'], /^stpe: unknown topic of help, perhaps step \(all, /],
    [[], /^command: expected train, eval, watch, plot, export, info, envs or bench, got nothing\n/],
  ]
  for (const [words, expected] of table) {
    const { status, stdout, stderr } = trpo(...words)
    assert.match(stderr, expected)
    assert.is(stdout, '')
    assert.is(status, 2, words.join(' '))
  }
})

test('a training into pipes writes plain rows on stderr and a summary on stdout', () => {
  const words = ['train', 'CartPole', '--total-steps', '4096', '--eval-episodes', '5', '--no-run-dir']
  const { status, stdout, stderr } = trpo(...words)
  assert.is(status, 0)
  assert.not.match(stdout + stderr, /\r|\x1b|NaN|undefined/)
  assert.match(stderr, /^trpo \d+\.\d+\.\d+: CartPole, solved at a mean return of 475\n\d/)
  assert.is(stderr.match(/ iter +steps /g)?.length, 1)
  const last = /\n +(\d+) +(\d+) [^\n]*\n$/.exec(stderr)
  assert.is(last?.[2], '4096')
  assert.match(stdout, /^\nCartPole: not solved \(/)
  assert.match(stdout, /evaluation +\d+\.\d ± \d+\.\d \(.*\), 5 fresh episodes, deterministic\n/)
  assert.match(stdout, /repeat +trpo train CartPole --seed 0 --total-steps 4096 --eval-episodes 5\n$/)
})

test('what the first record remarks on the world is shown above its row', () => {
  const words = ['train', 'Pendulum', ...SMALL, '--total-steps', '1024', '--eval-episodes', '0']
  const unusual = [...words, '--action-bounds', 'clip', '--initial-log-std', '6', '--json']
  const { stdout, stderr } = trpo(...unusual)
  const [{ remarks: [remark] }, second] = iterationsIn(stdout)
  assert.ok(stderr.includes(`, seed 0\n${remark}\n iter `), stderr)
  assert.equal(second.remarks, [])
  assert.match(trpo(...words).stderr, /, seed 0\n iter /)
})

/** Records without times. */
function recordsIn(stdout: string): any[] {
  return stdout.trimEnd().split('\n').map((line) => {
    const { date: _date, seconds: _seconds, stepsPerSecond: _rate, ...record } = JSON.parse(line)
    return record
  })
}
const iterationsIn = (stdout: string): any[] => recordsIn(stdout).filter(({ type }) => type === 'iteration')

test('--quiet prints only the summary, and with --json only records', () => {
  const words = ['train', 'Pendulum', ...SMALL, '--total-steps', '1', '--eval-episodes', '0', '--quiet']
  const quiet = trpo(...words)
  assert.is(quiet.stderr, '')
  assert.match(quiet.stdout, /^\nPendulum: trained; /)
  const both = trpo(...words, '--json')
  assert.is(both.stderr, '')
  assert.equal(recordsIn(both.stdout).map(({ type }) => type), ['start', 'iteration', 'end'])
})

test('--json writes records and nothing else, the same for the same seed except for times', () => {
  const words = ['train', 'CartPole', ...SMALL, '--total-steps', '2048', '--eval-episodes', '1', '--json']
  const first = trpo(...words), second = trpo(...words)
  assert.is(first.status, 0)
  assert.equal(recordsIn(first.stdout), recordsIn(second.stdout))
  assert.not.equal(recordsIn(first.stdout), recordsIn(trpo(...words, '--seed', '1').stdout))
  const records = iterationsIn(first.stdout)
  assert.equal(records.map(({ steps }) => steps), [512, 1024, 1536, 2048])
  for (const record of records) {
    assert.equal(Object.keys(record).sort(),
      ['actionStd', 'certificate', 'episodes', 'info', 'iteration', 'meanLength', 'meanReturn',
        'meanReturnNow', 'normalization', 'remarks', 'steps', 'type', 'valueFit'])
  }
  assert.match(first.stderr, /\nCartPole: not solved/)
})

test('--phases times each phase in the records and in the summary', () => {
  const words = ['train', 'CartPole', ...SMALL, '--total-steps', '512', '--eval-episodes', '0']
  const { stdout, stderr } = trpo(...words, '--phases', '--json')
  const [{ phases }] = iterationsIn(stdout)
  assert.is(Object.keys(phases).sort().join(), 'advantage,fisher,gradient,lineSearch,rollout,valueFit')
  assert.ok(phases.rollout > 0)
  assert.match(stderr, /phases +\w+ \d+ %, /)
})

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
  test(`${signal} ends a run within two seconds with its summary, and exit code ${code}`, async () => {
    let sent = 0
    const result = await disturbed(ENDLESS, FIRST_ROW, (child) => {
      sent = Date.now()
      // Twice, as npm's children get it: that is one key press.
      child.kill(signal)
      child.kill(signal)
    })
    assert.ok(Date.now() - sent < 2000)
    assert.equal([result.code, result.signal], [code, null])
    assert.match(result.stdout, new RegExp(`stopped +by ${signal}, after [\\d,]+ of 100,000,\\d+ steps\n`))
    assert.match(result.stdout, /only 10 of 100 fresh episodes/)
    assert.match(result.stdout, /repeat +trpo train CartPole --seed 0 --total-steps 1[^]*--iterations \d+\b/)
  })
}

test('once a signal has been recorded, the next one kills at once, whatever the program does', async () => {
  const busy = script('busy', `
    import process from 'node:process'
    import { listenForInterrupt } from './src/node/interrupt.ts'
    const interrupt = listenForInterrupt()
    await interrupt.poll()
    process.stderr.write('ready')
    while (interrupt.signal === null) await interrupt.poll()
    process.stdout.write(interrupt.signal + ' recorded')
    for (const end = Date.now() + 10_000; Date.now() < end;);`)
  let sent = 0
  const result = await disturbed([busy], /ready/, (child) => {
    child.kill('SIGTERM')
    child.stdout.on('data', () => {
      sent = Date.now()
      child.kill('SIGINT')
    })
  })
  assert.equal(result, { code: null, signal: 'SIGINT', stdout: 'SIGTERM recorded', stderr: result.stderr })
  assert.ok(Date.now() - sent < 2000)
})

test('without a thread for signals the first is noticed between two pieces, the second kills', async () => {
  const between = script('between', `
    import process from 'node:process'
    import { listenBetweenPieces } from './src/node/interrupt.ts'
    const interrupt = listenBetweenPieces()
    process.stderr.write('ready')
    while (interrupt.signal === null) await interrupt.poll()
    process.stdout.write(interrupt.signal + ' recorded')
    for (const end = Date.now() + 10_000; Date.now() < end;);`)
  const result = await disturbed([between], /ready/, (child) => {
    child.kill('SIGHUP')
    child.stdout.on('data', () => { child.kill('SIGINT') })
  })
  assert.equal([result.code, result.signal, result.stdout], [null, 'SIGINT', 'SIGHUP recorded'])
})

test('a reader that leaves ends a run with 0 and no error', async () => {
  const words = [...ENDLESS, '--json']
  const { code, stderr } = await disturbed(words, FIRST_ROW, (child) => child.stdout.destroy())
  assert.is(code, 0)
  assert.not.match(stderr, /EPIPE|Error/)
})

/** `work` with a folder that is removed afterwards. */
function inFolder(work: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync('.build/saved-')
    try {
      await work(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

test('eval repeats the evaluation of the training, and saving repeats the file', inFolder((folder) => {
  const file = `${folder}/a b.safetensors`
  const words = [
    'train', 'Pendulum', ...SMALL, '--total-steps', '1024', '--seed', '3', '--eval-episodes', '15',
    '--save', file,
  ]
  const training = trpo(...words)
  assert.is(training.status, 0)
  assert.ok(training.stdout.includes(`\n  saved       ${file}\n`))
  const first = readFileSync(file)
  const { metadata } = decodeSafetensors(first)
  assert.is(metadata.get('extra.environment'), 'Pendulum')
  assert.is(metadata.get('extra.steps'), '1024')
  assert.match(metadata.get('extra.command')!, /^trpo train Pendulum --seed 3 .*--hidden-sizes 8/)
  trpo(...words, '--quiet')
  assert.equal(readFileSync(file), first)
  assert.equal(readdirSync(folder), ['a b.safetensors'])

  const spread = / (-?\d+\.\d ± \d+\.\d \(-?\d+\.\d to -?\d+\.\d\))(?:, 15 |\n)/
  const evaluation = trpo('eval', file, '--episodes', '15', '--seed', '3')
  assert.is(evaluation.status, 0)
  assert.is(spread.exec(evaluation.stdout)?.[1], spread.exec(training.stdout)?.[1])
  assert.match(evaluation.stdout, /^\nPendulum: mean return -\d+\.\d\.\n/)
  assert.match(evaluation.stdout,
    /\n {2}length +200\.0 ± 0\.0 \(200\.0 to 200\.0\)\n {2}episodes +15, seed 3, deterministic\n/)
  assert.match(evaluation.stdout, /a b\.safetensors: Box\(3\) → 8 → Box\(1\) -2 … 2, tanh\n$/)
  assert.is(evaluation.stderr, '')
}))

test('eval --json is one record, the same for the same seed, stochastic or not', inFolder((folder) => {
  const file = `${folder}/x`
  const words = ['--total-steps', '1024', '--eval-episodes', '0', '--quiet', '--save', file]
  trpo('train', 'CartPole', ...SMALL, ...words)
  const run = (...words: string[]): string => {
    const { status, stdout, stderr } = trpo('eval', file, '--json', ...words)
    assert.equal([status, stderr], [0, ''])
    return stdout
  }
  const record = JSON.parse(run('--episodes', '12', '--stochastic', '--seed', '5'))
  assert.equal({ ...record, mean: 0, std: 0, returns: [], lengths: [] }, {
    environment: 'CartPole', episodes: 12, seed: 5, deterministic: false,
    mean: 0, std: 0, returns: [], lengths: [],
  })
  assert.is(record.returns.length, 12)
  // The reward of CartPole is 1 per step. The sum has another order: a few units in the last place.
  assert.equal(record.lengths, record.returns)
  const mean = record.returns.reduce((sum: number, x: number) => sum + x, 0) / 12
  assert.ok(Math.abs(record.mean - mean) < 1e-12)
  assert.is(run('--stochastic'), run('--stochastic', 'cartpole-v1'))
  assert.is(run('--deterministic'), run())
  assert.is.not(run('--stochastic'), run())
}))

test('a file of other spaces, unnamed or damaged ends eval with 2 and one line', inFolder((folder) => {
  const file = `${folder}/x`
  trpo('train', 'CartPole', ...SMALL, '--total-steps', '1', '--eval-episodes', '0', '--quiet', '--save', file)
  const bytes = readFileSync(file)
  const damaged = bytes.slice()
  damaged[damaged.length - 1] ^= 1
  writeFileSync(`${folder}/damaged`, damaged)
  // A torch policy with three observations, two actions, and no name of an environment.
  writeFileSync(`${folder}/foreign`, readFileSync('test/fixtures/io/torch.safetensors'))
  const table: readonly (readonly [string[], string])[] = [
    [['x', 'Pendulum'], 'x: expected a policy for the observations of Pendulum, Box(3), got one for Box(4)'],
    [['foreign', 'Pendulum'], 'foreign: expected a policy for the observations of Pendulum, '
      + 'Box([-1,-1,-8], [1,1,8]), '
      + 'got one for Box([-Infinity,-Infinity,-Infinity], [Infinity,Infinity,Infinity])'],
    [['foreign'], `environment: expected one of ${Object.keys(environments).join(', ')}, got nothing`],
    [['x', 'Pendulun'], 'Pendulun: unknown environment, perhaps Pendulum (trpo envs lists them)'],
  ]
  for (const [[name, ...rest], expected] of table) {
    const { status, stdout, stderr } = trpo('eval', `${folder}/${name}`, ...rest)
    assert.is(stderr.replaceAll(`${folder}/`, ''), `${expected}\n`)
    assert.equal([status, stdout], [2, ''])
  }
  const { status, stderr } = trpo('eval', `${folder}/damaged`)
  assert.match(stderr, /damaged: crc32: expected "[0-9a-f]{8}", got "[0-9a-f]{8}": the file is damaged\n$/)
  assert.is(status, 2)
}))

test('text of a file reaches a terminal only escaped, and a long name costs no time', inFolder((folder) => {
  const file = `${folder}/x`
  trpo('train', 'CartPole', ...SMALL, '--total-steps', '1', '--eval-episodes', '0', '--quiet', '--save', file)
  const policy = decodePolicy(readFileSync(file))
  const named = (environment: string): string => {
    writeFileSync(file, encodePolicy(policy, { environment }))
    const { status, stdout, stderr } = trpo('eval', file)
    assert.equal([status, stdout], [2, ''])
    return stderr.replace(`${file}: `, '')
  }
  const own = '; one of your own is given as a word of the command, as a path\n'
  const unknown = `: unknown environment (trpo envs lists them)${own}`
  assert.is(named('\x1b]0;pwned\x07'), `"\\u001b]0;pwned\\u0007"${unknown}`)
  const others = '\nCartPole: solved \u009b31m\u202e\u2066\u2028\u200f\x7f'
  assert.match(named(others), /^"\\nCartPole: solved [\x20-\x7e]*": unknown environment [\x20-\x7e]*\n$/)
  // Against a short name, on the same machine: an edit distance would take twenty times as long.
  const timed = (name: string): number => {
    const started = Date.now()
    assert.is(named(name), `"${'x'.repeat(40)}…"${unknown}`)
    return Date.now() - started
  }
  const short = timed('x'.repeat(70)), long = timed('x'.repeat(8e6))
  assert.ok(long < 2000 + 5 * short, `${long} ms, ${short} ms`)
  const flag = trpo('train', 'CartPole', `--${'y'.repeat(100_000)}`)
  assert.is(flag.stderr, `"--${'y'.repeat(38)}…": unknown flag\n`)
}))

test('after a signal the file holds the policy of the last iteration', inFolder(async (folder) => {
  const file = `${folder}/x`
  const { stdout } = await disturbed([...ENDLESS, '--save', file], FIRST_ROW, (child) => {
    child.kill('SIGINT')
  })
  const steps = /after ([\d,]+) of/.exec(stdout)![1].replaceAll(',', '')
  assert.is(decodeSafetensors(readFileSync(file)).metadata.get('extra.steps'), steps)
  // The same training, asked to end there.
  const again = [
    'train', 'CartPole', ...SMALL, ...STEADY, '--total-steps', steps, '--eval-episodes', '0', '--quiet',
    '--save', `${folder}/y`,
  ]
  assert.is(trpo(...again).status, 0)
  const parameters = (path: string): Float64Array => decodePolicy(readFileSync(path)).net.parameters.flat
  assert.equal(parameters(file), parameters(`${folder}/y`))
}))

test('a policy is saved if the reader leaves or an environment fails', inFolder(async (folder) => {
  const words = [...ENDLESS, '--json', '--save', `${folder}/x`]
  const gone = await disturbed(words, FIRST_ROW, (child) => child.stdout.destroy())
  assert.is(gone.code, 0)
  decodePolicy(readFileSync(`${folder}/x`))

  const broken = script('broken', `
    import process from 'node:process'
    import { environments } from './src/envs/index.ts'
    import { main } from './src/node/index.ts'
    let steps = 0
    const Broken = { ...environments.CartPole, name: 'Broken', make: () => {
      const env = environments.CartPole.make()
      const broken = (action) => ({ ...env.step(action), reward: NaN })
      return { ...env, step: (action) => ++steps > 1100 ? broken(action) : env.step(action) }
    } }
    process.exitCode = await main(process.argv.slice(2), { Broken })`)
  const failing = [broken, 'train', 'Broken', ...SMALL, '--save', `${folder}/y`]
  const { status, stdout, stderr } = spawnSync(node, failing, { encoding: 'utf8', env, timeout: 20_000 })
  assert.is(status, 3, stderr)
  assert.is(stdout, '')
  assert.match(stderr, /\nsaved in .*\/y as of step 1,024\n.+\n$/)
  assert.match(stderr, /\nenvironment \d+, step \d+: reward: expected a finite number, got NaN\n$/)
  assert.is(decodeSafetensors(readFileSync(`${folder}/y`)).metadata.get('extra.steps'), '1024')
}))

test.run()
