/**
 * Worlds of one's own from their text: what is accepted, trained in, and equal to the same text as a module
 * of the command line; and what is refused, with the sentence that is shown.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OWN, type Setting } from '../../docs/playground/protocol.ts'
import { createSession, type Session } from '../../docs/playground/session.ts'
import { makeEnvOf } from '../../docs/playground/worker/ownWorld.ts'
import { checkEnv } from '../../src/verify/env/checkEnv.ts'
import { finish, program as build } from '../support/commandLine.ts'
import { startHere, startIn, until } from '../support/playground.ts'

/** A walk on the integers from −3 to 3; the reward is at the right end. */
const WALK = `
const high = new Float64Array([3])
export default function walk() {
  let at = 0, t = 0
  const seen = new Float64Array(1)
  const look = () => { seen[0] = at; return seen }
  return {
    observationSpace: { kind: 'box', low: high.map((x) => -x), high },
    actionSpace: { kind: 'discrete', n: 2, start: 0 },
    maxEpisodeSteps: 20,
    reset() { at = t = 0; return { observation: look() } },
    step(action) {
      at += action === 1 ? 1 : -1
      t++
      const terminated = Math.abs(at) === 3
      return { observation: look(), reward: at === 3 ? 1 : 0, terminated, truncated: t >= 20 }
    },
  }
}
`
const OPTIONS = { batchSteps: 128, envCount: 4, hiddenSizes: [4], valueHiddenSizes: [4], totalSteps: 1280 }
const settingOf = (source: string): Setting => ({ world: OWN, seed: 5, options: OPTIONS, source })

async function opened(source: string, iterations: number = 0): Promise<Session> {
  const session = createSession(startHere, () => {})
  session.open(settingOf(source), iterations)
  await until(session, ({ state }) => state === (iterations > 0 ? 'paused' : 'ready') || state === 'refused')
  session.close()
  return session
}

test('a world from its text is trained in, to the hash that the command line prints for it', async () => {
  const session = await opened(WALK, 3)
  assert.equal([session.state, session.message, session.records.length], ['paused', '', 3])
  assert.equal(session.opened!.actionSpace, { kind: 'discrete', n: 2, start: 0 })
  const folder = mkdtempSync('.build/own-'), file = `${folder}/world.mjs`
  writeFileSync(file, WALK)
  const words = session.command().replace('./world.mjs', file).split(' ').slice(2)
  const { code, stdout } = finish(build('own'), ...words, '--no-run-dir', '--quiet', '--eval-episodes', '0')
  rmSync(folder, { recursive: true })
  assert.is(code, 0)
  assert.match(stdout, `hash ${session.record!.hash}\n`)
})

test('imports from trpo, and every usual form of an export', () => {
  const simulated = `
import { box as Box, discrete } from "trpo"
import {simulate} from 'trpo/envs';
export const beam = () => simulate('Beam', {
  observationSpace: Box([-2], [2]), actionSpace: discrete(2), stateSize: 1,
  start(state, random) { state[0] = random.uniform() },
  observe(observation, state) { observation.set(state) },
  step(state, action) { state[0] += 0.1 * action - 0.05; return state[0] },
  isTerminal: (state) => Math.abs(state[0]) > 1,
}, { maxEpisodeSteps: 9 })
`
  const named = WALK.replace('default ', '')
  const last = `${named.replace('export ', '')}export default walk`
  const arrow = `${named.replace('export ', '')}\nexport default () => walk()\n`
  for (const source of [WALK, simulated, named, last, arrow]) {
    assert.equal([...checkEnv(makeEnvOf(source), { steps: 50 })], [], source)
  }
})

test('what is no world is refused with the reason, and nothing is trained', async () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /^export default: expected a function that makes an environment, got nothing$/],
    ['export default 3', /^export default: expected a function that makes an environment, got number$/],
    ['export default () => {', /^(Unexpected|missing|expected)/],
    ['throw new Error("mine")', /^mine$/],
    ['import { train } from "trpo"', /^import from trpo: expected box, .*, got train$/],
    ['import { readFileSync } from "node:fs"', /^import: expected trpo, trpo\/envs, got "node:fs"$/],
    ['export function a() {}\nexport function b() {}', /^export default: expected a function .* nothing$/],
    ['export default () => null', /expected an environment, got null/],
    ['export default () => { throw new Error("no walls") }', /no walls/],
    [WALK.replace('reward: at === 3 ? 1 : 0', 'reward: NaN'), /reward: expected a finite number, got NaN/],
    [WALK.replace(', truncated: t >= 20', ''), /truncated: expected a boolean, got undefined/],
    [WALK.replace('at = t = 0;', 't = 0;'), /expected .*, got /],
  ]
  for (const [source, sentence] of bad) {
    const session = await opened(source)
    assert.is(session.state, 'refused', source)
    assert.match(session.message, sentence)
    assert.not.match(session.message, /\n/)
    assert.is(session.records.length, 0)
  }
})

test('no program of a link is run where it could reach a network; other worlds are trained in', async () => {
  const session = createSession((hear) => startIn(hear, async () => false), () => {})
  session.open(settingOf('globalThis.reached = true\n' + WALK), 1)
  await until(session, ({ state }) => state === 'refused')
  assert.match(session.message, /^src: expected a page whose programs reach no network, /)
  assert.is((globalThis as { reached?: boolean }).reached, undefined)
  session.open({ world: 'CartPole', seed: 5, options: OPTIONS, source: null }, 1)
  await until(session, ({ state }) => state === 'paused')
  session.close()
})

test('a world that fails while it is trained in leaves the records so far', async () => {
  // Longer than checkEnv walks.
  const late = WALK.replace('t++', 't++; if (++all > 9999) throw new Error("tired")')
    .replace('export', 'let all = 0\nexport')
  const session = createSession(startHere, () => {})
  session.open({ ...settingOf(late), options: { ...OPTIONS, totalSteps: 100_000 } }, Infinity)
  await until(session, ({ state }) => state === 'refused')
  session.close()
  assert.ok(session.records.length > 0)
  assert.match(session.message, /step\(\) threw.*tired/)
})

test.run()
