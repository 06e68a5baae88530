/**
 * In place of src/math/communicator.ts and src/rl/together.ts in the page's program, for its size: one rank
 * alone, with the same bits.
 */
import type * as ranks from '../../../src/math/communicator.ts'
import { largestMagnitude, SHARDS, sumInShards } from '../../../src/math/vector.ts'
import { meansOf } from '../../../src/rl/play/info.ts'
import type * as together from '../../../src/rl/together.ts'

export const solo: typeof ranks.solo = {
  rank: 0, size: 1,
  allGather: (into, mine) => { into.set(mine) },
  abort: () => {},
}

export const sumOf: typeof ranks.sumOf = (_, x, n = x.length) => sumInShards(x, n, SHARDS)
export const largestOf: typeof ranks.largestOf = (_, x) => largestMagnitude(x)
export const largestNumber: typeof ranks.largestNumber = (_, mine) => mine
export const gathered: typeof ranks.gathered = (_, mine) => mine
export const keepLargest: typeof ranks.keepLargest = () => {}
export const addAll: typeof ranks.addAll = () => {}
export const expectAlike: typeof ranks.expectAlike = () => {}

export const stepsTogether: typeof together.stepsTogether = ({ steps }) => steps.reduce((a, b) => a + b, 0)
export const episodesTogether: typeof together.episodesTogether = (_, episodes) => episodes
export const infoTogether: typeof together.infoTogether = ({ info }) => meansOf(info)
export const endingAll: typeof together.endingAll = (_, body) => body
