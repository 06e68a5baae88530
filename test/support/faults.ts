/**
 * Every call of a write, and of its rehearsal, failing in every way, in every situation of the file. Asked
 * each time: is the old file there or the new one, whole, or the new bytes under a name that the error says?
 * Does the error say the truth, is there no other file, is every descriptor closed?
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../src/node/cli/failure.ts'
import { expectWritable, MisplacedError, writeWhole } from '../../src/node/files.ts'
import { CODES, type Fault, type Faulty, faultyDisk, KINDS, MOMENTS } from './faultyDisk.ts'

const OLD = Uint8Array.from({ length: 50 }, (_, i) => i)
const NEW = Uint8Array.from({ length: 70 }, (_, i) => 255 - i)

interface Situation {
  readonly name: string
  /** The path that is written to: a link or the file. */
  readonly path: 'x' | 'link'
  /** The file's bytes before. */
  readonly before: Uint8Array | null
  /** The error of a rename to the file, besides the fault; null if it can be replaced. */
  readonly refusal: string | null
}

const SITUATIONS: readonly Situation[] = [
  { name: 'no file', path: 'x', before: null, refusal: null },
  { name: 'a file', path: 'x', before: OLD, refusal: null },
  { name: 'a link to a file', path: 'link', before: OLD, refusal: null },
  { name: 'a link to nothing', path: 'link', before: null, refusal: null },
  ...['EBUSY', 'EPERM', 'EACCES', 'EXDEV'].map((refusal): Situation =>
    ({ name: `a file that cannot be replaced (${refusal})`, path: 'x', before: OLD, refusal })),
]

export interface Injected {
  /** Faults injected: situation, act, call, kind, moment. */
  readonly injected: number
  /** How often the error was reported, and how often the file was written nevertheless. */
  readonly reported: number
  readonly written: number
  /** Words on each fault that was not survived. */
  readonly lost: readonly string[]
}

/** All faults, in a folder that is made and removed. `act` is `write` unless the rehearsal is wanted. */
export function injectFaults(folder: string, act: 'write' | 'rehearse'): Injected {
  const lost: string[] = []
  let injected = 0, reported = 0, written = 0
  for (const situation of SITUATIONS) {
    const { calls } = attempt(folder, situation, act, null)
    for (let call = 0; call < calls.length; call++) {
      for (const kind of KINDS) {
        for (const moment of MOMENTS) {
          const isError = (CODES as readonly string[]).includes(kind)
          if (!isError && (calls[call] !== 'write' || moment === 'after')) continue
          injected++
          const fault: Fault = { call, kind, moment }
          const result = attempt(folder, situation, act, fault)
          if (result.error === null) written++
          else reported++
          const problem = (act === 'write' ? lossOf : traceOf)(result, situation, fault)
          if (problem === null) continue
          const words = `${situation.name}, ${calls.slice(0, call + 1).join(' ')}: ${kind} ${moment}`
          lost.push(`${words}: ${problem} (${result.error?.message})`)
        }
      }
    }
  }
  return { injected, reported, written, lost }
}

interface Result extends Pick<Faulty, 'calls' | 'open'> {
  readonly error: Error | null
  /** Contents by name, without the link. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

function attempt(
  folder: string, situation: Situation, act: 'write' | 'rehearse', fault: Fault | null,
): Result {
  const { path, before, refusal } = situation
  mkdirSync(folder)
  try {
    if (before !== null) writeFileSync(`${folder}/x`, before)
    if (path === 'link') symlinkSync('x', `${folder}/link`)
    const { disk, calls, open } = faultyDisk(fault, refusal, `${folder}/x`)
    let error: Error | null = null
    try {
      if (act === 'write') writeWhole(`${folder}/${path}`, NEW, disk)
      else expectWritable(`${folder}/${path}`, disk)
    } catch (thrown) {
      error = thrown as Error
    }
    const names = readdirSync(folder).filter((name) => name !== 'link')
    const files = new Map(names.map((name) => [name, readFileSync(`${folder}/${name}`)]))
    return { calls, open, error, files }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What is wrong after a write that met a fault, or null. */
function lossOf(
  { calls, open, error, files }: Result, { before, refusal }: Situation, fault: Fault,
): string | null {
  const general = errorProblem(error, open)
  if (general !== null) return general
  const place = files.get('x') ?? null
  const isNew = same(place, NEW), isOld = same(place, before)
  const copies = [...files.keys()].filter((name) => name !== 'x')
  if (error === null && !isNew) return 'reported as written, and is not there'
  if (error instanceof MisplacedError) {
    const copy = files.get(error.copy.split('/').at(-1)!) ?? null
    // A rename that was done, on a disk that then says nothing more, has left the new file in its place.
    const isElsewhere = isNew && fault.moment === 'from then on'
    if (!same(copy, NEW) && !isElsewhere) return 'the copy does not have the new bytes'
    if (!isOld && !isNew && refusal === null && !overwrites(fault)) return 'the old file is damaged'
  } else if (!isOld && !isNew) return 'neither the old file nor the new one is whole'
  else if (error !== null && isNew && !/may be in place|is in place/.test(error.message)) {
    return 'written, and the error does not say so'
  }
  // A copy that could not be removed after a write that went well is whole.
  return copies.map((name) => {
    if (error?.message.includes(name)) return null
    const removal = calls.slice(fault.call).includes('unlink')
    return error === null && removal && same(files.get(name)!, NEW) ? null : `${name} is left without a word`
  }).find((problem) => problem !== null) ?? null
}

/** What is wrong after a rehearsal that met a fault, or null: the file as before, and nothing else. */
function traceOf(
  { calls, open, error, files }: Result, { before }: Situation, fault: Fault,
): string | null {
  const general = errorProblem(error, open)
  if (general !== null) return general
  const wouldOverwrite = before !== null && calls[fault.call] === 'rename' && overwrites(fault)
  if (wouldOverwrite && fault.moment === 'before' && error !== null) return 'refused, and a write would work'
  if (!same(files.get('x') ?? null, before)) return 'the file is not as before'
  const left = [...files.keys()].find((name) => name !== 'x' && error?.message.includes(name) !== true)
  return left === undefined ? null : `${left} is left without a word`
}

function errorProblem(error: Error | null, open: ReadonlySet<number>): string | null {
  if (error !== null && !(error instanceof UsageError && !error.message.includes('\n'))) {
    return `no UsageError of one line: ${error.stack}`
  }
  return open.size > 0 ? 'a descriptor is left open' : null
}

/** A fault with which a rename makes the file be overwritten. */
function overwrites({ kind }: Fault): boolean {
  return ['EBUSY', 'EPERM', 'EACCES'].includes(kind)
}

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
