/**
 * The entry `trpo/plain`: all of `trpo`, with a `train` that never reaches for WebAssembly. The same bits, in a
 * smaller bundle; and where a content security policy forbids WebAssembly, no report of an attempt.
 * But: several times slower where SIMD would have run.
 */
export * from './index.ts'
export { trainPlain as train } from './trpo/train.ts'
