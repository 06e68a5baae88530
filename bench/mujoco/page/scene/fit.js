/**
 * The canvas in the screen's resolution, or in a lower one if pictures come too slowly, as they do if no
 * graphics processor draws them.
 */

/** Pixels per CSS pixel at most, and at least; seconds per picture that are too many. */
const FINEST = 2, COARSEST = 0.5, SLOW = 1 / 28
const USUAL = 1 / 60

/** Before each picture, with the seconds since the last one, or 0: false if the canvas is not laid out. */
export function createFit(canvas) {
  let share = 1, seconds = USUAL
  return (passed) => {
    if (passed > 0) seconds += 0.06 * (passed - seconds)
    const finest = Math.min(FINEST, devicePixelRatio || 1)
    if (seconds > SLOW && share * finest > COARSEST) {
      share = Math.max(0.75 * share, COARSEST / finest)
      seconds = USUAL
    }
    const { clientWidth, clientHeight } = canvas
    const [width, height] = [clientWidth, clientHeight].map((x) => Math.round(x * finest * share))
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    return width > 0 && height > 0
  }
}
