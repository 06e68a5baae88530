/** Types of the few Node functions that the matrix uses and test/host.d.ts does not declare. */
declare module 'node:process' {
  export const execPath: string
  export function kill(pid: number, signal: 'SIGKILL'): void
}
declare module 'node:fs' {
  export function rmSync(
    path: string, options: { recursive: boolean; force: boolean; maxRetries: number },
  ): void
}
declare module 'node:os' {
  export function tmpdir(): string
}
declare module 'node:child_process' {
  interface Child {
    readonly pid: number | undefined
    readonly stdout: Readable
    readonly stderr: Readable
    on(event: 'close', listener: (code: number | null, signal: string | null) => void): void
    on(event: 'error', listener: (error: Error) => void): void
  }
  export function spawn(command: string, args: readonly string[], options: {
    cwd: string; env: Record<string, string | undefined>; detached: boolean
  }): Child
}
declare module 'node:http' {
  interface Request {
    readonly method: string
    readonly url: string
    setEncoding(encoding: 'utf8'): void
    on(event: 'data', listener: (text: string) => void): void
    on(event: 'end', listener: () => void): void
  }
  interface Response {
    writeHead(status: number, headers: Record<string, string>): Response
    end(body: string): void
  }
  interface Server {
    listen(port: number, host: string, listener: () => void): void
    address(): { readonly port: number }
    close(): void
    closeAllConnections(): void
  }
  export function createServer(listener: (request: Request, response: Response) => void): Server
}
declare module 'node:timers' {
  interface Timer { readonly hasRef: () => boolean }
  export function setTimeout(call: () => void, milliseconds: number): Timer
  export function clearTimeout(timer: Timer): void
}
