#!/bin/sh
#SBATCH --job-name=seeds --array=0-9 --ntasks=1 --cpus-per-task=1 --mem=500M --time=01:00:00 --requeue
# One training per seed, each by one process: `sbatch seeds.sh` on Slurm; kubernetes.yaml runs it, too.
# An interrupted one continues from its file, to the same bits. Words after the name go to train.js.
set -eu
seed=${SLURM_ARRAY_TASK_ID:-${JOB_COMPLETION_INDEX:?expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX}}
# Slurm runs a copy of this script.
cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}"
mkdir -p "${RUNS:=runs}"
file=$RUNS/seed-$seed.safetensors
if [ -f "$file" ]; then how=--resume; else how=--checkpoint; fi
exec node train.js --seed "$seed" $how "$file" "$@"
