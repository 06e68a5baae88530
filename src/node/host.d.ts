/**
 * The parts of Node that the command line uses, declared as modules and not as globals, so that the core
 * cannot use one.
 */
declare module 'node:process' {
  interface Output {
    readonly isTTY?: boolean
    /** Width of the terminal; undefined if there is none. */
    readonly columns?: number
    write(text: string): boolean
    on(event: 'error', listener: (error: { readonly code?: string }) => void): void
  }
  /** An interface, so that benchmarks and tests can add what they need. */
  interface Process {
    readonly version: string
    readonly platform: string
    readonly arch: string
    readonly argv: readonly string[]
    readonly env: Readonly<Record<string, string | undefined>>
    readonly stdout: Output
    readonly stderr: Output
    exitCode: number | undefined
    exit(code: number): never
    on(event: 'SIGINT' | 'SIGTERM' | 'exit', listener: () => void): void
    off(event: 'SIGINT' | 'SIGTERM' | 'exit', listener: () => void): void
  }
  const process: Process
  export default process
}
declare module 'node:fs' {
  export function readFileSync(path: string): Uint8Array
  export function openSync(path: string, flags: 'r' | 'wx', mode?: number): number
  export function writeSync(file: number, bytes: Uint8Array): number
  export function fsyncSync(file: number): void
  export function closeSync(file: number): void
  export function renameSync(from: string, to: string): void
  export function unlinkSync(path: string): void
  export function realpathSync(path: string): string
  export function statSync(path: string): { isFile(): boolean; readonly mode: number }
}
declare module 'node:path' {
  export function dirname(path: string): string
}
declare module 'node:crypto' {
  export function randomBytes(size: number): { toString(encoding: 'hex'): string }
}
declare module 'node:perf_hooks' {
  export const performance: { now(): number }
}
declare module 'node:timers/promises' {
  export function setImmediate(): Promise<void>
  export function setTimeout(milliseconds: number): Promise<void>
}

declare module 'node:url' {
  export class URL {
    constructor(path: string, base: string)
    readonly href: string
  }
}
