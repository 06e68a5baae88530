/**
 * The version of the package, from the one place that states it.
 */
import { readFileSync } from 'node:fs'
import { URL } from 'node:url'

export function version(): string {
  const { url } = import.meta as unknown as { readonly url: string }
  return JSON.parse(readFileSync(new URL('../../package.json', url), 'utf8')).version
}
