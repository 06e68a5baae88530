/**
 * The entry `trpo/node`, the only one that touches Node: the command line as a function, to give environments of
 * one's own its rows, flags and Ctrl-C; files that are never half written; and a clock for `options.clock`.
 */
export { clock } from './clock.ts'
export type { Worlds } from './environments.ts'
export { readWhole, writeWhole } from './files.ts'
export { main } from './main.ts'
