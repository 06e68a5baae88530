/**
 * What a study trains: options by name, and the seeds of each task. `presets` are those of the rows in
 * index.js, `zoo` the settings of rl-baselines3-zoo's hyperparams/trpo.yml, on the same seeds, as are presets
 * with other directions (`presets,…`); the others are what was tried.
 */
import tasks from '../index.js'
import { tried } from './tried.js'

const STEPS = 1_000_000, REPORTED = '0-9'
const reported = (...names) => Object.fromEntries(names.map((name) => [name, REPORTED]))

const zoo = {
  conventions: 'sb3', totalSteps: STEPS, envCount: 2, cgIterations: 25, valueEpochs: 20,
  normalizeObservations: 'plain', normalizeReturns: true,
}
/** What differs from `zoo` in a task. */
const zooOf = { HalfCheetah: { maxKl: 0.04 }, Swimmer: { discount: 0.9999 } }

/** HalfCheetah's preset with other ways to a direction. */
const solvers = [
  { cgIterations: 25, preconditioner: 'none' },
  { cgIterations: 10, preconditioner: 'none' },
  { cgIterations: 25, preconditioner: 'none', fisherFraction: 0.25 },
]

/** Folders of files are called so. */
const nameOf = (options) => Object.entries(options).map(([name, value]) => `${name}=${value}`).join(',')

export const variants = {
  presets: {
    seeds: reported('Hopper', 'Walker2d', 'HalfCheetah', 'Swimmer', 'Ant',
      'InvertedPendulum', 'InvertedDoublePendulum', 'Reacher'),
    options: (task) => tasks[task].preset,
  },
  zoo: {
    seeds: reported('Hopper', 'Walker2d', 'HalfCheetah', 'Swimmer'),
    options: (task) => ({ ...zoo, ...zooOf[task] }),
  },
  ...Object.fromEntries(solvers.map((change) => [`presets,${nameOf(change)}`, {
    seeds: reported('HalfCheetah'), options: (task) => ({ ...tasks[task].preset, ...change }),
  }])),
  ...Object.fromEntries(tried.map(([options, seeds]) => [nameOf(options), {
    seeds, options: () => ({ totalSteps: STEPS, maxKlSchedule: 'linear', ...options }),
  }])),
}

export function optionsOf(variant, task, seed) {
  return { ...variants[variant].options(task), seed }
}
