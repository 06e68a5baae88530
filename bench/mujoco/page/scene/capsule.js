/**
 * The mesh of every shape: two half spheres of radius 1, which the vertex shader takes apart along the axis.
 * A vertex is its normal, and the end that it belongs to: −1 or 1.
 */
const AROUND = 28, RINGS = 8

export function capsuleMesh() {
  const vertices = [], triangles = []
  for (const end of [-1, 1]) {
    for (let ring = 0; ring <= RINGS; ring++) {
      // From the pole at −1 to the equator, and from there to the pole at 1.
      const angle = (end < 0 ? ring - RINGS : ring) / RINGS * Math.PI / 2
      for (let k = 0; k <= AROUND; k++) {
        const turn = 2 * Math.PI * k / AROUND, radius = Math.cos(angle)
        vertices.push(radius * Math.cos(turn), radius * Math.sin(turn), Math.sin(angle), end)
      }
    }
  }
  // Between the two equators are the sides.
  for (let ring = 0; ring < 2 * RINGS + 1; ring++) {
    for (let k = 0; k < AROUND; k++) {
      const a = ring * (AROUND + 1) + k, b = a + AROUND + 1
      triangles.push(a, a + 1, b, b, a + 1, b + 1)
    }
  }
  return { vertices: Float32Array.from(vertices), triangles: Uint16Array.from(triangles) }
}
