/** Chapter 10: the same batch and the same KL, spent along the natural and along the plain gradient. */
import { dot, norm } from 'trpo/parts'
import { updates } from '../lab.ts'

const shown = [1, 5, 10, 20]
const lines: string[] = []
for (const _ of updates(20, { damping: 0.01 }, undefined, ({ gradient, x, surrogate, probe, maxKl }, k) => {
  if (!shown.includes(k)) return
  /** The gain of L where mean KL is δ along v, by bisection. */
  const gain = (v: Float64Array): string => {
    let low = 0, high = 1
    while (probe(high, v).kl < maxKl) high *= 2
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2
      if (probe(middle, v).kl < maxKl) low = middle
      else high = middle
    }
    return (probe(low, v).surrogate - surrogate).toFixed(4)
  }
  const angle = Math.acos(dot(gradient, x) / norm(gradient) / norm(x)) * 180 / Math.PI
  lines.push(`iteration ${k}: angle ${angle.toFixed(0)}°, gain ${gain(x)} natural, ${gain(gradient)} plain`)
}));
console.log(lines.join('\n'))
