/** Types of the few Node functions that the drivers use and no other file declares. */
declare module 'node:child_process' {
  interface Writing { write(text: string): void; on(event: 'error', listener: () => void): void }
  interface Reading {
    setEncoding(encoding: 'utf8'): void
    on(event: 'data', listener: (text: string) => void): void
  }
  export interface DrivenChild {
    readonly pid: number | undefined
    readonly stderr: Reading
    /** Standard input, output, errors, then the pipes in both directions. */
    readonly stdio: readonly [{ destroy(): void }, null, Reading, Writing, Reading]
    on(event: 'close', listener: () => void): void
    on(event: 'error', listener: (error: Error) => void): void
  }
  export function spawn(program: string, words: readonly string[], options: {
    readonly stdio: readonly ['pipe', 'ignore', 'pipe', 'pipe', 'pipe']
    readonly detached: true
    readonly env: Readonly<Record<string, string | undefined>>
  }): DrivenChild
}
declare module 'node:net' {
  export interface Socket {
    write(bytes: string | Uint8Array): void
    on(event: 'data', listener: (bytes: Uint8Array) => void): void
    on(event: 'close', listener: () => void): void
    on(event: 'error', listener: (error: Error) => void): void
    destroy(): void
  }
  export function connect(port: number, host: string): Socket
}
declare module 'node:buffer' {
  export function atob(text: string): string
  export function btoa(text: string): string
}
declare module 'node:zlib' {
  export function inflateSync(bytes: Uint8Array): Uint8Array
  export function deflateSync(bytes: Uint8Array, options: { readonly level: number }): Uint8Array
  export function crc32(bytes: Uint8Array): number
}
