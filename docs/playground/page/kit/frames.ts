/**
 * When pictures are drawn: at most once per frame, only what changed, and no frame takes long: pictures that
 * do not fit into this one wait for the next.
 * But: one picture is never divided; each is made to take a few milliseconds.
 */

/** Milliseconds after which no further picture is begun in a frame. */
const BUDGET = 7

export interface Frames {
  /** Draw `name` in one of the next frames. */
  need(name: string): void
  /** As long as `animate` returns true it is called in every frame, with seconds since the last. */
  wake(): void
}

/** `draw`: a function per picture; what waits longest is drawn first. */
export function createFrames(
  draw: Readonly<Record<string, () => void>>, animate: (seconds: number) => boolean,
): Frames {
  const needed = new Set<string>()
  let scheduled = false, moving = false, last = 0
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    requestAnimationFrame(frame)
  }

  function frame(now: number): void {
    scheduled = false
    const seconds = Math.min(0.1, (now - last) / 1000)
    last = now
    const start = performance.now()
    moving = animate(moving ? seconds : 0)
    for (const name of [...needed]) {
      needed.delete(name)
      draw[name]()
      if (performance.now() - start > BUDGET) break
    }
    if (moving || needed.size > 0) schedule()
  }

  return {
    need(name) {
      // A name that waits keeps its place, so a stream of updates starves no picture.
      needed.add(name)
      schedule()
    },
    wake: schedule,
  }
}
