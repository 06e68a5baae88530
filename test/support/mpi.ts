/** Programs by mpirun, in a container and with more ranks than there are cores. */
import { readFileSync } from 'node:fs'

/** A rank that waits leaves its core to the others. */
export const MPI_VARIABLES: Readonly<Record<string, string>> = {
  OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1', OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_mpi_yield_when_idle: '1',
}

/** Whether the process still runs; one that has ended may wait for its parent as a zombie. */
export function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The processes that this one has started, and that have not ended. */
export function childrenOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ')
  } catch {
    return []
  }
}
