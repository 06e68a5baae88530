/**
 * Bytes that are not a valid file: *name: expected X, got Y*. The only error that decoding throws for them.
 */
export class FileError extends Error {
  override readonly name = 'FileError'
}
