/**
 * Where a file is written: the file that a path leads to, its permissions and owner, and a name beside it for
 * the bytes that will take its place. Links are followed as the system does, also those to files that do not
 * exist yet.
 */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { basename, dirname, isAbsolute, join, sep } from 'node:path'
import { UsageError } from '../cli/failure.ts'
import { codeOf, type Disk } from './disk.ts'
import { shownPath } from '../show/text.ts'

export interface Target {
  /** As it was given if it is no link, else where the link leads. */
  readonly path: string
  /** Of the file that is there; null if there is none. */
  readonly present: { readonly mode: number; readonly uid: number; readonly gid: number } | null
}

/** Throws a UsageError if a directory or a device is there: renaming a file to its name would delete it. */
export function targetOf(path: string, disk: Disk): Target {
  const led = followed(path, disk)
  const real = led === join(disk.realpathSync(dirname(path)), basename(path)) ? path : led
  const stat = disk.statSync(real)
  if (stat === undefined) return { path: real, present: null }
  expectFile(path, stat)
  return { path: real, present: { mode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid } }
}

export function expectFile(path: string, stat: { isFile(): boolean }): void {
  if (!stat.isFile()) throw new UsageError(`${shownPath(path)}: expected a file, got a directory or device`)
}

/** The path of the file that `path` leads to. The file need not exist, its directory must. */
function followed(path: string, disk: Disk): string {
  for (let at = path; ;) {
    try {
      // The other realpath of Node takes `link/..` for the directory that holds the link.
      return disk.realpathSync(at)
    } catch (error) {
      const isNew = codeOf(error) === 'ENOENT' && at !== '' && !at.endsWith(sep)
      if (!isNew) throw error
    }
    const directory = disk.realpathSync(dirname(at))
    const last = join(directory, basename(at))
    const link = linkAt(last, disk)
    if (link === null) return last
    // A loop of links never comes here: realpath refuses it.
    at = isAbsolute(link) ? link : `${directory}${sep}${link}`
  }
}

/** Where the link leads; null if there is none. A link that cannot be read must not be replaced by a file. */
function linkAt(path: string, disk: Disk): string | null {
  try {
    return disk.readlinkSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return null
    throw error
  }
}

/** Names of more bytes lose their end to the suffix, and are then no longer than before. */
const SHORT = 100

/**
 * A new name in the same directory, hence on the same disk: only there a rename is atomic. Not too long for
 * the system if the file's name is not; limits count bytes.
 */
export function temporaryName(path: string): string {
  const suffix = `.${randomBytes(4).toString('hex')}.tmp`
  let name = basename(path)
  const bytes = Buffer.byteLength(name)
  if (bytes > SHORT) {
    while (Buffer.byteLength(name) > bytes - suffix.length) name = [...name].slice(0, -1).join('')
  }
  return join(dirname(path), name + suffix)
}
