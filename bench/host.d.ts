/** The few things of Node that benchmarks use beyond those that tests declare. */
declare module 'node:perf_hooks' {
  export const performance: { now(): number }
}
declare module 'node:os' {
  export function cpus(): { model: string }[]
}
declare module 'node:process' {
  export const version: string
  export const platform: string
  export const arch: string
}
