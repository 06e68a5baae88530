/**
 * A setting as the options of its training, and as the command that repeats it. The same presets and the same
 * flags as the command line's, so that both give the same bits.
 */
import { environments } from '../../src/envs/index.ts'
import { flagNames, writeFlag } from '../../src/node/cli/flags.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { OWN, type Setting } from './protocol.ts'
import { ONLY } from './without/methods.ts'

/** What the page begins with. */
export const FIRST: Setting = { world: 'CartPole', seed: 1, options: {}, source: null }

/** The longest training: its records are all kept. */
const MAX_ITERATIONS = 5000

/** What holds for a world if nothing else is given. Another library's conventions take the preset's place. */
export function usualOptions({ world, options }: Pick<Setting, 'world' | 'options'>): TrainOptions {
  return resolveOptions(presetOf(world, options))
}

function presetOf(world: string, { conventions = 'trpo' }: Setting['options']): Partial<TrainOptions> {
  return conventions === 'trpo' && Object.hasOwn(presets, world) ? presets[world] : { conventions }
}

/** All options of the training. Throws one error, with a line per problem. */
export function resolveSetting({ world, seed, options, source }: Setting): TrainOptions {
  if (world !== OWN && !Object.hasOwn(environments, world)) {
    const names = [...Object.keys(environments), OWN].join(', ')
    throw new RangeError(`w: expected ${names}, got ${JSON.stringify(world)}`)
  }
  if ((world === OWN) !== (source !== null)) {
    throw new RangeError(`src: expected a program with w=${OWN}, and with it alone`)
  }
  const resolved = resolveOptions({ ...presetOf(world, options), ...options, seed })
  for (const name of Object.keys(ONLY) as (keyof typeof ONLY)[]) {
    if (resolved[name] === ONLY[name]) continue
    throw new RangeError(`${name}: expected "${ONLY[name]}" on this page, got "${resolved[name]}"`)
  }
  const { totalSteps, batchSteps } = resolved
  if (iterationsOf(resolved) > MAX_ITERATIONS) {
    const low = Math.ceil(totalSteps / MAX_ITERATIONS)
    const expected = `at least ${low} with ${totalSteps} steps in all`
    throw new RangeError(`batchSteps: expected ${expected}, got ${batchSteps}`)
  }
  return resolved
}

/** Iterations until `totalSteps`. */
export function iterationsOf({ totalSteps, batchSteps }: TrainOptions): number {
  return Math.ceil(totalSteps / batchSteps)
}

/** `options` without what is usual for the world; throws if they are invalid. */
export function differing(setting: Setting): Partial<TrainOptions> {
  const resolved = resolveSetting(setting), usual = usualOptions(setting)
  const names = flagNames.filter((name) => !['seed', 'backend'].includes(name) && (
    String(resolved[name]) !== String(usual[name]) || (name === 'conventions' && resolved[name] !== 'trpo')))
  return Object.fromEntries(names.map((name) => [name, resolved[name]]))
}

/**
 * The command that makes the same training, or its first `iterations`, and prints the same hash. A world of
 * one's own is expected in world.mjs.
 */
export function commandOf(setting: Setting, iterations: number | null = null): string {
  const options = differing(setting)
  const flags = flagNames.filter((name) => name in options).map((name) => writeFlag(name, options[name]))
  const world = setting.world === OWN ? './world.mjs' : setting.world
  if (iterations !== null) flags.push(`--iterations ${iterations}`)
  return ['npx trpo train', world, `--seed ${setting.seed}`, ...flags].join(' ')
}
