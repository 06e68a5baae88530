// mpirun -n 2 node exchange.js [6000]: microseconds per exchange of so many numbers.
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { connect } from './mpi.js'

const n = Number(process.argv[2] ?? 6000), calls = 1000
const { rank, size, allGather, close } = connect()
const mine = new Float64Array(n).fill(rank + 1), into = new Float64Array(size * n)
const times = Array.from({ length: 9 }, () => {
  const start = performance.now()
  for (let k = 0; k < calls; k++) allGather(into, mine)
  return 1000 * (performance.now() - start) / calls
}).sort((a, b) => a - b)
for (let k = 0; k < into.length; k++) {
  const wanted = Math.floor(k / n) + 1
  if (into[k] !== wanted) throw new Error(`into[${k}]: expected ${wanted}, got ${into[k]}`)
}
if (rank === 0) {
  const [low, , , , median, , , , high] = times.map((time) => time.toFixed(1))
  console.log(`${size} ranks, ${n} numbers: ${median} us [${low}-${high}]`)
}
close()
