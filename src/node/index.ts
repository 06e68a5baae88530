/**
 * The entry `trpo/node`, the only one that uses Node: the command line as a function, for environments of
 * your own; files that are never half written; and a clock for `options.clock`.
 */
export { clock } from './clock.ts'
export type { Environments } from './environments.ts'
export { readWhole, writeWhole } from './files.ts'
export { main } from './main.ts'
