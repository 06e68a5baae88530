/** Element-wise tanh over an array, against the engine's own. One "flop" an element: the rate is in elements. */
import { Random } from '../src/math/random.ts'
import { reference } from '../src/math/reference.ts'
import type { Experiment } from './harness.ts'

const N = 16384

export function tanh(): Experiment[] {
  const random = new Random(1)
  const inputs = Float64Array.from({ length: N }, () => 2 * random.normal())
  const Y = reference.allocate(128, N / 128)
  return [{
    subject: 'tanh', case: `${N} normal arguments, deviation 2`,
    contestants: [
      {
        name: 'Math.tanh', flops: N,
        run: () => {
          for (let i = 0; i < N; i++) Y.data[i] = Math.tanh(inputs[i])
          return Y.data[N - 1]
        },
      },
      { name: 'reference', flops: N, run: () => { Y.data.set(inputs); reference.tanh(Y); return Y.data[N - 1] } },
    ],
  }]
}
