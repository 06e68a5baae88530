/**
 * The Python of docs/examples/python, run as it stands there, against `act`: policies of every preset on
 * states of its environment, and policies of every kind. numpy and PyTorch are the oracles. They sum in
 * another order: 1e-12 relative to the size of a number, or 1; integers are equal.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import { encodePolicy } from '../../../src/io/index.ts'
import { Random } from '../../../src/math/random.ts'
import { act } from '../../../src/rl/actor.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import { sample } from '../../../src/rl/world/membership.ts'
import { train } from '../../../src/trpo/train.ts'
import { presets } from '../../../src/trpo/options/presets.ts'
import { anyMask, anyObservation, anyPolicies } from '../../support/anyPolicy.ts'
import { findProgram, skipped } from '../../support/programs.ts'

const FOLDER = '.build/python'
mkdirSync(FOLDER, { recursive: true })


interface Case {
  readonly file: string
  readonly policy: Policy
  readonly observations: readonly (number | Float64Array)[]
  readonly masks: readonly (readonly number[] | null)[]
}

function written(name: string, policy: Policy): string {
  writeFileSync(`${FOLDER}/${name}.safetensors`, encodePolicy(policy))
  return `${FOLDER}/${name}.safetensors`
}

/** A policy after two iterations of the preset, and the states of episodes with random actions. */
function ofPreset(name: string): Case {
  const options = presets[name], size = options.batchSteps ?? 2048
  const make = environments[name].make as Parameters<typeof train>[0]
  let policy: Policy | undefined
  const short = { ...options, totalSteps: 2 * size, seed: 3 }
  for (const iteration of train(make, short)) policy = iteration.policy
  const random = new Random(5), env = make(), observations: Float64Array[] = []
  while (observations.length < 400) {
    let { observation } = env.reset({ seed: observations.length })
    for (let ends = false; !ends && observations.length < 400;) {
      observations.push(Float64Array.from(observation as Float64Array))
      const step = env.step(sample(env.actionSpace, random) as never)
      observation = step.observation
      ends = step.terminated || step.truncated
    }
  }
  return { file: written(name, policy!), policy: policy!, observations, masks: observations.map(() => null) }
}

function ofEveryKind(): Case[] {
  const random = new Random(6)
  return anyPolicies(random).map((policy, k) => {
    const observations = Array.from({ length: 6 }, () => anyObservation(policy, random))
    const masks = observations.map((_, i) => i % 2 === 0 ? null : anyMask(policy, random))
    return { file: written(String(k), policy), policy, observations, masks }
  })
}

const plain = (x: number | Float64Array): number | number[] =>
  typeof x === 'number' ? x : Array.from(x)

/** What the recipe answers in every case: its actions. */
function actions(python: string, code: string, cases: readonly Case[]): number[][][] {
  writeFileSync(`${FOLDER}/cases.json`, JSON.stringify(cases.map(({ file, observations, masks }) =>
    ({ file, observations: observations.map(plain), masks }))))
  writeFileSync(`${FOLDER}/recipe.py`, code)
  const { status, stderr } = spawnSync(python, ['-W', 'error', `${FOLDER}/recipe.py`], { encoding: 'utf8' })
  assert.is(status, 0, stderr)
  return JSON.parse(readFileSync(`${FOLDER}/answers.json`, 'utf8'))
}

const driver = (beginning: string): string => `import json, sys
sys.dont_write_bytecode = True
sys.path.append('docs/examples/python')
${beginning}
import numpy as np
answers = []
for case in json.load(open('${FOLDER}/cases.json')):
    policy = load(case['file'])
    asked = zip(case['observations'], case['masks'])
    answers.append([np.atleast_1d(ask(policy, x, mask)).tolist() for x, mask in asked])
json.dump(answers, open('${FOLDER}/answers.json', 'w'))
`
const recipes: readonly (readonly [file: string, modules: string, code: string])[] = [
  ['policy.py', 'numpy', driver(`from policy import act, read as load
ask = lambda policy, x, mask: act(*policy, x, mask)`)],
  ['torch_policy.py', 'numpy, torch, safetensors', driver(`from torch_policy import Policy as load
ask = lambda policy, x, mask: policy.act(x, mask)`)],
]

function compare(cases: readonly Case[], answered: readonly (readonly (readonly number[])[])[]): void {
  cases.forEach(({ policy, observations, masks, file }, k) => observations.forEach((x, i) => {
    const expected = [plain(act(policy, x, null, masks[i]))].flat(), got = answered[k][i]
    assert.is(got.length, expected.length, file)
    expected.forEach((y, j) => {
      const far = Math.abs(got[j] - y) / Math.max(1, Math.abs(y))
      assert.ok(policy.actionSpace.kind === 'box' ? far < 1e-12 : far === 0, `${file}: ${got} ${expected}`)
    })
  }))
}

test('the page on files names both', () => {
  const page = readFileSync('docs/guides/files.md', 'utf8')
  for (const [file] of recipes) assert.ok(page.includes(`](../examples/python/${file})`), file)
})

const python = findProgram(['python3'])
for (const [file, modules, code] of recipes) {
  const { status } = spawnSync(python ?? 'python3', ['-c', `import ${modules}`])
  if (python === null || status !== 0) {
    skipped(`docs/examples/python/${file}, for want of ${python === null ? 'python3' : modules}`)
    continue
  }
  test(`${file}: a policy of every preset takes the action of \`act\` in states of its environment`, () => {
    const cases = Object.keys(environments).map(ofPreset)
    compare(cases, actions(python, code, cases))
    // So that a constant action would not pass.
    for (const { policy, observations } of cases) {
      assert.ok(new Set(observations.map((x) => String(act(policy, x)))).size > 1)
    }
  })
  test(`${file}: so does a policy of every space, distribution, activation and normaliser`, () => {
    const cases = ofEveryKind()
    compare(cases, actions(python, code, cases))
  })
}

test.run()
