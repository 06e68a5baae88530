/**
 * The error of files; decoding throws no other for the bytes that it is given.
 */
import { show } from '../errors/expect.ts'

/** Bytes that are not a valid file: *name: expected X, got Y*. */
export class FileError extends Error {
  override readonly name = 'FileError'

  constructor(problem: string) {
    super(typeof problem === 'string' ? problem : show(problem))
  }
}
