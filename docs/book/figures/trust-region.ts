/**
 * Chapter 0: around the policy of one update of CartPole, in the plane that the natural gradient x and the
 * plain gradient g span: where mean KL is δ, how far each direction comes, the lines of equal gᵀΔθ there.
 */
import { combine, dot, norm } from 'trpo/parts'
import { atUpdate } from '../lab.ts'
import { draw, type Point } from './svg.ts'

/** Longest over shortest axis of the curve, roughly: more directions where it is sharp. */
const SLIMNESS = 5

const { ring, natural, plain, along } = atUpdate(3, ({ gradient, x, maxKl, probe }) => {
  const zero = new Float64Array(x.length), direction = new Float64Array(x.length)
  const e1 = new Float64Array(x.length), e2 = new Float64Array(x.length)
  combine(e1, zero, 1 / norm(x), x)
  combine(e2, gradient, -dot(gradient, e1), e1)
  combine(e2, zero, 1 / norm(e2), e2)
  /** Where KL is δ, going from θ in this direction of the plane. */
  const end = ([a, b]: Point): Point => {
    combine(direction, zero, a, e1)
    combine(direction, direction, b, e2)
    let low = 0, high = 8
    for (let i = 0; i < 30; i++) {
      const middle = (low + high) / 2
      if (probe(middle, direction).kl < maxKl) low = middle
      else high = middle
    }
    return [low * a, low * b]
  }
  const along: Point = [dot(gradient, e1) / norm(gradient), dot(gradient, e2) / norm(gradient)]
  const angles = Array.from({ length: 120 }, (_, k) => k * Math.PI / 60)
    .map((t) => Math.atan2(Math.sin(t), SLIMNESS * Math.cos(t)))
  const ring = angles.map((angle) => end([Math.cos(angle), Math.sin(angle)]))
  return { ring, natural: end([1, 0]), plain: end(along), along }
}, { damping: 0.01 })

const reach = 1.2 * Math.max(...ring.map(([x]) => Math.abs(x)))
const high = 1.35 * Math.max(...ring.map(([, y]) => Math.abs(y)))
const picture = draw({ width: 620, x: [-reach, reach], y: [-high, high], stretch: 1 }, [], [],
  'along the natural gradient', 'across it')

/** The line of equal gᵀΔθ through a point: at right angles to g. */
function level([x, y]: Point): Point[] {
  const gain = x * along[0] + y * along[1]
  return [-reach, reach].map((at): Point => [at, (gain - at * along[0]) / along[1]])
}
picture.curve(level(plain), 'mute', '4 4')
picture.curve(level(natural), 'mute', '4 4')
picture.curve(ring, 'limit', '', true)
picture.curve([[0, 0], natural], 'true')
picture.curve([[0, 0], plain], 'ink')
picture.dot([0, 0], 'ink')
picture.dot(natural, 'true')
picture.dot(plain, 'ink')
picture.words('θₖ', [0, 0], 'middle', [0, 20])
picture.words('natural gradient', [natural[0] / 2, 0], 'middle', [6, 20])
picture.words('plain gradient', [plain[0] / 2, plain[1] / 2], 'end', [-10, 4])
picture.words('mean KL = δ', ring[70], 'middle', [16, 40])

const title = 'Around a policy: where mean KL is δ, and the steps along both gradients'
export const svg: string = picture.end(title)
