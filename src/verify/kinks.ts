/**
 * Where differences of a network may be trusted: relu has a kink at 0, and a state at which some unit changes sides
 * within a difference's reach tells nothing of the derivative. Smooth activations keep clear everywhere.
 * But: a unit that crosses over and back within the reach is not seen.
 */
import { combine } from '../math/vector.ts'
import { forward, type Mlp, type Tape } from '../nn/mlp.ts'

/** Steps never shorter than this are tried: differences of smaller ones are rounding. */
const LEAST_REACH = 1e-9

/** How far every direction may be followed, and the rows of the tape's inputs that keep clear of kinks so far. */
export interface Clear { readonly reach: number; readonly rows: readonly number[] }

/**
 * The longest reach, at most `most`, a power of ¼ times it, within which at least half of the rows keep every unit
 * on its side along all `directions` from `theta`; shorter ones than 1e-9 are not tried. `tape`: with kept outputs;
 * the network's own parameters are moved, and left at `theta`.
 */
export function clearOfKinks(
  net: Mlp, tape: Tape, theta: Float64Array, directions: readonly Float64Array[], most: number,
): Clear {
  const N = tape.inputs.rows
  const all = Array.from({ length: N }, (_, i) => i)
  if (net.activation.name !== 'relu' || net.sizes.length === 2) return { reach: most, rows: all }
  const sides = new Uint8Array(N * net.sizes.slice(1, -1).reduce((total, size) => total + size, 0))
  for (let reach = most; ; reach /= 4) {
    const crossed = new Uint8Array(N)
    net.parameters.flat.set(theta)
    forward(net, tape)
    eachUnit(tape, (_, unit, y) => { sides[unit] = y > 0 ? 1 : 0 })
    for (const direction of directions) {
      for (const t of [reach, -reach]) {
        combine(net.parameters.flat, theta, t, direction)
        forward(net, tape)
        eachUnit(tape, (row, unit, y) => { if ((y > 0 ? 1 : 0) !== sides[unit]) crossed[row] = 1 })
      }
    }
    net.parameters.flat.set(theta)
    const rows = all.filter((i) => crossed[i] === 0)
    if (2 * rows.length >= N || reach / 4 < LEAST_REACH) return { reach, rows }
  }
}

/** Each hidden unit's output at each row, with a number of its own. */
function eachUnit({ tiles }: Tape, visit: (row: number, unit: number, y: number) => void): void {
  let unit = 0
  for (const { first, layers } of tiles) {
    for (const { Y } of layers.slice(0, -1)) {
      for (let i = 0; i < Y.rows; i++) {
        for (let j = 0; j < Y.cols; j++) visit(first + i, unit++, Y.data[i * Y.cols + j])
      }
    }
  }
}
