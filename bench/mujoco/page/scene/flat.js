/**
 * The same scene on a canvas of two dimensions, for browsers without WebGL2: capsules are thick lines, those
 * farther away first, on tiles and plain shadows.
 * But: no shading, no horizon of mist.
 */
import { SUN, viewOf } from './view.js'

/** Tiles of 1 m are drawn within so many metres. */
const REACH = 7

export function createFlatRenderer(canvas) {
  const picture = canvas.getContext('2d')
  return {
    draw(shapes, camera, { paper, tile, ink, nearColour, farColour, darkness }) {
      const { width, height } = canvas, { eye, matrix, opening } = viewOf(camera, canvas)
      /** Pixels, and pixels per metre there. */
      const project = ([x, y, z]) => {
        const [across, up, , depth] = [0, 1, 2, 3].map((row) =>
          matrix[row] * x + matrix[row + 4] * y + matrix[row + 8] * z + matrix[row + 12])
        const scale = height / (2 * Math.tan(opening / 2)) / depth
        return [(1 + across / depth) * width / 2, (1 - up / depth) * height / 2, depth > 0.2 ? scale : NaN]
      }
      const line = (a, b, radius, colour) => {
        const [from, to] = [project(a), project(b)]
        picture.strokeStyle = colour
        picture.lineWidth = radius * (from[2] + to[2])
        picture.beginPath()
        picture.moveTo(from[0], from[1])
        // A line without a length has no round ends.
        picture.lineTo(to[0] + 1e-3, to[1])
        picture.stroke()
      }
      picture.fillStyle = css(paper)
      picture.fillRect(0, 0, width, height)
      drawTiles(picture, project, camera.target, tile)
      picture.lineCap = 'round'
      const ends = shapes.map(([x, y, z, radius, a, b, c, far]) =>
        ({ from: [x - a, y - b, z - c], to: [x + a, y + b, z + c], radius, far }))
      const shadow = css(paper.map((light, i) => light + (ink[i] - light) * 0.7 * darkness))
      const ground = (point) => point.map((value, k) => value - point[2] / SUN[2] * SUN[k])
      for (const { from, to, radius } of ends) line(ground(from), ground(to), radius, shadow)
      const distance = ({ from, to }) => Math.hypot(...from.map((value, k) => (value + to[k]) / 2 - eye[k]))
      for (const each of ends.sort((a, b) => distance(b) - distance(a))) {
        line(each.from, each.to, each.radius, css(each.far ? farColour : nearColour))
      }
    },
  }
}

function drawTiles(picture, project, [x, y], colour) {
  const [left, front] = [Math.round(x), Math.round(y)]
  for (let i = left - REACH; i < left + REACH; i++) {
    for (let j = front - REACH; j < front + REACH; j++) {
      const share = 1 - Math.hypot(i + 0.5 - x, j + 0.5 - y) / REACH
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map((place) => project([...place, 0]))
      if ((i + j) % 2 !== 0 || share <= 0 || corners.some(([, , scale]) => Number.isNaN(scale))) continue
      picture.globalAlpha = Math.min(1, 2 * share)
      picture.fillStyle = css(colour)
      picture.beginPath()
      for (const [across, down] of corners) picture.lineTo(across, down)
      picture.fill()
    }
  }
  picture.globalAlpha = 1
}

const css = (colour) => `rgb(${colour.map((x) => Math.round(255 * x)).join(' ')})`
