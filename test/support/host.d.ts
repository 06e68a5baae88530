/** The few things of Node that tests and benchmarks use; there is no @types/node here. */
declare module 'node:fs' {
  export function readFileSync(path: string, encoding: 'utf8'): string
  export function writeFileSync(path: string, data: string): void
  export function mkdtempSync(prefix: string): string
  export function rmSync(path: string, options: { recursive: boolean }): void
  export function existsSync(path: string): boolean
  export function readdirSync(path: string, options?: { recursive: boolean }): string[]
}
declare module 'node:child_process' {
  export function spawnSync(command: string, args: readonly string[], options?: {
    encoding: 'utf8'; cwd?: string; env?: Record<string, string | undefined>; input?: string; timeout?: number
  }): { status: number | null; signal: string | null; stdout: string; stderr: string }
}
