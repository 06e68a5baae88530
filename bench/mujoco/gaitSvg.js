/**
 * A gait as an SVG that CSS alone animates, so that it moves in an <img>, too; it stands still if a person
 * prefers less motion, and follows the light or dark scheme. Seen from the side: the ground runs below the
 * body, and with it the lines of earlier poses, as in Marey's chronophotographs.
 */
import { mean } from './mean.js'

/** Units per metre; digits after the point. */
const SCALE = 100, DIGITS = 1
/** In metres: the picture's width, the body's place in it, above and below the body, a tile. */
const WIDTH = 4.6, PLACE = 3.3, SKY = 0.2, GROUND = 0.24, TILE = 0.25
/** Seconds between the poses that stay behind, and the metres after which they have faded. */
const INTERVAL = 0.1, TRAIL = 3.2

const STYLE = `.front{stroke:#1f6f8b}.back{stroke:#98bac6}.trail path{stroke:#1f6f8b}.floor{stroke:#a9a69d}
.tile{fill:#dedbd2}.shade{stroke:#1d1f24;opacity:.28}text{font:11px system-ui,sans-serif;fill:#5f626a}
@media(prefers-color-scheme:dark){.front,.trail path{stroke:#5fb3ce}.back{stroke:#34606f}
.floor{stroke:#5a5f69}.tile{fill:#2c3038}.shade{stroke:#000;opacity:.6}text{fill:#9a9da6}}
@media(prefers-reduced-motion:reduce){*{animation-play-state:paused!important}}`

const round = (x) => String(Number(x.toFixed(DIGITS)))

/** The farther leg is paler. */
const isBack = ({ name }) => /^(left|back) /.test(name)

/** The file's text; `title` is the task's. */
export function drawGait({ frames, capsules, seconds, speed }, title) {
  const tops = frames.flatMap((places) => places.map(([, z, angle], i) =>
    z + Math.abs(Math.sin(angle)) * capsules[i].half + capsules[i].radius))
  const floor = (Math.max(...tops) + SKY) * SCALE
  const [width, height] = [WIDTH * SCALE, floor + GROUND * SCALE].map(round)
  const middle = mean(frames.flatMap((places) => places.map(([x]) => x)))
  const onPicture = ([x, z]) => [(x - middle + PLACE) * SCALE, floor - z * SCALE].map(round)
  const scene = { frames, capsules, seconds, speed, onPicture }
  const limbs = capsules.map((_, i) => limb(scene, i)), floorAt = round(floor)
  const group = (id, back) => `<g id="${id}">${
    limbs.filter((_, i) => isBack(capsules[i]) === back).map(({ shape }) => shape).join('')}</g>`
  const trail = trailOf(scene), ground = groundOf(scene)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"
 aria-labelledby="t">
<title id="t">${title} as trained by trpo, running at ${speed.toFixed(1)} metres per second</title>
<style>${STYLE}
${[...limbs, trail, ground].map(({ rules }) => rules).join('\n')}
</style>
<defs><linearGradient id="l"><stop stop-color="#000"/><stop offset=".15" stop-color="#fff"/>
<stop offset=".85" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>
<mask id="m"><rect width="${width}" height="${height}" fill="url(#l)"/></mask>
<filter id="s" x="-50%" y="-200%" width="200%" height="500%">
<feGaussianBlur stdDeviation="3 1.2"/></filter></defs>
<g mask="url(#m)"><g transform="translate(0 ${floorAt})">${ground.shape}
<path class="floor" d="M0 0H${width}"/></g></g>
<g stroke-linecap="round"><g class="trail" fill="none">${trail.shape}</g>
<g class="shade" filter="url(#s)">
<g transform="translate(0 ${round(floor + 4)})scale(1 .03)translate(0 -${floorAt})">
<use href="#b"/><use href="#f"/></g></g>
<g class="back">${group('b', true)}</g>
<g class="front">${group('f', false)}</g></g>
<text x="12" y="20">${title}</text><text x="12" y="35">${speed.toFixed(1)} m/s</text>
</svg>
`
}

/** A capsule as a line with round ends, moved from frame to frame. */
function limb({ frames, capsules, seconds, onPicture }, i) {
  const { radius, half } = capsules[i], reach = round(half * SCALE)
  const at = (places) => [...onPicture(places[i]), round(-places[i][2] * 180 / Math.PI)]
  const steps = [...frames, frames[0]].map((places, k) => {
    const [x, y, angle] = at(places)
    return `${round(100 * k / frames.length)}%{transform:translate(${x}px,${y}px)rotate(${angle}deg)}`
  })
  const [x, y, angle] = at(frames[0])
  return {
    shape: `<line id="c${i}" x1="-${reach}" x2="${reach}" stroke-width="${round(2 * radius * SCALE)}" `
      + `transform="translate(${x} ${y})rotate(${angle})"/>`,
    rules: `#c${i}{animation:c${i} ${duration(seconds)}}@keyframes c${i}{${steps.join('')}}`,
  }
}

const duration = (seconds) => `${Number(seconds.toFixed(3))}s linear infinite`

/** Poses as lines that stay where they were on the ground, and fade. */
function trailOf({ frames, capsules, seconds, speed, onPicture }) {
  const count = Math.round(seconds / INTERVAL), all = speed * seconds
  // Slow bodies carry the lines along for a whole loop.
  const share = Math.min(1, TRAIL / Math.abs(all))
  const paths = Array.from({ length: count }, (_, k) => {
    const places = frames[Math.round(k * frames.length / count)]
    const lines = places.map(([x, z, angle], i) => {
      const [a, b] = [-1, 1].map((side) => onPicture([
        x + side * capsules[i].half * Math.cos(angle), z + side * capsules[i].half * Math.sin(angle)]))
      return `M${a.join(' ')}L${b.join(' ')}`
    })
    const delay = Number((seconds * (k / count - 1)).toFixed(3))
    return `<path style="animation-delay:${delay}s" d="${lines.join('')}"/>`
  })
  return {
    shape: paths.join(''),
    rules: `.trail path{opacity:0;animation:t ${duration(seconds)}}`
      + `@keyframes t{0%{opacity:.7}${round(100 * share)}%,to{`
      + `transform:translate(${round(-all * share * SCALE)}px);opacity:0}}`,
  }
}

/** Tiles that move by a whole number of pairs per loop, so the ground repeats with the body. */
function groundOf({ seconds, speed }) {
  const pairs = Math.round(Math.abs(speed * seconds) / (2 * TILE))
  // A body that hardly moves stands on ground that does not.
  const way = pairs === 0 ? 0 : speed * seconds
  const pair = (pairs === 0 ? 2 * TILE : Math.abs(way) / pairs) * SCALE
  const half = round(pair / 2)
  // A body that runs backwards has tiles come from the left.
  const first = way < 0 ? -pairs : 0, count = Math.ceil(WIDTH * SCALE / pair) + pairs + 1
  const tiles = Array.from({ length: count }, (_, k) => first + k).map((k) =>
    `M${round(k * pair)} 0h${half}v7h-${half}zM${round((k + 0.5) * pair)} 7h${half}v7h-${half}z`)
  return {
    shape: `<path id="g" class="tile" d="${tiles.join('')}"/>`,
    rules: `#g{animation:g ${duration(seconds)}}`
      + `@keyframes g{to{transform:translate(${round(-way * SCALE)}px)}}`,
  }
}
