/**
 * Whether a training depends on the units of its world, by the defaults: in units of 1e-6 to 1e6, with a
 * constant added to rewards, and in worlds in odd units, there also without what makes the defaults blind.
 * Evaluation after training, in the world's first units: median and range over seeds. No row is tuned.
 * `--filter TEXT` runs the tables whose names contain TEXT, `--seeds N` the seeds 0 to N − 1; neither writes.
 */
import { cartPole, mountainCar, mountainCarContinuous, pendulum } from '../../src/envs/index.ts'
import { UsageError } from '../../src/node/cli/failure.ts'
import { integerFlag } from '../../src/node/cli/words.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Env } from '../../src/rl/world/env.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { heater, inUnits, swingUp, target, type Units } from '../../test/support/unitWorlds.ts'
import { readFlags, textFlag } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, median } from '../harness/table.ts'

type World = () => Env<any>

const FACTORS = [1e-6, 1e-3, 1e3, 1e6]
const KINDS = ['reward', 'observation', 'action'] as const
const IN_UNITS: readonly (readonly [string, World, Partial<TrainOptions>])[] = [
  ['CartPole', cartPole, { totalSteps: 40_960 }], ['Pendulum', pendulum, { totalSteps: 100_000 }],
  ['heater', heater, {}],
]

const OFF = { normalizeObservations: 'off' } as const, CLIP = { actionBounds: 'clip' } as const
const MODES: readonly (readonly [string, Partial<TrainOptions>])[] = [
  ['clipped, raw', { ...OFF, ...CLIP }], ['squashed, raw', OFF], ['clipped, normalised', CLIP],
  ['defaults: squashed, normalised', {}],
]
const ODD: readonly (readonly [string, World])[] = [
  ['heater', heater], ['swing-up', swingUp], ['target of 10,000', () => target(1e4)],
  ['target of 1', () => target(1)], ['target of 0.001', () => target(1e-3)], ['MountainCar', mountainCar],
  ['MountainCarContinuous', mountainCarContinuous],
]

const CONSTANTS = [0, 10, 1000, -1e6, 1e6]

/** Mean return of 100 deterministic episodes after a training, a constant in the rewards taken out again. */
function result(
  make: World, options: Partial<TrainOptions>, seed: number, units: Units, smoke: boolean,
): number {
  const { reward = 1, constant = 0 } = units
  const world = (): Env<any> => inUnits(make(), units)
  const training = train(world, { ...options, seed, ...smoke ? { totalSteps: 1 } : {} })
  let turn = training.next()
  while (turn.done !== true) turn = training.next()
  const { returns, lengths } = evaluate(turn.value, world, { episodes: smoke ? 1 : 100, seed: 1 })
  return returns.reduce((sum, each, k) => sum + (each - constant * lengths[k]) / reward, 0) / returns.length
}

export function units(words: readonly string[]): number {
  const problems: string[] = []
  let filter = '', given: number | null = null
  const { smoke, write } = readFlags(words, new Map([
    ['--filter', textFlag('--filter', 'part of a table\'s name', problems, (text) => { filter = text })],
    ['--seeds', integerFlag('--seeds', 1, problems, (value) => { given = value })],
  ]), problems)
  if (write && given !== null) throw new UsageError('--write: expected all seeds, got --seeds, too')
  const cell = (make: World, options: Partial<TrainOptions>, seeds: number, its: Units = {}): string => {
    const all = Array.from({ length: given ?? (smoke ? 1 : seeds) }, (_, seed) =>
      result(make, options, seed, its, smoke))
    const [middle, min, max] = [median(all), Math.min(...all), Math.max(...all)].map((x) => x.toFixed(1))
    return `${middle} [${min} … ${max}]`
  }
  if ('units'.includes(filter)) {
    const table = createTable(['unit', 'of', ...IN_UNITS.map(([name]) => name)])
    const row = (factor: number, kind: string, its: Units): void => {
      const cells = IN_UNITS.map(([, make, options]) => cell(make, options, 3, its))
      table.add([factor.toExponential(0), kind, ...cells])
    }
    row(1, 'all', {})
    for (const kind of KINDS) for (const factor of FACTORS) row(factor, kind, { [kind]: factor })
    if (write) pasteInto('docs/results/units.md', 'units', table.text())
  }
  if ('odd'.includes(filter)) {
    const table = createTable(['world', ...MODES.map(([name]) => name)])
    for (const [name, make] of ODD) table.add([name, ...MODES.map(([, mode]) => cell(make, mode, 5))])
    if (write) pasteInto('docs/results/units.md', 'odd', table.text())
  }
  if ('constants'.includes(filter)) {
    const table = createTable(['added to each reward', 'Pendulum, preset'])
    for (const c of CONSTANTS) table.add([String(c), cell(pendulum, presets.Pendulum, 3, { constant: c })])
    if (write) pasteInto('docs/results/units.md', 'constants', table.text())
  }
  return 0
}
