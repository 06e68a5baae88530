#!/bin/sh
#SBATCH --job-name=ranks --ntasks=4 --cpus-per-task=1 --mem-per-cpu=500M --time=01:00:00 --requeue
# One training by all tasks of a job: `sbatch ranks.sh`. If a rank or a machine is lost, the job ends; queued
# again, with any number of tasks, it continues from its file, to the same bits.
# Where Slurm starts ranks itself: LAUNCH='srun --mpi=pmix' sbatch ranks.sh (for MPICH --mpi=pmi2).
set -eu
cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}"
mkdir -p "${RUNS:=runs}"
file=$RUNS/ranks.safetensors
if [ -f "$file" ]; then how=--resume; else how=--checkpoint; fi
exec ${LAUNCH:-mpirun -n "$SLURM_NTASKS"} node train.js $how "$file" "$@"
