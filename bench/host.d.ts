/** The few things of Node that benchmarks use beyond those that tests declare. */
declare module 'node:perf_hooks' {
  export const performance: { now(): number }
}
declare module 'node:os' {
  export function cpus(): { model: string }[]
}
