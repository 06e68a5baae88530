/**
 * In place of src/rl/vine/vine.ts, src/trpo/value/gaussNewtonFit.ts and src/trpo/variants/kronecker.ts in the
 * page's program, for its size. Nothing here is ever called: setting.ts refuses the options that lead here.
 */
import type * as vine from '../../../src/rl/vine/vine.ts'
import type * as fit from '../../../src/trpo/value/gaussNewtonFit.ts'
import type * as kronecker from '../../../src/trpo/variants/kronecker.ts'

/** The one value that these options have on the page. */
export const ONLY = { sampling: 'single-path', valueFit: 'adam', preconditioner: 'none' } as const

const leftOut = (): never => { throw new Error('expected a method that the page has, got another') }

export const branchesIn: typeof vine.branchesIn = leftOut
export const vineRows: typeof vine.vineRows = leftOut
export const createVine: typeof vine.createVine = leftOut
export const collectVine: typeof vine.collectVine = leftOut
export const collectingVine: typeof vine.collectingVine = leftOut
export const vineAdvantages: typeof vine.vineAdvantages = leftOut
export const vineCells: typeof vine.vineCells = leftOut
export const createGaussNewtonFitter: typeof fit.createGaussNewtonFitter = leftOut
export const fitByGaussNewton: typeof fit.fitByGaussNewton = leftOut
export const createKronecker: typeof kronecker.createKronecker = leftOut
export const refreshKronecker: typeof kronecker.refreshKronecker = leftOut
