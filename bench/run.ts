/**
 * `npm run bench` lists the subjects; `npm run bench -- SUBJECT [flags]` measures one. bench/README.md has
 * the rules.
 */
import process from 'node:process'
import { show } from '../src/errors/expect.ts'
import { likely, perhaps } from '../src/errors/nearest.ts'
import { failure, UsageError } from '../src/node/cli/failure.ts'
import type { Subject } from './harness/flags.ts'
import { pasteInto } from './harness/paste.ts'

/** What is measured in one line, and where; only what is asked for is loaded. */
const subjects: Readonly<Record<string, readonly [string, () => Promise<Subject>]>> = {
  kernels: [
    'matrix products, tanh, Fisher products, conjugate gradients, step, rollout',
    async () => {
      const { kernels } = await import('./kernels/main.ts')
      return (words) => kernels(words, (text) => pasteInto('docs/results/benchmarks.md', 'kernels', text))
    },
  ],
  ladder: [
    'a matrix product from the textbook\'s loop to the library\'s kernel, rung by rung',
    async () => (await import('./ladder/main.ts')).ladder,
  ],
  training: [
    'whole trainings on each backend, with the share of each phase',
    async () => (await import('./studies/training.ts')).training,
  ],
  learning: [
    'every preset on ten seeds: steps to the threshold, final return, curves; --only ENV, --seeds N',
    async () => (await import('./studies/learning.ts')).learning,
  ],
  locomotion: [
    'tables and curves of MuJoCo\'s tasks, from the files of npm run study in bench/mujoco',
    async () => (await import('./studies/locomotion.ts')).locomotion,
  ],
  solver: [
    'what conjugate gradients need on batches of trainings, and what their directions are worth',
    async () => (await import('./studies/solver.ts')).solver,
  ],
  damping: [
    'λ fixed against λ adapted by the rule of Levenberg and Marquardt, on whole trainings',
    async () => (await import('./studies/damping.ts')).damping,
  ],
  search: [
    'the same update problems under each rule for the length of a step',
    async () => (await import('./studies/search.ts')).search,
  ],
  certificates: [
    'certificates of random updates, judged exactly; --count N, --seed S, --only K',
    async () => (await import('./studies/certificates.ts')).certificates,
  ],
  vine: [
    'estimates of the policy gradient and trainings, from single paths and from vines',
    async () => (await import('./studies/vine.ts')).vine,
  ],
  value: [
    'fits of the value function: explained variance, cost, whole trainings',
    async () => (await import('./studies/valueFit.ts')).valueFit,
  ],
  normalization: [
    'trainings with and without normalised observations and returns; --filter TEXT, --seeds N',
    async () => (await import('./studies/normalization.ts')).normalization,
  ],
  units: [
    'trainings in worlds of other units, and with a constant in the rewards; --filter TEXT, --seeds N',
    async () => (await import('./studies/units.ts')).units,
  ],
  async: [
    'what it costs to await a world: trainAsync against train on CartPole',
    async () => (await import('./studies/async.ts')).async,
  ],
  ranks: [
    'several threads against one: Fisher product, step, rollout, whole trainings; a model of the cost',
    async () => (await import('./ranks/main.ts')).ranks,
  ],
  frames: [
    'frames of a page while a worker learns, and without; needs chromium',
    async () => (await import('./studies/frames.ts')).frames,
  ],
  playground: [
    'docs/playground in each browser: seconds to the first update, looking, frames',
    async () => (await import('./studies/playground.ts')).playground,
  ],
  pictures: [
    'pictures of docs/playground, against the stored ones; needs chromium',
    async () => (await import('./studies/pictures.ts')).pictures,
  ],
  sizes: [
    'bytes of an embedder\'s bundle; --files PART lists what each source file adds',
    async () => (await import('./package/sizes.ts')).sizes,
  ],
  install: [
    'the package packed and installed into empty projects',
    async () => (await import('./package/install.ts')).install,
  ],
  options: [
    'writes docs/options.md from the options\' rows',
    async () => (await import('./package/options.ts')).options,
  ],
  player: [
    'writes src/io/export/playerText.ts, the program of standalone policies',
    async () => (await import('./package/player.ts')).player,
  ],
}

function listing(): string {
  const rows = Object.entries(subjects).map(([name, [line]]) => `  ${name.padEnd(14)} ${line}\n`)
  return `npm run bench -- SUBJECT [flags]

${rows.join('')}
Every subject takes --smoke (run all once, to see that it works) and --write (put its tables into docs/).
npm run bench -- kernels --help lists the flags of kernels; bench/README.md says how to read a table.
`
}

async function run([name = '--help', ...words]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(listing())
    return 0
  }
  if (!Object.hasOwn(subjects, name)) {
    const suggestion = perhaps(likely(name, Object.keys(subjects)))
    throw new UsageError(`${show(name)}: unknown subject${suggestion} (npm run bench lists them)`)
  }
  const subject = await subjects[name][1]()
  return subject(words)
}

// A reader such as `head` that has seen enough is no error.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  const { code, message } = failure(error)
  process.stderr.write(`${message}\n`)
  process.exitCode = code
}
