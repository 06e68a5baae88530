/**
 * The script build, dist/trpo.min.js: core, parts, environments and files in one global, `trpo`, for pages
 * without a bundler, classic workers and shells that know no modules.
 */
export * from './index.ts'
export * from './parts.ts'
export * from './envs/index.ts'
export * from './io/index.ts'
