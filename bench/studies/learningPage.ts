/**
 * The words and table heads of docs/results/learning.md, around the numbers of `learning`. A law of the tests
 * makes the page again from its own numbers, so a change by hand belongs here.
 */
import { wrap } from '../../src/node/show/format.ts'

/** The exact return of PointMass's policies beside sampled ones. */
export interface ExactReturns {
  /** Cells: seed, exact return, and the means of 100 and of 10,000 episodes. */
  readonly rows: readonly (readonly string[])[]
  readonly optimum: string
  /** In percent of the optimum: how far the worst exact return is from it, and the median sampled one. */
  readonly exactGap: string
  readonly sampledGap: string
}

export interface LearningPage {
  readonly names: readonly string[]
  readonly seeds: number
  readonly machine: string
  /** As in 2026-11-26. */
  readonly date: string
  /** Cells: one row per name. */
  readonly rows: readonly (readonly string[])[]
  readonly exact: ExactReturns
}

const HEAD = [
  'environment', 'threshold', 'seeds that reach it', 'environment steps to it', 'seconds to it',
  'final mean: median', 'worst seed', 'worst episode', 'ended by the time limit',
]
const EXACT_HEAD = ['seed', 'exact return', '100 episodes', '10,000 episodes']
const WIDTH = 110

export function learningTable(rows: LearningPage['rows']): string {
  return table(HEAD, rows)
}

export function exactTable(rows: ExactReturns['rows']): string {
  return table(EXACT_HEAD, rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** Lines of a text, wrapped anew. */
function paragraph(text: string): string {
  return wrap(text.replaceAll('\n', ' '), WIDTH).join('\n')
}

export function learningPage({ names, seeds, machine, date, rows, exact }: LearningPage): string {
  const sections = names.map((name) => [
    `## ${name}`, `\`trpo train ${name} --seed 0\`, and so on.`,
    ...name === 'PointMass' ? exactReturns(exact) : [], `![${name}](learning/${name}.svg)`,
  ].join('\n\n'))
  return `${[
    '# Learning',
    paragraph(`What the presets learn, on ${seeds} seeds each: \`npm run bench -- learning --write\` trains
them all, in parallel processes, and writes this page. ${machine}, ${date}.`),
    paragraph(`A seed reaches the threshold after the first iteration that leaves a policy with that mean over
20 deterministic episodes; steps are all environment steps of the training until then, seconds its wall-clock
time on one core without those evaluations; median [min–max] over the seeds that reach it. The final mean is
that of 100 other deterministic episodes of the last policy. The starts of either are the same for all seeds.
Thresholds are Gymnasium's, except for Pendulum (ours) and PointMass (10 % below its optimum; [what that
means](#pointmass)). An episode that ends by the time limit has failed in Acrobot and the MountainCars; in the
others it is how episodes end.`),
    learningTable(rows),
    'The same numbers on every machine and engine, except for the seconds: a seed fixes everything.',
    ...sections,
  ].join('\n\n')}\n`
}

function exactReturns({ rows, optimum, exactGap, sampledGap }: ExactReturns): string[] {
  return [
    paragraph(`PointMass is noisy, so a sampled mean depends on its starts more than on the policy.
The last policy of every seed, its exact return by the closed form
([test](../../test/learning/pointMass.test.ts)) beside sampled ones of \`evaluate(policy, pointMass)\`; the
optimum is ${optimum}. So the last policies are within ${exactGap} % of the optimum, although their sampled
means lie ${sampledGap} % below it, and the steps to the threshold depend on the luck of 20 starts.`),
    exactTable(rows),
  ]
}
