// The ranks of `mpirun -n 4 node train.js` as a communicator: the MPI that is installed, called by koffi.
// Open MPI 4 and 5; MPICH and what has its ABI (Intel MPI, MVAPICH, Cray MPICH), whose handles are numbers.
// But: a rank that is lost does not become an error: MPI and its launcher end all others.
import { writeSync } from 'node:fs'
import process from 'node:process'
import koffi from 'koffi'

const { MPI_LIBRARY, OMPI_COMM_WORLD_SIZE, PMI_SIZE, SLURM_STEP_NUM_TASKS } = process.env
const OPEN_MPI = ['libmpi.so.40', 'libmpi.dylib']
const MPICH = ['libmpi.so.12', 'libmpich.so.12', 'libmpi_cray.so.12']

/** The library of the launcher, Open MPI's or the other kind. */
function load() {
  const isMpich = PMI_SIZE !== undefined && OMPI_COMM_WORLD_SIZE === undefined
  // UCX, below many an MPI, would take the signal by which Node learns of a trap in WebAssembly.
  process.env.UCX_ERROR_SIGNALS ??= ''
  const names = MPI_LIBRARY ? [MPI_LIBRARY] : isMpich ? [...MPICH, ...OPEN_MPI] : [...OPEN_MPI, ...MPICH]
  for (const name of names) {
    try {
      return koffi.load(name, { global: true })
    } catch { /* the next one */ }
  }
  throw new Error(`MPI: expected one of the libraries ${names.join(', ')} (Debian: apt install openmpi-bin; `
    + 'elsewhere set MPI_LIBRARY to its path), found none')
}

/** What C has as MPI_COMM_WORLD and MPI_DOUBLE, and the type of each. */
function handlesOf(library) {
  try {
    return ['ompi_mpi_comm_world', 'ompi_mpi_double'].map((name) => [library.symbol(name, 'char'), 'void*'])
  } catch {
    return [[0x44000000, 'int'], [0x4c00080b, 'int']]
  }
}

/** The communicator of this process, and `close` for the end of all; one rank alone without a launcher. */
export function connect() {
  const wanted = Number(OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? SLURM_STEP_NUM_TASKS ?? 1)
  if (wanted === 1) {
    return { rank: 0, size: 1, allGather: (into, mine) => into.set(mine), abort: () => {}, close: () => {} }
  }
  const library = load(), [[world, C], [double, T]] = handlesOf(library)
  // MPI's default is that an error ends all ranks, with a message; so there is no code to look at.
  const call = (name, ...types) => library.func(`int MPI_${name}(${types.join(', ')})`)
  const gather = call('Allgather', 'void*', 'int', T, 'void*', 'int', T, C)
  const stop = call('Abort', C, 'int'), finalize = call('Finalize')
  call('Init', 'void*', 'void*')(null, null)
  const [rank, size] = ['Comm_rank', 'Comm_size'].map((name) => {
    const answer = new Int32Array(1)
    call(name, C, 'void*')(world, answer)
    return answer[0]
  })
  const abort = (reason) => {
    writeSync(2, `rank ${rank}: ${reason}\n`)
    stop(world, 1)
  }
  if (size !== wanted) {
    abort(`MPI: expected ${wanted} ranks, as many as were started, got ${size}: `
      + 'is the launcher of another MPI? srun needs --mpi=pmix or --mpi=pmi2')
  }
  // A process that ends earlier than its training, by an error too, would leave the others waiting.
  const early = (code) => abort(`ended by exit code ${code}`)
  process.once('exit', early)
  process.once('uncaughtExceptionMonitor', ({ message }) => abort(message))
  return {
    rank, size, abort,
    allGather: (into, mine) => {
      if (into.length !== size * mine.length) {
        throw new RangeError(`into: expected ${size} · ${mine.length} numbers, got ${into.length}`)
      }
      gather(mine, mine.length, double, into, mine.length, double, world)
    },
    close: () => {
      process.off('exit', early)
      finalize()
    },
  }
}
