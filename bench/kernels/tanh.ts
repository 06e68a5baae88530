/**
 * Element-wise tanh over an array, against the engine's own. One "flop" per element: the rate is in elements.
 */
import { Random } from '../../src/math/random.ts'
import { backends } from '../harness/backends.ts'
import type { Contestant, Experiment } from '../harness/measure.ts'

const N = 16384

export function tanh(): Experiment[] {
  const random = new Random(1)
  const inputs = Float64Array.from({ length: N }, () => 2 * random.normal())
  const outputs = new Float64Array(N)
  const own: Contestant = {
    name: 'Math.tanh', flops: N,
    run: () => {
      for (let i = 0; i < N; i++) outputs[i] = Math.tanh(inputs[i])
      return outputs[N - 1]
    },
  }
  return [{
    kernel: 'tanh', case: `${N} normal arguments, deviation 2`,
    contestants: [own, ...backends(8 * N).map((backend) => {
      const Y = backend.allocate(128, N / 128)
      const run = (): number => { Y.data.set(inputs); backend.tanh(Y); return Y.data[N - 1] }
      return { name: backend.name, flops: N, run }
    })],
  }]
}
