/**
 * What `--help` prints. Flags of training options are generated from their rules; `trpo train --help` shows
 * the important ones, and the others by topic.
 */
import { rules, texts } from '../../trpo/options/rules.ts'
import { likely, perhaps } from '../../errors/nearest.ts'
import { list, paragraph, type Reader } from '../show/page.ts'
import { shown } from '../show/text.ts'
import { SAVE_EVERY } from '../save.ts'
import { EVAL_EPISODES } from './trainArguments.ts'
import { UsageError } from './failure.ts'
import { expectation, type FlagName, flagNames, flagOf, isSwitch, writeFlag, writeValue } from './flags.ts'
import { hasTopic, isImportant, topics } from './topics.ts'
import { WATCH_EPISODES, WATCH_FPS } from './watchArguments.ts'

const USUAL: Reader = { program: 'trpo', columns: Infinity }

type Entries = readonly (readonly [words: string, text: string])[]

const EXIT_CODES: Entries = [
  ['0', 'done'],
  ['1', 'an internal error'],
  ['2', 'a wrong command, file or stream'],
  ['3', 'an error of the environment'],
  ['129, 130, 143', 'ended by SIGHUP, SIGINT (Ctrl-C), SIGTERM, in order'],
]

/** The page of `trpo --help`. */
export function mainHelp(reader: Reader = USUAL): string {
  return [
    'trpo: Trust Region Policy Optimization\n',
    list([
      ['trpo train ENV [flags]', 'train a policy, or a sweep of them'],
      ['trpo eval FILE [ENV]', 'evaluate a saved policy'],
      ['trpo watch FILE [ENV]', 'draw its episodes in the terminal'],
      ['trpo plot RUN…', 'draw the curves of several runs'],
      ['trpo export FILE', 'write it as ONNX, JavaScript, JSON'],
      ['trpo info FILE', 'what a file is'],
      ['trpo envs', 'list the environments'],
      ['trpo bench [flags]', 'measure the kernels on this machine'],
      ['trpo COMMAND --help', 'list the flags of a command'],
      ['trpo --version, -v', 'print the version'],
    ], reader),
    paragraph('ENV is a name that trpo envs lists, or the path of a module of yours, whose code is then '
      + 'run: ./maze.ts, or ./maze.ts#name for one of its exports.', reader),
    section('For example:', [
      ['trpo train CartPole --save cartpole.safetensors', ''], ['trpo watch cartpole.safetensors', ''],
    ], reader),
    exitCodes(reader),
  ].join('\n')
}

function exitCodes(reader: Reader): string {
  return section('Exit codes', EXIT_CODES, reader)
}

/** A list under its title. */
function section(title: string, entries: Entries, reader: Reader): string {
  return paragraph(title, reader) + list(entries, reader)
}

const COLOR: readonly [string, string] = ['--no-color', 'no colour, as with NO_COLOR=1']
const HELP: readonly [string, string] = ['--help, -h', 'print this page']
const STOCHASTIC: Entries = [
  ['--deterministic', 'the most likely action in each state (default)'],
  ['--stochastic', 'actions drawn from the policy'],
]

const OUTPUT: Entries = [
  ['--json', 'JSON Lines on stdout (start, iterations, evaluations, end), the summary on stderr'],
  ['--quiet', 'no rows; with --json no summary either'],
  ['--save FILE', 'save the policy in this file as well'],
  [`--eval-episodes ${EVAL_EPISODES}`, 'episodes of each evaluation; 0 skips the final one'],
  ['--workers 1', 'threads, a divisor of --env-count: 1, 2, 4, 8 or 16; all give the same bits'],
  ['--phases', 'time the phases: percentages in the summary, milliseconds in --json'],
  COLOR,
]
const RUN: Entries = [
  ['--iterations N', 'end after the N-th, which changes no schedule'],
  ['--run-dir DIR', 'the folder of the run, new or empty; runs/ENV-sSEED-DATE by default'],
  ['--no-run-dir', 'no folder'],
  ['--force', 'replace the run that is in the folder'],
  ['--resume RUN', 'continue the run in that folder'],
  [`--save-every ${SAVE_EVERY}`, 'seconds between two checkpoints; there is one at the end, too'],
  ['--eval-every 0', 'iterations between two evaluations, the best policy of which is kept; 0 for none'],
]
/** Flags of the run that the first page shows. */
const USUAL_RUN: Entries = RUN.filter(([words]) => /--(run-dir|resume)/.test(words))
const SWEEP: Entries = [
  ['--seeds 0..9', 'one run per seed: a range, or a list such as 0,3,7'],
  ['--jobs N', 'runs at a time; default: the number of cores'],
]
/** Pages of help besides those of options. */
const OTHER_TOPICS = {
  output: 'rows, records and files', run: 'its folder, checkpoints, and continuing it',
  sweep: 'several runs at once',
} as const

/**
 * The page of `trpo train --help`, or of one topic, or of all flags. Throws a UsageError for an unknown one.
 */
