/**
 * trpo/parallel: ranks of a training in threads of one process, by shared memory. Uses nothing of a host:
 * threads are made, and memory sent to them, by the program. `trainParallel` of trpo/node does both.
 */
export { createThreads, type ThreadOptions } from './threads.ts'
export { threadMemory } from './memory.ts'
// Types of what is exchanged
export type { Communicator } from '../math/communicator.ts'
