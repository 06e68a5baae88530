/**
 * Words of strangers on a terminal: names of files and environments, text of policy files, messages of other
 * code. A terminal obeys some characters, and a newline in a name looks like a line of our own.
 */
import { quoted, visible } from '../../errors/visible.ts'

/** Names up to this length are shown whole; a path may be longer than that. */
const NAME = 60, PATH = 1024

/** A name as it is if it is short and harmless, else in quotes, escaped and shortened. */
export function shown(name: string): string {
  return name !== '' && name.length <= NAME && visible(name, NAME) === name ? name : quoted(name)
}

/** A file's path: whole, since it must be found again, with harmful characters escaped. */
export function shownPath(path: string): string {
  return path === '' ? '""' : visible(path, PATH)
}

/** A message of several lines: line breaks stay, everything else that a terminal obeys is escaped. */
export function shownLines(message: string): string {
  return message.split('\n').map((line) => visible(line, 2000)).join('\n')
}
