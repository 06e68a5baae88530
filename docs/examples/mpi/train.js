// node train.js, or mpirun -n 4 node train.js: the same bits. Rank 0 prints rows and writes the file.
//   --world NAME (CartPole) --total-steps N --seed N
//   --checkpoint FILE --every N (10)   write the whole training every N iterations and at the end
//   --resume FILE                      continue it, with any number of ranks, and write it there again
import { createHash } from 'node:crypto'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { presets, train } from 'trpo'
import { environments } from 'trpo/envs'
import { decodeTraining, encodeTraining } from 'trpo/io'
import { readWhole, writeWhole } from 'trpo/node'
import { connect } from './mpi.js'

const string = (text) => ({ type: 'string', ...text && { default: text } })
const { values } = parseArgs({
  options: {
    world: string('CartPole'), every: string('10'), seed: string(), 'total-steps': string(),
    checkpoint: string(), resume: string(),
  },
})
const { world, resume, checkpoint = resume } = values, every = whole('every')
if (!Object.hasOwn(environments, world)) {
  throw new Error(`--world: expected one of ${Object.keys(environments).join(', ')}, got ${world}`)
}
const communicator = connect()
// A training that is resumed has its options in the file.
const options = {
  ...resume ? { resume: decodeTraining(ofFirst(() => readWhole(resume))) } : presets[world],
  ...values.seed && { seed: whole('seed') },
  ...values['total-steps'] && { totalSteps: whole('total-steps') },
  communicator,
}
let last
for (const iteration of train(environments[world].make, options)) {
  last = iteration
  const { steps, meanReturn } = iteration
  print(`${steps} ${meanReturn === null ? '-' : meanReturn.toFixed(1)}`)
  // All ranks make the snapshot, each with its environments; all get the whole of it.
  if (checkpoint && iteration.iteration % every === 0) write(iteration.snapshot())
}
if (last) {
  if (checkpoint && last.iteration % every !== 0) write(last.snapshot())
  const hash = createHash('sha256')
  for (const { net } of [last.policy, last.value]) hash.update(net.parameters.flat)
  print(`weights ${hash.digest('hex')}`)
} else print('nothing to do: all steps are made')
communicator.close()

function whole(name) {
  const text = values[name]
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name}: expected an integer, got ${text}`)
  return Number(text)
}

function print(line) {
  if (communicator.rank === 0) console.log(line)
}

function write(snapshot) {
  if (communicator.rank === 0) writeWhole(checkpoint, encodeTraining(snapshot))
}

/** The bytes that rank 0 reads; the disks of other machines need not have the file. */
function ofFirst(read) {
  const { rank, size, allGather } = communicator
  const bytes = rank === 0 ? read() : new Uint8Array(), lengths = new Float64Array(size)
  allGather(lengths, Float64Array.of(bytes.length))
  const mine = new Float64Array(Math.ceil(lengths[0] / 8)), all = new Float64Array(size * mine.length)
  new Uint8Array(mine.buffer).set(bytes)
  allGather(all, mine)
  return new Uint8Array(all.buffer, 0, lengths[0])
}
