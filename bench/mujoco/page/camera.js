/** A camera that follows the body along the ground, and that a drag turns around it. */
import { views } from './setting.js'

/** Seconds after which the camera has come nearer by 63 %. */
const LAG = 0.1
const LOWEST = 0.02, HIGHEST = 1.5

/** `turned` is called after a drag has turned the camera. */
export function createCamera(canvas, turned) {
  const camera = {
    target: [0, 0, 0], distance: 5, yaw: 0, pitch: 0,
    /** The view of a task, at the body at once. */
    look(task) {
      const { height, ...view } = views[task]
      Object.assign(camera, view, { target: [0, 0, height] })
    },
    /** Nearer to the middle of the shapes; if that is far away, as after a new start, at once. */
    follow(shapes, seconds) {
      for (const k of [0, 1]) {
        const middle = shapes.reduce((sum, shape) => sum + shape[k], 0) / shapes.length
        const gap = middle - camera.target[k], share = Math.abs(gap) > 2 ? 1 : 1 - Math.exp(-seconds / LAG)
        camera.target[k] += gap * share
      }
    },
  }
  let dragged = null
  canvas.onpointerdown = ({ clientX, clientY, pointerId }) => {
    dragged = [clientX, clientY]
    canvas.setPointerCapture(pointerId)
  }
  canvas.onpointermove = ({ clientX, clientY, pointerType }) => {
    if (dragged === null) return
    camera.yaw -= (clientX - dragged[0]) / 160
    // A finger that moves up and down scrolls the page.
    if (pointerType !== 'touch') camera.pitch += (clientY - dragged[1]) / 160
    camera.pitch = Math.min(Math.max(camera.pitch, LOWEST), HIGHEST)
    dragged = [clientX, clientY]
    turned()
  }
  canvas.onpointerup = canvas.onpointercancel = () => { dragged = null }
  return camera
}
