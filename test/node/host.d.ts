/** What only the tests of the command line use of Node. */
declare module 'node:fs' {
  interface Stats { readonly ino: number; readonly nlink: number; readonly size: number }
  interface Stats { readonly mtimeMs: number; readonly ctimeMs: number; isSymbolicLink(): boolean }
  export function linkSync(existing: string, path: string): void
  export function lstatSync(path: string): Stats
  export function mkdirSync(path: string, options: { readonly recursive: true }): void
}
declare module 'node:vm' {
  export function runInNewContext(code: string): unknown
}
