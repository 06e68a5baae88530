/** What stands beside the plane: the colours' scale, and both directions in numbers. */
import { element, make, say } from './kit/dom.ts'
import { short, signed } from './kit/ticks.ts'
import type { IterationRecord } from '../protocol.ts'

export function createReadout(): (record: IterationRecord | null) => void {
  const list = element('readout'), key = element('plane').querySelectorAll('.key span')
  let seen: IterationRecord | null = null
  return (record) => {
    if (record === seen) return
    seen = record
    const largest = Math.max(0, ...(record?.plane?.gain ?? []).map(Math.abs).filter(Number.isFinite))
    say(key[0], largest > 0 ? `L ${signed(largest)}` : 'L rises')
    say(key[1], largest > 0 ? '0' : 'unchanged')
    say(key[2], largest > 0 ? `L ${signed(-largest)}` : 'L falls')
    list.replaceChildren(...record === null ? [] : [...natural(record), ...plain(record)])
  }
}

function natural({ certificate: c, deterministicReturn, trials }: IterationRecord): HTMLElement[] {
  const moved = c.scale > 0, kl = moved || trials.length === 0 ? c.kl : trials[trials.length - 1].kl
  return [
    make('dt', { textContent: moved ? 'natural step' : 'no step' }),
    row('length', moved ? `${short(c.scale, 2)} β` : '0'),
    kl <= c.maxKl ? row('KL', `${short(kl)} ≤ δ`, 'fine')
      : row(moved ? 'KL' : 'KL tried', `${short(kl)} > δ`, 'limit'),
    row('gain of L', signed(c.surrogateAfter - c.surrogateBefore)),
    ...deterministicReturn === null ? [] : [row('return', short(deterministicReturn))],
  ]
}

function plain({ certificate: { maxKl }, plane, plain }: IterationRecord): HTMLElement[] {
  const angle = plane === null ? null : Math.acos(Math.min(1, Math.max(-1, plane.plain[0]))) * 180 / Math.PI
  if (plain === null && angle === null) return []
  const times = plain === null ? 0 : plain.kl / maxKl
  return [
    make('dt', { textContent: 'plain gradient' }),
    ...angle === null ? [] : [row('angle between', `${short(angle, 2)}°`)],
    ...plain === null ? [] : [
      times > 1 ? row('KL, as long', `${short(times, 2)} δ`, 'limit')
        : row('KL, as long', `${short(plain.kl)} ≤ δ`, 'fine'),
      row('gain of L', signed(plain.gain)),
      ...plain.return === null ? [] : [row('return', short(plain.return))],
    ],
  ]
}

function row(name: string, value: string, className: string = ''): HTMLElement {
  return make('dd', { className }, `${name} `, make('b', { textContent: value }))
}
