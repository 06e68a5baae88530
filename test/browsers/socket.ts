/**
 * A client of WebSockets (RFC 6455): text in both directions. Node 20 has none that is on by default.
 * But: only to this machine, unencrypted, no extensions; a ping is answered.
 */
import { Buffer } from 'node:buffer'
import { connect } from 'node:net'

export interface TextSocket {
  send(text: string): void
  readonly closed: Promise<void>
}

const TEXT = 1, CLOSE = 8, PING = 9, PONG = 10

/** `take` is called with every whole text that comes. */
export function openSocket(port: number, path: string, take: (text: string) => void): Promise<TextSocket> {
  const socket = connect(port, '127.0.0.1')
  let rest: Uint8Array = new Uint8Array(0), upgraded = false
  let text: Uint8Array[] = []
  const send = (kind: number, body: Uint8Array): void => socket.write(frame(kind, body))
  return new Promise((done, fail) => {
    const closed = new Promise<void>((end) => socket.on('close', end))
    socket.on('error', fail)
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes])
      if (!upgraded) {
        const head = Buffer.from(rest).toString('utf8'), end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        if (!head.startsWith('HTTP/1.1 101')) return fail(new Error(head.slice(0, end)))
        upgraded = true
        rest = rest.subarray(end + 4)
        done({ send: (words) => send(TEXT, Buffer.from(words)), closed })
      }
      for (let found = read(rest); found !== null; found = read(rest)) {
        const { kind, last, body, length } = found
        rest = rest.subarray(length)
        if (kind === PING) send(PONG, body)
        else if (kind === CLOSE) socket.destroy()
        else if (kind !== PONG) text.push(body)
        if (last && kind <= TEXT) {
          const whole = Buffer.concat(text)
          text = []
          take(Buffer.from(whole).toString('utf8'))
        }
      }
    })
    // The key is of no use between two programs that know each other, but a server asks for one.
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n`
      + 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
      + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n')
  })
}

/** A client's frames are masked. Measured: Firefox 153 closes on a mask of zeros, which the RFC allows. */
const MASK = [1, 2, 3, 4]

function frame(kind: number, body: Uint8Array): Uint8Array {
  const n = body.length
  const size = n < 126 ? [n] : n < 0x10000 ? [126, n >> 8, n & 255]
    : [127, 0, 0, 0, 0, n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255]
  size[0] |= 0x80
  const masked = body.map((byte, i) => byte ^ MASK[i % 4])
  return Buffer.concat([Uint8Array.of(0x80 | kind, ...size, ...MASK), masked])
}

interface Frame {
  readonly kind: number
  readonly last: boolean
  readonly body: Uint8Array
  /** Of the whole frame, in bytes. */
  readonly length: number
}

/** The first frame of some bytes; null if it is not complete. */
function read(bytes: Uint8Array): Frame | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 2) return null
  const short = bytes[1] & 127, head = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < head) return null
  const n = head === 2 ? short : head === 4 ? view.getUint16(2) : Number(view.getBigUint64(2))
  if (bytes.length < head + n) return null
  return {
    kind: bytes[0] & 15, last: bytes[0] >= 0x80, body: bytes.subarray(head, head + n), length: head + n,
  }
}
