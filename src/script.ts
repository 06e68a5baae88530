/**
 * The script build, dist/trpo.min.js: core and environments in one global, `trpo`, for pages without a bundler,
 * classic workers and shells that know no modules.
 */
export * from './index.ts'
export * from './envs/index.ts'