export function trainHelp(topic: string | null = null, reader: Reader = USUAL): string {
  const names = Object.keys({ ...OTHER_TOPICS, ...topics })
  if (topic !== null && topic !== 'all' && !names.includes(topic)) {
    const suggestion = perhaps(likely(topic, ['all', ...names]))
    throw new UsageError(`${shown(topic)}: unknown topic of help${suggestion} (all, ${names.join(', ')})`)
  }
  const has = (name: string): boolean => topic === null || topic === 'all' || topic === name
  const parts: string[] = [paragraph('trpo train ENV [flags]', reader)]
  if (topic === null) {
    const more: Entries = [['--help, -h [TOPIC]', 'print this page, or more of it']]
    const important = flagNames.filter(isImportant).map(shortEntry)
    const title = 'Flags, with their defaults; an environment may have its own.'
    parts.push(paragraph(ROWS, reader),
      section(title, [...OUTPUT, ...USUAL_RUN, ...SWEEP, ...more, ...important], reader))
    const all = Object.entries({ all: 'every flag', ...OTHER_TOPICS, ...topics })
    parts.push(section('More', all.map(([name, text]) => [`trpo train --help ${name}`, text]), reader))
  } else {
    if (has('output')) parts.push(section(`Output: ${OTHER_TOPICS.output}`, [...OUTPUT, HELP], reader))
    if (has('run')) parts.push(section(`Run: ${OTHER_TOPICS.run}`, RUN, reader), paragraph(RESUME, reader))
    if (has('sweep')) {
      parts.push(section(`Sweep: ${OTHER_TOPICS.sweep}`, SWEEP, reader), paragraph(SWEEPS, reader))
    }
    for (const [name, text] of Object.entries(topics)) {
      const options = flagNames.filter((each) => hasTopic(each, name)).map(optionEntry)
      if (has(name)) parts.push(section(`${name[0].toUpperCase()}${name.slice(1)}: ${text}`, options, reader))
    }
    if (!Object.hasOwn(OTHER_TOPICS, topic)) parts.push(paragraph(OPTIONS, reader))
  }
  if (topic === null || topic === 'all') parts.push(exitCodes(reader))
  return parts.join('\n')
}

const ROWS = 'On stderr one row per iteration: mean return of the last 100 episodes; mean KL(old‖new) of '
  + 'the step and its limit δ; backtracks of the line search; iterations and relative residual of '
  + 'conjugate gradients; entropy of the policy; explained variance (EV) of the value function: 1 is '
  + 'exact, 0 no better than a constant, below 0 worse, as early on. At the end a summary on stdout. '
  + 'Metrics, curve, checkpoints and policy go to a new folder below runs/. Ctrl-C ends the run after the '
  + 'current iteration and saves it; a second one ends it at once.'

const RESUME = 'trpo train --resume RUN continues a run, with the same bits as if it had not been '
  + 'interrupted. --total-steps and --backend may be others than before.'

const OPTIONS = 'Each flag with its default, its meaning and its range. An environment may have its own '
  + 'defaults. A switch that is on by default is listed as --no-….'

const SWEEPS = 'A flag with several values is a sweep, too: --max-kl 0.01,0.02 trains with each. Values '
  + 'that are lists are separated by a slash, --hidden-sizes 64,64/32, and switches are written as '
  + '--normalize-returns=on,off. Several such flags and --seeds give all combinations, one process each. '
  + 'At the end there is a table, best configuration first, with the median and the range over seeds. A '
  + 'run that fails does not end the others; the exit code is then that of the first one that failed.'

/** The page of `trpo eval --help`. */
export function evalHelp(reader: Reader = USUAL): string {
  return [
    paragraph('trpo eval FILE [ENV] [flags]', reader),
    paragraph('Runs the policy in FILE, written by trpo train --save, for some episodes of ENV, by '
      + 'default of the environment that FILE names; a module of yours must be given, as a path. Nothing '
      + 'is trained. The summary goes to stdout, progress to stderr.', reader),
    list([
      [`--episodes ${EVAL_EPISODES}`, 'number of episodes'],
      ['--seed 0', 'fixes the episodes and the random actions'],
      ...STOCHASTIC,
      ['--json', 'one JSON record on stdout instead of the summary, with every return'],
      ['--quiet', 'no progress'],
      COLOR, HELP,
    ], reader),
    exitCodes(reader),
  ].join('\n')
}

/** The page of `trpo watch --help`. */
export function watchHelp(reader: Reader = USUAL): string {
  return [
    paragraph('trpo watch FILE [ENV] [flags]', reader),
    paragraph('Draws episodes of the policy in FILE in the terminal, one frame per step: the episodes '
      + 'that trpo eval plays by the same seed. The built-in worlds have pictures, other environments '
      + 'bars, one per number of an observation. q or Ctrl-C ends. Into a file or a pipe it writes one '
      + 'frame per 50 steps and the last of every episode.', reader),
    list([
      [`--episodes ${WATCH_EPISODES}`, 'number of episodes'],
      ['--seed 0', 'fixes the episodes and the random actions'],
      [`--fps ${WATCH_FPS}`, 'frames per second'],
      ...STOCHASTIC,
      COLOR, HELP,
    ], reader),
    exitCodes(reader),
  ].join('\n')
}

/** Without its range, except if that is a choice of words. */
function shortEntry(name: FlagName): readonly [string, string] {
  const [words, text] = optionEntry(name)
  return [words, expectation(name).includes('|') ? text : texts[name][0]]
}

/** A training option as its flag, with the default as value, and its meaning and range. */
function optionEntry(name: FlagName): readonly [string, string] {
  const value = rules[name].default
  const [meaning] = texts[name]
  if (isSwitch(name)) return [writeFlag(name, !value), value ? `turn off: ${meaning}` : meaning]
  return [`${flagOf(name)} ${writeValue(value)}`, `${meaning}; ${expectation(name)}`]
}
