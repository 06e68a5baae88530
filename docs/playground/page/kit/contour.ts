/**
 * Lines of equal value on a square grid (marching squares), joined into paths, and a finer grid from a coarse
 * one (Catmull–Rom splines, exact for quadratics: which KL is, near θ).
 * Grids are row by row, the row 0 first; a path's points are in columns and rows, fractions included.
 */

/** A path: x₀, y₀, x₁, y₁, …; closed if its ends are equal. */
export type Path = readonly number[]

/** All paths on which the [n, n] grid `values` is `level`. */
export function contours(values: ArrayLike<number>, n: number, level: number): Path[] {
  // An edge of the grid is named by its first node, twice, plus 1 if it goes up rather than right.
  const joins = new Map<number, number[]>()
  const at = new Map<number, readonly [number, number]>()
  const above = (node: number): boolean => values[node] >= level
  const crossing = (a: number, b: number): number => {
    const key = 2 * a + (b === a + 1 ? 0 : 1)
    if (!at.has(key)) {
      const t = (level - values[a]) / (values[b] - values[a])
      const x = a % n, y = Math.floor(a / n)
      at.set(key, b === a + 1 ? [x + t, y] : [x, y + t])
    }
    return key
  }
  const join = (a: number, b: number): void => {
    for (const [from, to] of [[a, b], [b, a]]) joins.set(from, [...joins.get(from) ?? [], to])
  }
  for (let y = 0; y < n - 1; y++) {
    for (let x = 0; x < n - 1; x++) {
      const a = y * n + x, b = a + 1, c = a + n, d = c + 1
      const crossed: number[] = []
      for (const [p, q] of [[a, b], [b, d], [c, d], [a, c]]) {
        if (above(p) !== above(q)) crossed.push(crossing(p, q))
      }
      if (crossed.length === 2) join(crossed[0], crossed[1])
      if (crossed.length !== 4) continue
      // A saddle: the centre says which corners belong together.
      const centre = (values[a] + values[b] + values[c] + values[d]) / 4 >= level
      const pairs = centre === above(a) ? [[0, 1], [2, 3]] : [[0, 3], [1, 2]]
      for (const [p, q] of pairs) join(crossed[p], crossed[q])
    }
  }
  return follow(joins, at)
}

function follow(joins: Map<number, number[]>, at: Map<number, readonly [number, number]>): Path[] {
  const paths: Path[] = []
  // Open paths first, from their ends; what is left is closed.
  const starts = [...joins.keys()].sort((a, b) => joins.get(a)!.length - joins.get(b)!.length)
  for (const start of starts) {
    if (joins.get(start)!.length === 0) continue
    const path = [...at.get(start)!]
    for (let here = start; joins.get(here)!.length > 0;) {
      const next = joins.get(here)!.pop()!
      const back = joins.get(next)!
      back.splice(back.indexOf(here), 1)
      path.push(...at.get(next)!)
      here = next
    }
    paths.push(path)
  }
  return paths
}

/** The grid [n, n] on [m, m] nodes with the same corners. n ≥ 3. */
export function refine(values: ArrayLike<number>, n: number, m: number): Float64Array {
  const rows = new Float64Array(n * m), fine = new Float64Array(m * m)
  for (let y = 0; y < n; y++) spline(rows, y * m, 1, m, values, y * n, 1, n)
  for (let x = 0; x < m; x++) spline(fine, x, m, m, rows, x, m, n)
  return fine
}

/** m values along a line through n, each line with a first index and a stride. */
function spline(
  out: Float64Array, first: number, stride: number, m: number,
  values: ArrayLike<number>, from: number, gap: number, n: number,
): void {
  const get = (i: number): number => {
    // Beyond the ends: the parabola through the last three.
    if (i < 0) return 3 * get(0) - 3 * get(1) + get(2)
    if (i >= n) return 3 * get(n - 1) - 3 * get(n - 2) + get(n - 3)
    return values[from + i * gap]
  }
  for (let k = 0; k < m; k++) {
    const u = k * (n - 1) / (m - 1), i = Math.min(n - 2, Math.floor(u)), t = u - i
    const a = get(i - 1), b = get(i), c = get(i + 1), d = get(i + 2)
    out[first + k * stride] =
      b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
  }
}
