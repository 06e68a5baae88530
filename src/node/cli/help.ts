/**
 * What `--help` prints, 80 characters wide. Flags of training options are generated from their rules.
 */
import { rules, texts } from '../../trpo/options/rules.ts'
import { wrap } from '../show/format.ts'
import { EVAL_EPISODES } from './trainArguments.ts'
import { expectation, type FlagName, flagNames, flagOf, isSwitch, writeFlag, writeValue } from './flags.ts'

const WIDTH = 80
/** Column where the descriptions of flags begin. */
const INDENT = 31

export const mainHelp = `trpo: Trust Region Policy Optimization

  trpo train ENV [flags]   train a policy
  trpo eval FILE [ENV]     evaluate a saved policy
  trpo envs                list the environments
  trpo bench [flags]       measure the kernels on this machine
  trpo COMMAND --help      list the flags of a command
  trpo --version, -v       print the version

For example: trpo train CartPole --save cartpole.safetensors
`

const EXIT_CODES = `Exit codes: 0 done, 1 internal error, 2 wrong command, file or stream,
3 environment error, 129 SIGHUP, 130 SIGINT, 143 SIGTERM.`

const COLOR: readonly [string, string] = ['--no-color', 'no colour, as with NO_COLOR=1']
const HELP: readonly [string, string] = ['--help, -h', 'print this page']

export function trainHelp(): string {
  return `trpo train ENV [flags]

On stderr one row per iteration: mean return of the last 100 episodes; mean
KL(old‖new) of the step and its limit δ; backtracks of the line search;
iterations and relative residual of conjugate gradients; entropy of the policy;
explained variance (EV) of the value function: 1 is exact, 0 no better than a
constant, below 0 worse, as early on. At the end a summary on stdout. Ctrl-C
ends the run after the current iteration and saves the policy if --save is
given; a second Ctrl-C ends it at once.

Output
${list([
    ['--json', 'one JSON record per iteration on stdout, the summary on stderr'],
    ['--quiet', 'no rows; with --json no summary and no evaluation either'],
    COLOR,
    ['--save FILE', 'save the policy every minute and at the end'],
    [`--eval-episodes ${EVAL_EPISODES}`, 'episodes of the final evaluation; 0 skips it'],
    ['--phases', 'time the phases: percentages in the summary, milliseconds in --json'],
    HELP,
  ])}
Training: each flag with its default, its meaning and its range. An environment
may have its own defaults. A switch that is on by default is listed as --no-….
${list(flagNames.map(optionEntry))}
${EXIT_CODES}
`
}

export const evalHelp: string = `trpo eval FILE [ENV] [flags]

Runs the policy in FILE, written by trpo train --save, for some episodes of ENV,
by default of the environment that FILE names. Nothing is trained. The summary
goes to stdout, progress to stderr.

${list([
    [`--episodes ${EVAL_EPISODES}`, 'number of episodes'],
    ['--seed 0', 'fixes the episodes and the random actions'],
    ['--deterministic', 'the most likely action in each state (default)'],
    ['--stochastic', 'actions drawn from the policy'],
    ['--json', 'one JSON record on stdout instead of the summary, with every return'],
    ['--quiet', 'no progress'],
    COLOR,
    HELP,
  ])}
${EXIT_CODES}
`

/** A training option as its flag, with the default as value, and its meaning and range. */
function optionEntry(name: FlagName): readonly [string, string] {
  const value = rules[name].default
  const [meaning] = texts[name]
  if (isSwitch(name)) return [writeFlag(name, !value), value ? `turn off: ${meaning}` : meaning]
  return [`${flagOf(name)} ${writeValue(value)}`, `${meaning}; ${expectation(name)}`]
}

/**
 * Descriptions in a column of their own, wrapped at semicolons if possible; a long flag has a line of its
 * own.
 */
function list(entries: readonly (readonly [string, string])[]): string {
  const width = WIDTH - INDENT
  return entries.map(([flag, text]) => {
    const lines = wrap(text, width, /(?<=;) /).flatMap((line) => wrap(line, width))
      .map((line) => ' '.repeat(INDENT) + line)
    const head = `  ${flag}  `
    if (head.length <= INDENT) lines[0] = head.padEnd(INDENT) + lines[0].slice(INDENT)
    else lines.unshift(head.trimEnd())
    return `${lines.join('\n')}\n`
  }).join('')
}
