/** The few things of Node that tests and benchmarks use; there is no @types/node here. */
declare module 'node:fs' {
  export function readFileSync(path: string, encoding: 'utf8'): string
  export function writeFileSync(path: string, data: string | Uint8Array): void
  export function chmodSync(path: string, mode: number): void
  export function symlinkSync(target: string, path: string): void
  export function mkdtempSync(prefix: string): string
  export function mkdirSync(path: string): void
  export function rmSync(path: string, options: { recursive: boolean }): void
  export function existsSync(path: string): boolean
  export function readdirSync(path: string, options?: { recursive: boolean }): string[]
}
declare module 'node:fs' {
  /** Linux, macOS and Windows report changes of the folder's files by name. */
  export function watch(
    folder: string, listener: (event: string, name: string | null) => void,
  ): { close(): void }
}
declare module 'node:util' {
  export class TextEncoder { encode(text: string): Uint8Array }
  export class TextDecoder {
    constructor(label: 'utf-8', options: { fatal: boolean; ignoreBOM: boolean })
    decode(bytes: Uint8Array): string
  }
}
declare module 'node:zlib' {
  export function gzipSync(data: Uint8Array): Uint8Array
}
declare module 'node:child_process' {
  export function spawnSync(command: string, args: readonly string[], options?: {
    encoding: 'utf8'; cwd?: string; env?: Record<string, string | undefined>; input?: string; timeout?: number
  }): { status: number | null; signal: string | null; stdout: string; stderr: string }
  interface Readable {
    on(event: 'data', listener: (text: string) => void): void
    setEncoding(encoding: 'utf8'): void
    destroy(): void
  }
  export function spawn(command: string, args: readonly string[], options: {
    cwd?: string; env: Record<string, string | undefined>; timeout: number
  }): {
    readonly pid: number
    readonly stdout: Readable
    readonly stderr: Readable
    kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): boolean
    on(event: 'close', listener: (code: number | null, signal: string | null) => void): void
  }
}
declare module 'node:process' {
  /** Microseconds. */
  export function cpuUsage(): { readonly user: number; readonly system: number }
  export function memoryUsage(): {
    readonly heapUsed: number; readonly arrayBuffers: number; readonly rss: number
  }
}
declare module 'node:worker_threads' {
  export const parentPort: MessagePort
  export interface Worker { postMessage(value: unknown): void }
}
declare module 'node:timers' {
  export function setTimeout(work: () => void, milliseconds: number): object
  export function clearTimeout(timer: object): void
}
declare module 'node:vm' {
  export function runInThisContext(code: string, options: { timeout: number }): unknown
  export function runInNewContext(code: string, scope?: object): unknown
}
declare function fetch(url: string, request?: { method?: 'POST'; body?: string }): Promise<{
  readonly status: number
  text(): Promise<string>
}>
