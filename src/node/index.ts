/**
 * The entry `trpo/node`, the only one that uses Node: the command line as a function, for environments of
 * your own; files that are never half written; and a clock for `options.clock`.
 */
export { clock } from './clock.ts'
export type { Environments } from './environments.ts'
export { type Disk, readWhole, writeWhole, type Written } from './files.ts'
export { main } from './main.ts'
export type { Environment, SimulatorOptions } from '../envs/index.ts'
export type { Action, Env, Observation, ResetOptions, ResetResult, StepResult } from '../rl/world/env.ts'
export type { Box, Discrete, MultiBinary, MultiDiscrete, Space } from '../rl/world/space.ts'
