/**
 * What a disk may hold after a power failure, as POSIX allows it: bytes and names that were not synced may be
 * there or not, in any combination. The calls of a write are noted as they are made; for the moment after
 * each of them, every state that the disk may then be in is put together.
 * Pillai et al. 2014, All File Systems Are Not Created Equal, section 2.
 */
import {
  closeSync, ftruncateSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync,
} from 'node:fs'
import { type Disk, realDisk } from '../../src/node/disk/disk.ts'

/** Bytes by name. */
export type State = ReadonlyMap<string, Uint8Array>

interface Contents {
  /** Synced. */
  durable: Uint8Array
  /** What may be there instead: everything that it has been since. */
  possible: Uint8Array[]
}

type Change = (names: Map<string, Contents>) => void

export interface Watched {
  readonly disk: Disk
  /** After every call: its name, and all states that a power failure at that moment may leave. */
  readonly moments: { readonly call: string; readonly states: readonly State[] }[]
}

/** Watches one folder that has the file `x` or none; nothing in it is waiting to be synced. */
export function watchedDisk(folder: string, before: Uint8Array | null, refusal: string | null): Watched {
  const names = new Map<string, Contents>()
  if (before !== null) names.set('x', { durable: before, possible: [] })
  const now = new Map(names)
  let pending: Change[] = []
  const open = new Map<number, string>()
  const moments: Watched['moments'] = []

  const change = (each: Change): void => {
    each(now)
    pending.push(each)
  }
  const note = (call: string): void => { moments.push({ call, states: statesOf(names, pending) }) }
  const changed = (name: string): void => {
    now.get(name)!.possible.push(Uint8Array.from(readFileSync(`${folder}/${name}`)))
  }
  const last = (path: string): string => path.split('/').at(-1)!

  const disk: Disk = {
    ...realDisk,
    openSync: (path, flags, mode) => {
      const file = openSync(path, flags, mode), name = last(path)
      open.set(file, name)
      if (flags === 'wx') {
        const contents: Contents = { durable: new Uint8Array(0), possible: [] }
        change((map) => { map.set(name, contents) })
      }
      note(`open ${flags}`)
      return file
    },
    writeSync: (file, bytes) => {
      const written = writeSync(file, bytes.subarray(0, 30))
      changed(open.get(file)!)
      note('write')
      return written
    },
    ftruncateSync: (file, length) => {
      ftruncateSync(file, length)
      changed(open.get(file)!)
      note('truncate')
    },
    fsyncSync: (file) => {
      const name = open.get(file)!
      if (statSync(`${folder}/${name}`, { throwIfNoEntry: false })?.isFile() === true) {
        const contents = now.get(name)!
        contents.durable = contents.possible.at(-1) ?? contents.durable
        contents.possible = []
      } else {
        for (const each of pending) each(names)
        pending = []
      }
      note('sync')
    },
    closeSync,
    renameSync: (from, to) => {
      if (refusal !== null) throw Object.assign(new Error(`${refusal}: refused, rename`), { code: refusal })
      renameSync(from, to)
      const contents = now.get(last(from))!
      change((map) => {
        map.delete(last(from))
        map.set(last(to), contents)
      })
      note('rename')
    },
    unlinkSync: (path) => {
      unlinkSync(path)
      change((map) => { map.delete(last(path)) })
      note('unlink')
    },
  }
  return { disk, moments }
}

/** Every choice of pending changes, in their order, with every choice of contents. */
function statesOf(names: ReadonlyMap<string, Contents>, pending: readonly Change[]): State[] {
  const states: State[] = []
  for (let chosen = 0; chosen < 1 << pending.length; chosen++) {
    const map = new Map(names)
    pending.forEach((each, i) => { if (chosen >> i & 1) each(map) })
    let some: Map<string, Uint8Array>[] = [new Map()]
    for (const [name, { durable, possible }] of map) {
      some = some.flatMap((state) =>
        [durable, ...possible].map((bytes) => new Map(state).set(name, bytes)))
    }
    states.push(...some)
  }
  return states
}
