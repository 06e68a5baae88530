/**
 * The study of bench/mujoco: its options are valid, every file that it keeps is of a run that it lists, and
 * what it keeps of a training is what `train` and `evaluate` say. Oracle: a loop over `train` written here;
 * of directions, that no other promises as much as F⁻¹g. Tolerance: figures are kept to a tenth.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { evaluate, resolveOptions, train } from '../../src/index.ts'
import { hashWeights } from '../../src/io/index.ts'
import { start } from '../support/children.ts'
import { skipped } from '../support/programs.ts'
import { type Bench, bundle, FOLDER, isInstalled, type Kept, loadBench } from './bench.ts'

const RUNS = `${FOLDER}/study/runs`

if (!isInstalled) skipped('the study of bench/mujoco, for want of @mujoco/mujoco (npm ci there)')
else tests(await loadBench())

function tests({ table, learn, lookAtDirections, optionsOf, variants }: Bench): void {
  test('every task has a preset, and every variant options, that a training takes', () => {
    for (const { name, preset } of Object.values(table)) {
      assert.is(resolveOptions(preset).maxKlSchedule, 'linear', name)
    }
    for (const [name, { seeds }] of Object.entries(variants)) {
      for (const task of Object.keys(seeds)) resolveOptions(optionsOf(name, task, 3))
    }
    assert.equal(resolveOptions(optionsOf('zoo', 'HalfCheetah', 3)), resolveOptions({
      conventions: 'sb3', seed: 3, totalSteps: 1_000_000, envCount: 2, batchSteps: 2048, maxKl: 0.04,
      cgIterations: 25, valueEpochs: 20, valueMinibatch: 128, normalizeObservations: 'plain',
      normalizeReturns: true,
    }))
  })

  test('each file is of a task, a seed and options that its variant has, and is whole', () => {
    const files = readdirSync(RUNS).flatMap((variant) =>
      readdirSync(`${RUNS}/${variant}`).map((file) => [variant, file]))
    assert.ok(files.length > 50)
    for (const [variant, file] of files) {
      const path = `${RUNS}/${variant}/${file}`
      const [, task, digits] = /^(\w+)-(\d+)\.json$/.exec(file)!
      const seed = Number(digits)
      const [first, last = first] = variants[variant].seeds[task].split('-').map(Number)
      assert.ok(seed >= first && seed <= last, path)
      const kept = JSON.parse(readFileSync(path, 'utf8')) as Kept
      assert.is(kept.task, task, path)
      assert.equal(kept.options, optionsOf(variant, task, seed), path)
      assert.is(kept.curve.length, 50, path)
      assert.ok(Number.isFinite(kept.mean) && kept.iterations > 100, path)
    }
  })

  test('a task without a variant is that of all variants; words that are wrong are one error', async () => {
    const program = '.build/mujoco-study.mjs'
    await bundle({ entryPoints: [`${FOLDER}/study/main.js`] }, program)
    // Beside this program there are no files of runs.
    const { code, stdout, stderr } = await start('.', program, '--task', 'Ant', '--list').ended
    const expected = Object.entries(variants).flatMap(([variant, { seeds: { Ant: seeds } }]) => {
      if (seeds === undefined) return []
      const [first, last = first] = seeds.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, i) => `${variant} Ant ${first + i}`)
    })
    assert.equal([code, stderr], [0, ''])
    const [head, ...lines] = stdout.trim().split('\n')
    assert.is(head, `${expected.length} of ${expected.length} runs to do`)
    assert.equal(lines.sort(), expected.sort())
    const seeds = '--seeds: expected a seed or a range such as 0-9, got'
    for (const [words, said] of [
      ['--seeds 3-', `${seeds} 3-`], ['--seeds=-3', `${seeds} -3`], ['--seeds 0-1-2', `${seeds} 0-1-2`],
      ['--seeds 9-0', `${seeds} 9-0`], ['--jobs 0', '--jobs: expected an integer of at least 1, got 0'],
      ['--variant zoo --task Ant',
        '--task: expected one of Hopper, Walker2d, HalfCheetah, Swimmer, got Ant'],
      ['--task', "Option '--task <value>' argument missing"],
      ['Ant', "Unexpected argument 'Ant'. This command does not take positional arguments"],
    ]) {
      const { code, stdout, stderr } = await start('.', program, ...words.split(' ')).ended
      assert.equal([code, stdout, stderr], [2, '', `${said}\n`], words)
    }
  })

  test('what is kept of a training is what train and evaluate say', () => {
    const options = { ...optionsOf('presets', 'InvertedPendulum', 4), totalSteps: 4000, batchSteps: 1024 }
    const { make } = table.InvertedPendulum
    const returns: number[] = [], products: number[] = []
    let training = train(make, options), turn = training.next(), value
    for (; turn.done !== true; turn = training.next()) {
      ({ value } = turn.value)
      products.push(turn.value.certificate.cgIterations)
      if (turn.value.iteration === 1) returns.push(...turn.value.episodes.map((each) => each.return))
    }
    const kept = learn('InvertedPendulum', options, { episodes: 5 })
    assert.is(kept.policy, hashWeights(turn.value))
    assert.is(kept.value, hashWeights(value!))
    assert.is(kept.iterations, 4)
    const near = (a: number, b: number, tolerance: number): void => assert.ok(Math.abs(a - b) <= tolerance)
    near(kept.mean, evaluate(turn.value, make, { episodes: 5 }).mean, 0.0501)
    const mean = (x: readonly number[]): number => x.reduce((sum, each) => sum + each, 0) / x.length
    near(kept.products, mean(products), 0.00501)
    // The first iteration ends at step 1024 of 4000, in the thirteenth of fifty parts.
    near(kept.curve[12]!, mean(returns), 0.0501)
    assert.equal(kept.curve.slice(0, 12), Array(12).fill(null))
  })

  test('directions: the natural gradient promises most; one product by factors more than one without', () => {
    const seen = new Map<string, { promised: number; heldOut: number; milliseconds: number }[]>()
    const ways = {
      one: { cgIterations: 1 }, all: { cgIterations: 100, cgTolerance: 1e-9 },
      factors: { cgIterations: 1, preconditioner: 'kronecker' as const },
    }
    const change = { hiddenSizes: [], damping: 1e-10, batchSteps: 1024 }
    lookAtDirections('InvertedPendulum', ways, { seed: 3, iterations: [1, 3], repeats: 2, change },
      (way, found) => seen.set(way, [...seen.get(way) ?? [], found]))
    const [one, all, factors] = Object.keys(ways).map((way) => seen.get(way)!)
    for (const of of [one, all, factors]) assert.is(of.length, 2)
    for (const i of [0, 1]) {
      assert.ok(Math.abs(all[i].promised - 1) < 1e-5, `${all[i].promised}`)
      assert.ok(one[i].promised > 0 && one[i].promised < factors[i].promised, `${one[i].promised}`)
      assert.ok(factors[i].promised < 1, `${factors[i].promised}`)
      // The other batch has another gradient, for which this direction is not the best.
      assert.ok(Math.abs(all[i].heldOut - all[i].promised) > 1e-3 && Number.isFinite(all[i].heldOut))
      assert.ok(all[i].milliseconds > 0)
    }
  })
}

test.run()
