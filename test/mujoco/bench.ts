/**
 * The modules of bench/mujoco for tests: with the sources in place of the installed package, and MuJoCo as
 * installed there. Types are those that tests use; MuJoCo's own are not needed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import type { Env } from '../../src/rl/world/env.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'

export const FOLDER = 'bench/mujoco'
export const isInstalled: boolean = existsSync(`${FOLDER}/node_modules/@mujoco/mujoco/mujoco.js`)

/** What an environment of a row has beyond `Env`. */
export interface MujocoEnv extends Env<Float64Array> {
  readonly secondsPerStep: number
  push(...force: number[]): void
  geoms(): {
    name: string; kind: string; size: number[]; position: number[]; rotation: number[]; isFixed: boolean
  }[]
}

export interface Row {
  readonly name: string
  readonly make: () => MujocoEnv
  readonly maxEpisodeSteps: number
  readonly solvedReturn: number | null
  readonly preset: Partial<TrainOptions>
  readonly frameSkip: number
}

/** A model and its data, by MuJoCo's names: https://mujoco.readthedocs.io/en/stable/APIreference. */
export interface Simulation { readonly model: any; readonly data: any }

export interface Bench {
  readonly mujoco: any
  readonly table: Readonly<Record<string, Row>>
  /** What a task says, by the name of its file. */
  readonly task: (file: string, version: 4 | 5) => Record<string, any>
  readonly simulate: (task: Record<string, any>) => Env<Float64Array>
  /** One training of a study; what it returns is what a file of it holds. */
  readonly learn: (task: string, options: Partial<TrainOptions>, how: { episodes: number }) => Kept
  readonly lookAtDirections: (
    task: string, ways: Readonly<Record<string, Partial<TrainOptions>>>,
    extent: {
      seed: number; iterations: readonly number[]; repeats: number; change?: Partial<TrainOptions>
    },
    note: (way: string, found: { promised: number; heldOut: number; milliseconds: number }) => void,
  ) => void
  readonly optionsOf: (variant: string, task: string, seed: number) => Partial<TrainOptions>
  readonly variants: Readonly<Record<string, { readonly seeds: Readonly<Record<string, string>> }>>
}

/** Some of what is kept of a training. */
export interface Kept {
  readonly task: string
  readonly options: Partial<TrainOptions>
  readonly mean: number
  readonly curve: readonly (number | null)[]
  readonly iterations: number
  readonly products: number
  readonly policy: string
  readonly value: string
}

export const FILES: readonly string[] = [
  'invertedPendulum', 'invertedDoublePendulum', 'reacher', 'swimmer', 'hopper', 'walker2d', 'halfCheetah',
  'ant',
]

/** The file of a task, by the task's name. */
export function fileOf(name: string): string {
  return FILES.find((file) => file.toLowerCase() === name.toLowerCase())!
}

/** Sources of FOLDER and of the library as one program for this Node, with FOLDER's own MuJoCo. */
export async function bundle(
  from: Pick<BuildOptions, 'stdin' | 'entryPoints'>, outfile: string,
): Promise<void> {
  await build({
    ...from, outfile, bundle: true, format: 'esm', platform: 'node', target: 'es2022', logLevel: 'warning',
    alias: { trpo: './src/index.ts', 'trpo/io': './src/io/index.ts', 'trpo/parts': './src/parts.ts' },
    plugins: [{
      name: 'installed',
      setup: ({ onResolve }) => onResolve({ filter: /^@mujoco/ }, () => ({
        path: `file://${resolve(`${FOLDER}/node_modules/@mujoco/mujoco/mujoco.js`)}`, external: true,
      })),
    }],
  })
}

/** Bundles, and loads MuJoCo. */
export async function loadBench(): Promise<Bench> {
  const outfile = '.build/mujoco-bench.mjs'
  const tasks = FILES.map((file) => `import { task as ${file} } from './${file}.js'`).join('\n')
  await bundle({
    stdin: {
      contents: `${tasks}
        export const tasks = { ${FILES.join()} }
        export { default as table } from './index.js'
        export { learn } from './study/learn.js'
        export { lookAtDirections } from './study/look.js'
        export { optionsOf, variants } from './study/variants.js'
        export { mujoco, simulate } from './simulation.js'`,
      resolveDir: FOLDER,
    },
  }, outfile)
  const { tasks: all, ...rest } = await import(`file://${resolve(outfile)}`)
  return { ...rest, task: (file: string, version: 4 | 5) => all[file](version) }
}

/** A model without an environment around it. */
export function simulationOf({ mujoco }: Bench, xml: string): Simulation {
  const model = mujoco.MjModel.from_xml_string(xml)
  return { model, data: new mujoco.MjData(model) }
}

/** The packages of the lock file, by their folders. */
export function lockedPackages(): Readonly<Record<string, { resolved?: string; link?: boolean }>> {
  return JSON.parse(readFileSync(`${FOLDER}/package-lock.json`, 'utf8')).packages
}
