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
    /** Width and height of the terminal; undefined if there is none. */
    readonly columns?: number
    readonly rows?: number
    write(text: string, written?: () => void): boolean
    on(event: 'error', listener: (error: SystemError) => void): void
    off(event: 'error', listener: (error: SystemError) => void): void
  }
  interface Input {
    readonly isTTY?: boolean
    /** Whether every key is data at once, Ctrl-C included. */
    setRawMode(raw: boolean): void
    on(event: 'data', listener: (bytes: Uint8Array) => void): void
    off(event: 'data', listener: (bytes: Uint8Array) => void): void
    resume(): void
    pause(): void
  }
  type ProcessEvent = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'exit' | 'beforeExit'
  /** An interface, so that benchmarks and tests can add what they need. */
  interface Process {
    readonly version: string
    readonly pid: number
    readonly platform: string
    readonly arch: string
    readonly argv: readonly string[]
    /** The flags of Node itself. */
    readonly execArgv: readonly string[]
    readonly execPath: string
    readonly env: Readonly<Record<string, string | undefined>>
    readonly stdin: Input
    readonly stdout: Output
    readonly stderr: Output
    exitCode: number | undefined
    readonly pid: number
    exit(code: number): never
    kill(process: number, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void
    cwd(): string
    /** With 0: whether there is a process by that number that may be signalled; throws if not. */
    kill(pid: number, signal: 0): true
    on(event: ProcessEvent, listener: () => void): void
    off(event: ProcessEvent, listener: () => void): void
  }
  const process: Process
  export default process
}
declare module 'node:fs' {
  interface Stats { isFile(): boolean; readonly mode: number; readonly uid: number; readonly gid: number }
  interface Stats { readonly mtimeMs: number; readonly size: number }
  interface Entry { readonly name: string; isDirectory(): boolean }
  export function readFileSync(path: string): Uint8Array
  export function readFileSync(path: string, encoding: 'utf8'): string
  export function openSync(path: string, flags: 'r' | 'r+' | 'wx' | 'a', mode?: number): number
  export function writeFileSync(file: number, text: string): void
  export function fstatSync(file: number): Stats
  export function ftruncateSync(file: number, length: number): void
  export function truncateSync(path: string, length: number): void
  export function appendFileSync(path: string, text: string): void
  export function mkdirSync(path: string, options?: { readonly recursive: true }): void
  export function readdirSync(path: string): string[]
  export function readdirSync(path: string, options: { readonly withFileTypes: true }): Entry[]
  export function rmdirSync(path: string): void
  export function utimesSync(path: string, accessed: number, modified: number): void
  export function writeSync(file: number, bytes: Uint8Array): number
  export function fsyncSync(file: number): void
  export function closeSync(file: number): void
  export function ftruncateSync(file: number, length: number): void
  export function truncateSync(path: string, length: number): void
  export function renameSync(from: string, to: string): void
  export function unlinkSync(path: string): void
  export function readlinkSync(path: string): string
  export const realpathSync: { (path: string): string; native(path: string): string }
  export function chmodSync(path: string, mode: number): void
  export function chownSync(path: string, uid: number, gid: number): void
  export function existsSync(path: string): boolean
  export function statSync(path: string): Stats
  export function statSync(path: string, options: { readonly throwIfNoEntry: false }): Stats | undefined
}
declare module 'node:os' {
  export function hostname(): string
  /** Seconds. */
  export function uptime(): number
}
declare module 'node:path' {
  export const sep: string
  export function basename(path: string): string
  export function dirname(path: string): string
  export function isAbsolute(path: string): boolean
  export function join(...parts: readonly string[]): string
  export function relative(from: string, to: string): string
  export function resolve(...parts: readonly string[]): string
}
declare module 'node:buffer' {
  export const Buffer: {
    byteLength(text: string): number
    from(contents: string | Uint8Array): Uint8Array & { toString(encoding: 'utf8'): string }
    concat(parts: readonly Uint8Array[]): Uint8Array
  }
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
  import type { URL } from 'node:url'
  export const isMainThread: boolean
  /** What `new Worker` was given, in that thread. */
  export const workerData: unknown
  export interface MessagePort {
    postMessage(value: unknown, transfer?: readonly unknown[]): void
    on(event: 'message', listener: (value: unknown) => void): void
    close(): void
    ref(): void
    unref(): void
  }
  export class MessageChannel {
    readonly port1: MessagePort
    readonly port2: MessagePort
  }
  /** A message that has come, taken without waiting; undefined if there is none. */
  export function receiveMessageOnPort(port: MessagePort): { readonly message: unknown } | undefined
  export class Worker {
    /** A program's text, or where its file is. */
    constructor(program: string | URL, options: {
      readonly eval?: true
      readonly workerData: unknown
      readonly transferList?: readonly MessagePort[]
      readonly execArgv?: readonly string[]
      readonly resourceLimits?: Readonly<Record<string, number>>
    })
    once(event: 'message', listener: (value: unknown) => void): void
    once(event: 'error', listener: (error: unknown) => void): void
    once(event: 'exit', listener: (code: number) => void): void
    unref(): void
    terminate(): Promise<number>
  }
}
declare module 'node:url' {
  export class URL {
    constructor(path: string, base: string)
    readonly href: string
  }
  export function fileURLToPath(url: string): string
  export function pathToFileURL(path: string): URL
}
declare module 'node:child_process' {
  interface Lines {
    setEncoding(encoding: 'utf8'): void
    on(event: 'data', listener: (text: string) => void): void
  }
  export interface PipedChild {
    readonly stdout: Lines
    readonly stderr: Lines
    kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): boolean
    on(event: 'close', listener: (code: number | null, signal: string | null) => void): void
    on(event: 'error', listener: (error: Error) => void): void
  }
  export function spawn(program: string, words: readonly string[], options: {
    readonly stdio: readonly ['ignore', 'pipe', 'pipe']
    readonly detached: boolean
    readonly windowsHide: boolean
  }): PipedChild
}
declare module 'node:os' {
  export function availableParallelism(): number
}
declare module 'node:timers' {
  export function setInterval(work: () => void, milliseconds: number): object
  export function clearInterval(timer: object): void
}
