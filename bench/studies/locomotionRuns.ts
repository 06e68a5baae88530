/**
 * The files that `npm run study` in bench/mujoco has made, one per training, and how their figures are shown.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { median } from '../harness/table.ts'

const RUNS = 'bench/mujoco/study/runs'

/** What bench/mujoco/study/learn.js keeps of a training; seconds, and counts over all iterations. */
export interface Kept {
  readonly task: string
  readonly options: { readonly seed: number; readonly totalSteps: number }
  /** Of 100 deterministic episodes. */
  readonly mean: number
  readonly std: number
  /** Share of the steps upside down, of HalfCheetah. */
  readonly onBack?: number
  /** Mean return of the training's episodes in each of as many equal parts; null if none ended. */
  readonly curve: readonly (number | null)[]
  readonly iterations: number
  readonly backtracked: number
  readonly refused: number
  readonly usedKl: number
  readonly products: number
  readonly residual: number
  readonly cpu: number
  readonly phases: Readonly<Record<string, number>>
}

export interface Run extends Kept {
  /** The folder that the file is in: the options by name. */
  readonly variant: string
}

export function readRuns(): Run[] {
  return readdirSync(RUNS).flatMap((variant) => readdirSync(`${RUNS}/${variant}`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ variant, ...JSON.parse(readFileSync(`${RUNS}/${variant}/${file}`, 'utf8')) as Kept })))
}

/** With a digit after the point where returns are small. */
export const whole = (x: number): string => x.toFixed(Math.abs(x) < 20 ? 1 : 0).replace('-', '−')
export const thousands = (x: number): string => x.toLocaleString('en-US')

/** Median [minimum to maximum]; – if there are no values. */
export function range(values: readonly number[], show: (x: number) => string = whole): string {
  if (values.length === 0) return '–'
  const ends = [Math.min(...values), Math.max(...values)].map(show)
  return `${show(median(values))} [${ends.join(' to ')}]`
}

/** The options other than the seed that differ once defaults are filled in: name and value of `a`. */
export function differences(a: Kept['options'], b: Kept['options']): string[] {
  const [left, right] = [a, b].map((options) => Object.entries(resolveOptions({ ...options, seed: 0 })))
  return left.filter(([, value], i) => JSON.stringify(value) !== JSON.stringify(right[i][1]))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join('-') : value}`)
}
