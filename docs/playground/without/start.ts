/**
 * In place of the files of src/trpo/start in the page's program, for its size: a training on the page begins
 * anew and alone, and has an observer.
 */
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import type * as settings from '../../../src/trpo/start/settings.ts'
import type * as snapshot from '../../../src/trpo/start/snapshot.ts'
import type * as warm from '../../../src/trpo/start/warmStart.ts'

export const resolveSettings: typeof settings.resolveSettings = ({ observer, ...options }) =>
  ({ options: resolveOptions(options), run: { observer } })

/** From no other policy and value function. */
export const warmStart: typeof warm.warmStart = () => {}

const leftOut = (): never => { throw new Error('expected no snapshot on the page, got one') }

export const takeSnapshot: typeof snapshot.takeSnapshot = leftOut
export const restoreSnapshot: typeof snapshot.restoreSnapshot = leftOut
