/** The colours of style.css as numbers for the scene and as names for the charts. */
import { channels } from '../../../docs/playground/page/kit/colours.ts'
import { paletteOf } from '../../../docs/playground/page/kit/dom.ts'

export const dark = matchMedia('(prefers-color-scheme: dark)')

export function readTheme() {
  const style = getComputedStyle(document.documentElement)
  const colour = (name) => channels(style.getPropertyValue(`--${name}`).trim()).map((x) => x / 255)
  return {
    palette: paletteOf(document.documentElement),
    scene: {
      paper: colour('panel'), tile: colour('tile'), ink: colour('shade'), nearColour: colour('near'),
      farColour: colour('far'), darkness: dark.matches ? 0.75 : 0.34, ambient: dark.matches ? 0.5 : 0.62,
    },
  }
}
