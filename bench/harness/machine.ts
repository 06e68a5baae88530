/** Engine and processor, for the head of every table. */
import { cpus } from 'node:os'
import process from 'node:process'

export function machine(): string {
  const { version, platform, arch } = process
  return `node ${version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${platform} ${arch}`
}
