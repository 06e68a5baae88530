/**
 * PNG files as pixels and back (PNG, third edition, 2025): 8 bits per channel, not interlaced, as browsers
 * take them; written with a palette if there are at most 256 colours, which makes drawings small.
 * But: no transparency: what a browser shows is opaque.
 */
import { atob, Buffer } from 'node:buffer'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

export interface Picture {
  readonly width: number
  readonly height: number
  /** [height, width]: red · 65536 + green · 256 + blue. */
  readonly pixels: Uint32Array
  /** What was kept with it; '' if nothing. */
  readonly comment: string
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10]
/** Bytes per pixel by colour type: RGB, palette, RGBA. */
const BYTES: Readonly<Record<number, number>> = { 2: 3, 3: 1, 6: 4 }

/** Bytes of a file written in base 64, as protocols send them. */
export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

/** Throws a RangeError for a file of another kind. */
export function decodePng(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: { readonly name: string; readonly body: Uint8Array }[] = []
  for (let at = SIGNATURE.length; at < bytes.length;) {
    const length = view.getUint32(at), name = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    chunks.push({ name, body: bytes.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  const all = (wanted: string): Uint8Array =>
    Buffer.concat(chunks.filter(({ name }) => name === wanted).map(({ body }) => body))
  const width = view.getUint32(16), height = view.getUint32(20)
  const [depth, type, , , interlaced] = bytes.subarray(24, 29), size = BYTES[type]
  if (depth !== 8 || size === undefined || interlaced !== 0) {
    throw new RangeError(`PNG: expected RGB, RGBA or a palette of 8 bits, got type ${type} of ${depth} bits`)
  }
  const rows = unfilter(inflateSync(all('IDAT')), width * size, height, size), palette = all('PLTE')
  const pixels = Uint32Array.from({ length: width * height }, (_, i) => {
    const from = type === 3 ? palette : rows, at = type === 3 ? 3 * rows[i] : size * i
    return from[at] << 16 | from[at + 1] << 8 | from[at + 2]
  })
  const text = String.fromCharCode(...all('tEXt'))
  return { width, height, pixels, comment: text.slice(text.indexOf('\0') + 1) }
}

/** Rows without the byte before each that says how its bytes differ from those to the left and above. */
function unfilter(data: Uint8Array, length: number, height: number, size: number): Uint8Array {
  const rows = new Uint8Array(length * height)
  for (let y = 0; y < height; y++) {
    const from = y * (length + 1), to = y * length, filter = data[from]
    for (let x = 0; x < length; x++) {
      const left = x < size ? 0 : rows[to + x - size]
      const above = y === 0 ? 0 : rows[to + x - length]
      const corner = x < size || y === 0 ? 0 : rows[to + x - length - size]
      const guess = [0, left, above, left + above >> 1, paeth(left, above, corner)][filter]
      rows[to + x] = data[from + 1 + x] + guess
    }
  }
  return rows
}

/** The neighbour that is nearest to left + above − corner. */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const a = Math.abs(guess - left), b = Math.abs(guess - above), c = Math.abs(guess - corner)
  return a <= b && a <= c ? left : b <= c ? above : corner
}

/** With a palette if that is exact, else in RGB. The comment is of ASCII. */
export function encodePng({ width, height, pixels, comment }: Picture): Uint8Array {
  const colours = [...new Set(pixels)].sort((a, b) => a - b), indexed = colours.length <= 256
  const size = indexed ? 1 : 3, places = new Map(colours.map((colour, k) => [colour, k]))
  const data = new Uint8Array((width * size + 1) * height)
  for (let y = 0; y < height; y++) {
    // Filter 0: drawings have runs of equal bytes, which deflate finds by itself.
    for (let x = 0; x < width; x++) {
      const colour = pixels[y * width + x], at = y * (width * size + 1) + 1 + x * size
      data.set(indexed ? [places.get(colour)!] : bytesOfColour(colour), at)
    }
  }
  const head = new Uint8Array(13), view = new DataView(head.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  head.set([8, indexed ? 3 : 2, 0, 0, 0], 8)
  return Buffer.concat([
    Uint8Array.from(SIGNATURE), chunk('IHDR', head),
    ...comment === '' ? [] : [chunk('tEXt', Buffer.from(`Comment\0${comment}`))],
    ...indexed ? [chunk('PLTE', Uint8Array.from(colours.flatMap(bytesOfColour)))] : [],
    chunk('IDAT', deflateSync(data, { level: 9 })), chunk('IEND', new Uint8Array(0)),
  ])
}

const bytesOfColour = (colour: number): number[] => [colour >> 16, colour >> 8 & 255, colour & 255]

function chunk(name: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12), view = new DataView(bytes.buffer)
  view.setUint32(0, body.length)
  bytes.set(Buffer.from(name), 4)
  bytes.set(body, 8)
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)))
  return bytes
}

/**
 * The share of pixels, in [0, 1], in which some channel differs by more than `tolerance` of 255 steps; 1 if
 * the sizes differ.
 */
export function differing(a: Picture, b: Picture, tolerance: number = 0): number {
  if (a.width !== b.width || a.height !== b.height) return 1
  let count = 0
  a.pixels.forEach((colour, i) => {
    const [p, q] = [bytesOfColour(colour), bytesOfColour(b.pixels[i])]
    if (p.some((value, k) => Math.abs(value - q[k]) > tolerance)) count++
  })
  return count / a.pixels.length
}

/**
 * The picture in at most 256 colours, as drawings are published: the most frequent of 32 steps per channel,
 * each as the mean of what it stands for; other colours become the nearest of these.
 */
export function withPalette(picture: Picture): Picture {
  const bins = new Map<number, { count: number; sums: number[] }>()
  const binOf = (colour: number): number => colour >> 3 & 0x1f1f1f
  for (const colour of picture.pixels) {
    const bin = bins.get(binOf(colour)) ?? { count: 0, sums: [0, 0, 0] }
    bin.count++
    bytesOfColour(colour).forEach((value, k) => { bin.sums[k] += value })
    bins.set(binOf(colour), bin)
  }
  const palette = [...bins.values()].sort((a, b) => b.count - a.count).slice(0, 256)
    .map(({ count, sums }) => sums.map((sum) => Math.round(sum / count)))
  const nearest = new Map([...bins].map(([bin, { count, sums }]) => {
    const distance = (colour: readonly number[]): number =>
      colour.reduce((total, value, k) => total + (value - sums[k] / count) ** 2, 0)
    const [r, g, b] = palette.reduce((best, each) => distance(each) < distance(best) ? each : best)
    return [bin, r << 16 | g << 8 | b]
  }))
  return { ...picture, pixels: picture.pixels.map((colour) => nearest.get(binOf(colour))!) }
}
