/**
 * Draws capsules on a ground in WebGL2: two programs, one mesh, two calls per picture. A lost context is
 * built again when the browser gives it back.
 * But: nothing except capsules and spheres.
 */
import { capsuleMesh } from './capsule.js'
import { createProgram } from './program.js'
import { bodyFragment, bodyVertex, groundFragment, groundVertex, SHADOWS } from './shaders.js'
import { SUN, viewOf } from './view.js'

/** Numbers per shape. */
const WORDS = 8

/** `restored` is called when a lost context can be drawn on again. */
export function createRenderer(gl, restored) {
  const { canvas } = gl
  let parts = build(gl)
  canvas.addEventListener('webglcontextlost', (event) => {
    // Otherwise it would not be given back.
    event.preventDefault()
    parts = null
  })
  canvas.addEventListener('webglcontextrestored', () => {
    parts = build(gl)
    restored()
  })
  return {
    /** `shapes` as a stage has them; `theme`: colours as [r, g, b] in 0 … 1, and two numbers. */
    draw(shapes, camera, theme) {
      if (parts === null) return
      const { width, height } = canvas, { target } = camera, { eye, matrix } = viewOf(camera, canvas)
      gl.viewport(0, 0, width, height)
      gl.clearColor(...theme.paper, 1)
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
      // The body first: what it hides of the ground is not computed.
      drawBody(gl, parts.body, shapes, { camera: matrix, eye }, theme)
      drawGround(gl, parts.ground, shapes, { camera: matrix, target }, theme)
    },
  }
}

function build(gl) {
  gl.enable(gl.DEPTH_TEST)
  const buffer = (kind, data) => {
    gl.bindBuffer(kind, gl.createBuffer())
    gl.bufferData(kind, data, gl.STATIC_DRAW)
  }
  const body = createProgram(gl, bodyVertex, bodyFragment), bodyArrays = gl.createVertexArray()
  const { vertices, triangles } = capsuleMesh(), instances = gl.createBuffer()
  gl.bindVertexArray(bodyArrays)
  buffer(gl.ELEMENT_ARRAY_BUFFER, triangles)
  buffer(gl.ARRAY_BUFFER, vertices)
  attach(gl, body.attribute('corner'), 4, 0, 0)
  gl.bindBuffer(gl.ARRAY_BUFFER, instances)
  for (const [k, name] of ['place', 'axis'].entries()) {
    attach(gl, body.attribute(name), 4, 4 * WORDS, 16 * k)
    gl.vertexAttribDivisor(body.attribute(name), 1)
  }
  const ground = createProgram(gl, groundVertex, groundFragment), groundArrays = gl.createVertexArray()
  gl.bindVertexArray(groundArrays)
  buffer(gl.ARRAY_BUFFER, Float32Array.of(-1, -1, 1, -1, -1, 1, 1, 1))
  attach(gl, ground.attribute('corner'), 2, 0, 0)
  return {
    body: { program: body, arrays: bodyArrays, instances, count: triangles.length },
    ground: { program: ground, arrays: groundArrays },
  }
}

function attach(gl, place, size, stride, offset) {
  gl.enableVertexAttribArray(place)
  gl.vertexAttribPointer(place, size, gl.FLOAT, false, stride, offset)
}

function drawGround(gl, { program, arrays }, shapes, scene, { paper, tile, ink, darkness }) {
  const places = new Float32Array(4 * SHADOWS), axes = new Float32Array(4 * SHADOWS)
  const cast = shapes.slice(0, SHADOWS)
  cast.forEach((shape, i) => {
    places.set(shape.slice(0, 4), 4 * i)
    axes.set(shape.slice(4), 4 * i)
  })
  program.use()
  program.set({
    ...scene, sun: SUN, paper, tile, ink, darkness, places, axes, count: cast.length, within: shaded(cast),
  })
  gl.bindVertexArray(arrays)
  gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
}

/** A circle around all shadows: x, y, radius. */
function shaded(shapes) {
  const spots = shapes.map(([x, y, z, radius, a, b, c]) => {
    const height = Math.max(z + Math.abs(c), 0) / SUN[2]
    return [x - height * SUN[0], y - height * SUN[1], Math.hypot(a, b, c) + radius + 0.1 + 0.4 * height]
  })
  const [x, y] = [0, 1].map((k) => spots.reduce((sum, spot) => sum + spot[k], 0) / spots.length)
  return [x, y, Math.max(...spots.map((spot) => Math.hypot(spot[0] - x, spot[1] - y) + spot[2]))]
}

function drawBody(gl, { program, arrays, instances, count }, shapes, scene, theme) {
  program.use()
  const { nearColour, farColour, ambient } = theme
  program.set({ ...scene, sun: SUN, nearColour, farColour, ambient })
  gl.bindVertexArray(arrays)
  gl.bindBuffer(gl.ARRAY_BUFFER, instances)
  gl.bufferData(gl.ARRAY_BUFFER, Float32Array.from(shapes.flat()), gl.DYNAMIC_DRAW)
  gl.drawElementsInstanced(gl.TRIANGLES, count, gl.UNSIGNED_SHORT, 0, shapes.length)
}
