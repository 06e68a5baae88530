/**
 * The parts of Node that the command line uses, declared as modules and not as globals, so that the core
 * cannot use one.
 */
declare module 'node:process' {
  /** An error of the system: its name, its number, and *CODE: text, call*. */
  interface SystemError extends Error {
    readonly code?: string
    readonly errno?: number
  }
  interface Output {
    readonly isTTY?: boolean
    /** Width of the terminal; undefined if there is none. */
    readonly columns?: number
    write(text: string, written?: () => void): boolean
    on(event: 'error', listener: (error: SystemError) => void): void
    off(event: 'error', listener: (error: SystemError) => void): void
  }
  type ProcessEvent = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'exit'
  /** An interface, so that benchmarks and tests can add what they need. */
  interface Process {
    readonly version: string
    readonly platform: string
    readonly arch: string
    readonly argv: readonly string[]
    /** The flags of Node itself. */
    readonly execArgv: readonly string[]
    readonly execPath: string
    readonly env: Readonly<Record<string, string | undefined>>
    readonly stdout: Output
    readonly stderr: Output
    exitCode: number | undefined
    exit(code: number): never
    cwd(): string
    on(event: ProcessEvent, listener: () => void): void
    off(event: ProcessEvent, listener: () => void): void
  }
  const process: Process
  export default process
}
declare module 'node:fs' {
  interface Stats { isFile(): boolean; readonly mode: number; readonly uid: number; readonly gid: number }
  export function readFileSync(path: string): Uint8Array
  export function openSync(path: string, flags: 'r' | 'r+' | 'wx', mode?: number): number
  export function writeSync(file: number, bytes: Uint8Array): number
  export function fsyncSync(file: number): void
  export function closeSync(file: number): void
  export function truncateSync(path: string, length: number): void
  export function renameSync(from: string, to: string): void
  export function unlinkSync(path: string): void
  export function readlinkSync(path: string): string
  export const realpathSync: { (path: string): string; native(path: string): string }
  export function chmodSync(path: string, mode: number): void
  export function chownSync(path: string, uid: number, gid: number): void
  export function statSync(path: string): Stats
  export function statSync(path: string, options: { readonly throwIfNoEntry: false }): Stats | undefined
}
declare module 'node:path' {
  export const sep: string
  export function basename(path: string): string
  export function dirname(path: string): string
  export function isAbsolute(path: string): boolean
  export function join(...parts: readonly string[]): string
  export function relative(from: string, to: string): string
}
declare module 'node:buffer' {
  export const Buffer: { byteLength(text: string): number }
}
declare module 'node:crypto' {
  export function randomBytes(size: number): { toString(encoding: 'hex'): string }
}
declare module 'node:tty' {
  export function isatty(file: number): boolean
}
declare module 'node:util' {
  /** By `errno`: name and text. */
  export function getSystemErrorMap(): ReadonlyMap<number, readonly [name: string, text: string]>
}
declare module 'node:perf_hooks' {
  export const performance: { now(): number }
}
declare module 'node:timers/promises' {
  export function setImmediate(): Promise<void>
  export function setTimeout(
    milliseconds: number, value?: undefined, options?: { readonly ref: boolean },
  ): Promise<void>
}
declare module 'node:worker_threads' {
  export const isMainThread: boolean
  export class Worker {
    constructor(code: string, options: {
      readonly eval: true
      readonly workerData: Int32Array
      readonly execArgv: readonly string[]
      readonly resourceLimits: Readonly<Record<string, number>>
    })
    once(event: 'message' | 'error' | 'exit', listener: () => void): void
    unref(): void
    terminate(): Promise<number>
  }
}
declare module 'node:url' {
  export class URL {
    constructor(path: string, base: string)
    readonly href: string
  }
}
