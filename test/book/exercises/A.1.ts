/** Which constants are part of the result: against what constants.test.ts finds by changing them. */
import type { Miss } from '../judging.ts'

export type Constants = Readonly<Record<'ROWS' | 'TILE_ROWS' | 'SHARDS' | 'backend', boolean>>

export const answer: Constants = { ROWS: false, TILE_ROWS: false, SHARDS: true, backend: false }

const REASONS: Readonly<Record<keyof Constants, string>> = {
  ROWS: 'does it change the order of any sum, or only how many sums are computed at once?',
  TILE_ROWS: 'does a tile begin a sum of its own, or go on with that of the tile before?',
  SHARDS: 'which partial sums would other shards have?',
  backend: 'compare the two hashes above',
}

export function judge(constants: Constants): void {
  for (const name of ['ROWS', 'TILE_ROWS', 'SHARDS', 'backend'] as const) {
    if (constants[name] !== answer[name]) throw new Error(`${name} is not: ${REASONS[name]}`)
  }
}

export const misses: Record<string, Miss<Constants>> = {
  'everything about kernels is': { answer: { ...answer, ROWS: true }, says: /^ROWS/ },
  'each tile has a sum of its own': { answer: { ...answer, TILE_ROWS: true }, says: /^TILE_ROWS/ },
  'shards are for workers alone': { answer: { ...answer, SHARDS: false }, says: /^SHARDS/ },
  'WebAssembly rounds otherwise': { answer: { ...answer, backend: true }, says: /^backend/ },
}
