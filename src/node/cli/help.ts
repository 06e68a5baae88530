/**
 * What `--help` says. The flags of the options are listed from their rules, so that they cannot drift.
 */
import { rules, texts } from '../../trpo/options/rules.ts'
import { EVAL_EPISODES } from './trainArguments.ts'
import { expectation, flagNames, flagOf, isSwitch, writeFlag, writeValue } from './flags.ts'

export const mainHelp = `trpo: Trust Region Policy Optimization

  trpo train ENV [flags]   train a policy, such as: trpo train CartPole --save cartpole.safetensors
  trpo eval FILE [ENV]     how good a saved policy is
  trpo envs                the environments
  trpo COMMAND --help      its flags
  trpo --version

`

const EXIT_CODES = `Exit codes: 0 done, 1 internal error, 2 wrong command or file, 3 environment at fault,
130 SIGINT, 143 SIGTERM.`

export function trainHelp(): string {
  const rows = flagNames.map((name) => {
    const value = rules[name].default
    if (isSwitch(name)) return [writeFlag(name, !value), '', texts[name][0]]
    return [flagOf(name), brief(value), `${texts[name][0]}; ${expectation(name)}`]
  })
  return `trpo train ENV [flags]

Rows on stderr, one an iteration: mean return of the last 100 episodes, mean KL(old‖new) of the step and its
limit δ, backtracks of the line search, iterations and relative residual of conjugate gradients, entropy of
the policy, explained variance (EV) of the value function. At the end a summary on stdout.
Ctrl-C ends a run in good order, its policy saved where asked for; a second one at once.

Showing and saving
${table([
    ['--json', '', 'one JSON record an iteration on stdout, and the summary on stderr'],
    ['--quiet', '', 'no rows; with --json no summary either'],
    ['--no-color', '', 'no colour, as with NO_COLOR=1'],
    ['--save', '', 'FILE for the policy, written every minute and at the end'],
    ['--eval-episodes', String(EVAL_EPISODES), 'episodes of the closing evaluation; 0 skips it'],
    ['--phases', '', 'time the phases: shares in the summary, milliseconds in --json'],
    ['--help, -h', '', 'this'],
  ])}
Training: flag, default (an environment may have its own), meaning and range
${table(rows)}
${EXIT_CODES}
`
}

export const evalHelp: string = `trpo eval FILE [ENV] [flags]

Episodes of the policy in FILE, which trpo train --save wrote, in fresh environments; nothing is learned.
Without ENV in the environment that FILE names. A summary on stdout, progress on stderr.

${table([
    ['--episodes', String(EVAL_EPISODES), 'how many'],
    ['--seed', '0', 'fixes the episodes, and the draws of actions'],
    ['--deterministic', '', 'the most likely action of each state, as without it'],
    ['--stochastic', '', 'actions drawn from the policy'],
    ['--json', '', 'one JSON record on stdout instead of the summary, with every return'],
    ['--quiet', '', 'no progress'],
    ['--no-color', '', 'no colour, as with NO_COLOR=1'],
    ['--help, -h', '', 'this'],
  ])}
${EXIT_CODES}
`

/** 1e-6 where `String` would spell out the zeros. */
function brief(value: unknown): string {
  const tiny = typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3
  return tiny ? value.toExponential() : writeValue(value)
}

function table(rows: readonly (readonly string[])[]): string {
  return rows.map(([flag, value, text]) => `  ${flag.padEnd(25)} ${value.padEnd(8)} ${text}\n`).join('')
}
