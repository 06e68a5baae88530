/**
 * The states at which a network is smooth enough for differences. relu has a kink at 0: where a hidden unit
 * changes its sign within the reach of a difference, the difference says nothing about the derivative. With
 * smooth activations all states qualify.
 * But: a unit that crosses 0 and comes back within the reach is not noticed.
 */
import { combine } from '../../math/vector.ts'
import { forward, type Mlp, type Tape } from '../../nn/mlp.ts'

/** No reach below this is tried: shorter differences are rounding. */
const MIN_REACH = 1e-9

/** A reach for differences, and the rows of the tape's inputs at which no unit changes its sign within it. */
export interface SmoothStates { readonly reach: number; readonly rows: readonly number[] }

/**
 * The longest of the reaches maxReach · 4⁻ᵏ with which at least half of the rows are smooth along all
 * `directions` from `theta`; the last one tried if there is none. `tape` keeps outputs. Moves the network's
 * parameters and leaves them at `theta`.
 */
export function smoothStates(
  net: Mlp, tape: Tape, theta: Float64Array, directions: readonly Float64Array[], maxReach: number,
): SmoothStates {
  const N = tape.inputs.rows
  const all = Array.from({ length: N }, (_, i) => i)
  if (net.activation.name !== 'relu' || net.sizes.length === 2) return { reach: maxReach, rows: all }
  const signs = new Uint8Array(N * net.sizes.slice(1, -1).reduce((total, size) => total + size, 0))
  const signOf = (y: number): number => (y > 0 ? 1 : 0)
  for (let reach = maxReach; ; reach /= 4) {
    const crossed = new Uint8Array(N)
    net.parameters.flat.set(theta)
    forward(net, tape)
    eachUnit(tape, (_, unit, y) => { signs[unit] = signOf(y) })
    for (const direction of directions) {
      for (const t of [reach, -reach]) {
        combine(net.parameters.flat, theta, t, direction)
        forward(net, tape)
        eachUnit(tape, (row, unit, y) => { if (signOf(y) !== signs[unit]) crossed[row] = 1 })
      }
    }
    net.parameters.flat.set(theta)
    const rows = all.filter((i) => crossed[i] === 0)
    if (2 * rows.length >= N || reach / 4 < MIN_REACH) return { reach, rows }
  }
}

/** Visit the output of each hidden unit at each row; `unit` numbers all of these. */
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
