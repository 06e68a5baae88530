/**
 * The entry `trpo/plain`: all of `trpo`, with trainings that never use WebAssembly. The same bits, in a
 * smaller bundle; and if a content security policy forbids WebAssembly, no report of an attempt.
 * But: several times slower in runtimes with SIMD.
 */
export * from './index.ts'
export { createPlainAgent as createAgent } from './trpo/agent.ts'
export { trainPlain as train, trainPlainAsync as trainAsync } from './trpo/train.ts'
