/** What the tests of the package use of Node beyond test/support/host.d.ts. */
declare module 'node:fs' {
  export function mkdirSync(path: string, options: { recursive: boolean }): void
  export function rmSync(
    path: string, options: { recursive: boolean; maxRetries: number; retryDelay: number },
  ): void
  export function cpSync(from: string, to: string, options: { recursive: boolean }): void
  export function symlinkSync(target: string, path: string, type: 'junction'): void
}
declare module 'node:os' {
  export function tmpdir(): string
}
declare module 'node:vm' {
  export function createContext(
    globals: object, options?: { codeGeneration: { strings: boolean; wasm: boolean } },
  ): object
  export function runInContext(code: string, context: object): unknown
}
declare module 'node:zlib' {
  export function gzipSync(data: Uint8Array, options: { level: number }): Uint8Array
  export function brotliCompressSync(data: Uint8Array): Uint8Array
}
declare module 'node:path' {
  export function join(...parts: string[]): string
  export function resolve(path: string): string
}
declare module 'node:http' {
  interface Request {
    readonly url: string
    readonly method: string
    setEncoding(encoding: 'utf8'): AsyncIterable<string>
  }
  interface Response {
    writeHead(status: number, headers: Readonly<Record<string, string>>): Response
    end(body?: string | Uint8Array): void
  }
  export function createServer(answer: (request: Request, response: Response) => void): {
    listen(port: number, host: string, done: () => void): void
    address(): { readonly port: number }
    closeAllConnections(): void
    close(): void
  }
}
