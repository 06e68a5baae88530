/** docs/options.md, made of the options' rows: `npm run bench -- options` writes it, and a law compares. */
import { expectation, flagNames, flagOf, isSwitch } from '../../src/node/cli/flags.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { otherNames } from '../../src/trpo/options/otherNames.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { optionNames } from '../../src/trpo/options/resolve.ts'
import { rules, texts } from '../../src/trpo/options/rules.ts'

type Name = keyof TrainOptions

const grouped = (x: number): string =>
  Number.isInteger(x) && x >= 10_000 ? x.toLocaleString('en-US') : String(x)

function written(value: unknown): string {
  if (value === undefined) return 'none'
  if (Array.isArray(value)) return `[${value.join(', ')}]`
  return typeof value === 'number' ? grouped(value) : typeof value === 'string' ? `'${value}'` : String(value)
}

function range(name: Name): string {
  if (name === 'clock') return 'a function'
  if (Array.isArray(rules[name].default)) return 'an array of integers; on the command line, with commas'
  return isSwitch(name) ? 'true or false' : expectation(name).replaceAll('|', '\\|')
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
const head = (cells: readonly string[]): string => row(cells) + `|${'---|'.repeat(cells.length)}\n`

function optionTable(): string {
  const names = (name: Name): string => Object.entries(otherNames)
    .filter(([, ours]) => ours === name).map(([theirs]) => `\`${theirs}\``).join(', ')
  return head(['option', 'default', 'values', 'meaning', 'origin of the default', 'called elsewhere']) +
    optionNames.map((name) =>
      row([`\`${name}\``, written(rules[name].default), range(name), ...texts[name], names(name)])).join('')
}

/**
 * Options in which presets of environments differ, column by column; what all of them share stands below the
 * table, and the preset that is of no environment.
 */
function presetTable(): string {
  const { locomotion, ...ofEnvironments } = presets
  const all = Object.values(ofEnvironments)
  const shared = optionNames.filter((name) =>
    name in all[0] && all.every((preset) => written(preset[name]) === written(all[0][name])))
  const columns = optionNames.filter((name) => !shared.includes(name) && all.some((preset) => name in preset))
  return head(['preset', ...columns.map((name) => `\`${name}\``)]) +
    Object.entries(ofEnvironments).map(([preset, options]) =>
      row([preset, ...columns.map((name) => name in options ? written(options[name]) : '')])).join('') +
    `\nAll of them: ${listed(all[0], shared)}.\n\n`
    + `\`presets.locomotion\`, for bodies that move ([figures](results/locomotion.md)):\n`
    + `${listed(locomotion, optionNames)}.\n`
    + 'A module of yours gives it as [`preset`](guides/command-line.md#your-own-environment).\n'
}

/** As code, to be copied. */
function listed(options: Partial<TrainOptions>, names: readonly Name[]): string {
  return names.filter((name) => name in options)
    .map((name) => `\`${name}: ${written(options[name]).replace(/(?<=\d),(?=\d)/g, '_')}\``).join(', ')
}

export function optionsPage(): string {
  const [on, off] = [flagOf('normalizeReturns'), `--no-${flagOf('normalizeReturns').slice(2)}`]
  return `# Options

For users of \`train\` and of the command line: every option, its default, and what it may be. Made
by \`npm run bench -- options\` from [the rows](../src/trpo/options/rules.ts); the meaning at length is
the hover text in [options](../src/trpo/options/options.ts). All ${optionNames.length} are checked
together, before anything is allocated, and one error names everything that is wrong.

Between options: \`batchSteps\` is a multiple of \`envCount\`, and at least 2 with
\`normalizeAdvantages\`. With \`sampling: 'vine'\` and a number of branches it is at least
\`envCount\` × (\`vineSpacing\` + \`vineBranches\` × \`vineHorizon\`).

\`train(makeEnv, { maxKl: 0.02 })\` in code is \`trpo train ENV ${flagOf('maxKl')} 0.02\` on the
command line; every option except \`clock\` is a flag (${flagNames.length} of them), and one that is
true or false is \`${on}\` or \`${off}\`.
\`conventions\` takes the values of another library for all options not given, and with it the
command line uses no preset: [deviations](deviations.md) has the differences one by one.
*measured*: [results](README.md#results).

${optionTable()}
Not options: the last layer's gain (0.01 in π, 0 with a normaliser; 1 in V), gains of hidden layers (√2; 1 for
identity), Adam's β₁ = 0.9, β₂ = 0.999, ε = 1e-8.

## Presets

The command line lays the environment's preset ([presets](../src/trpo/options/presets.ts), each with its \
reason) over
the defaults, and flags over both; in code, \`train(cartPole, { ...presets.CartPole, seed: 1 })\`.

${presetTable()}`
}
