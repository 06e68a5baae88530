/**
 * The modules of bench/mujoco for tests: with the sources in place of the installed package, and MuJoCo as
 * installed there. Types are those that tests use; MuJoCo's own are not needed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import type { Env } from '../../src/rl/world/env.ts'

export const FOLDER = 'bench/mujoco'
export const isInstalled: boolean = existsSync(`${FOLDER}/node_modules/@mujoco/mujoco/mujoco.js`)

/** What an environment of a row has beyond `Env`. */
export interface MujocoEnv extends Env<Float64Array> {
  geoms(): { kind: string; size: number[]; position: number[]; rotation: number[]; isFixed: boolean }[]
}

export interface Row {
  readonly name: string
  readonly make: () => MujocoEnv
  readonly maxEpisodeSteps: number
  readonly solvedReturn: number | null
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
}

export const FILES: readonly string[] = [
  'invertedPendulum', 'invertedDoublePendulum', 'reacher', 'swimmer', 'hopper', 'walker2d', 'halfCheetah',
  'ant',
]

/** The file of a task, by the task's name. */
export function fileOf(name: string): string {
  return FILES.find((file) => file.toLowerCase() === name.toLowerCase())!
}

/** Bundles, and loads MuJoCo. */
export async function loadBench(): Promise<Bench> {
  const outfile = '.build/mujoco-bench.mjs'
  const tasks = FILES.map((file) => `import { task as ${file} } from './${file}.js'`).join('\n')
  await build({
    stdin: {
      contents: `${tasks}
        export const tasks = { ${FILES.join()} }
        export { default as table } from './index.js'
        export { mujoco, simulate } from './simulation.js'`,
      resolveDir: FOLDER,
    },
    outfile, bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning',
    alias: { trpo: './src/index.ts' },
    plugins: [{
      name: 'installed',
      setup: ({ onResolve }) => onResolve({ filter: /^@mujoco/ }, () => ({
        path: `file://${resolve(`${FOLDER}/node_modules/@mujoco/mujoco/mujoco.js`)}`, external: true,
      })),
    }],
  })
  const { mujoco, table, tasks: all, simulate } = await import(`file://${resolve(outfile)}`)
  return { mujoco, table, simulate, task: (file, version) => all[file](version) }
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
