/** Bytes that are not the file they should be: *name: expected X, got Y*. All that decoding ever throws over them. */
export class FileError extends Error {
  override readonly name = 'FileError'
}
