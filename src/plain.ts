/**
 * The entry `trpo/plain`: all of `trpo`, with a `train` that never uses WebAssembly. The same bits, in a
 * smaller bundle; and if a content security policy forbids WebAssembly, no report of an attempt.
 * But: several times slower in runtimes with SIMD.
 */
export * from './index.ts'
export { trainPlain as train } from './trpo/train.ts'
