/**
 * Who holds a lock, written so that it can be judged later whether that process still runs: its number, the
 * moment when it started as Linux counts it, and the host, boot and PID namespace in which the number means
 * anything. A number alone proves nothing: another process may have it by now.
 * But: of a process on another host, or in another container, only the age of the lock is known. Outside of
 * Linux a number that is in use again passes for its first owner, unless the machine was started since.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import process from 'node:process'

export interface Owner {
  readonly pid: number
  /** When the process started, in clock ticks since the boot; '' if the system does not say. */
  readonly started: string
  readonly host: string
  /** Of the boot and of the PID namespace; '' if the system does not say. */
  readonly boot: string
  readonly namespace: string
  /** When the lock was taken, as ISO 8601. */
  readonly date: string
  /** Makes every lock another one. */
  readonly nonce: string
}

export function thisProcess(nonce: string): Owner {
  return {
    pid: process.pid, started: startOf(process.pid) ?? '', host: hostname(),
    boot: contents('/proc/sys/kernel/random/boot_id') ?? '', namespace: namespace(),
    date: new Date().toISOString(), nonce,
  }
}

/** An owner from the text of its lock; null if the text is none. */
export function ownerIn(text: string): Owner | null {
  try {
    const { pid, started, host, boot, namespace, date, nonce } = JSON.parse(text) as Owner
    const isOwner = Number.isSafeInteger(pid) && pid > 0
      && [started, host, boot, namespace, date, nonce].every((each) => typeof each === 'string')
    return isOwner ? { pid, started, host, boot, namespace, date, nonce } : null
  } catch {
    return null
  }
}

/** Whether the process that wrote this runs no more; null if that cannot be known from here. */
export function isGone(owner: Owner): boolean | null {
  const here = thisProcess('')
  if (owner.host !== here.host || owner.namespace !== here.namespace) return null
  if (owner.boot !== here.boot) return true
  // For systems that number no boots; a minute for clocks that were set meanwhile.
  if (Date.parse(owner.date) < Date.now() - (uptime() + 60) * 1000) return true
  if (!isRunning(owner.pid)) return true
  const started = startOf(owner.pid)
  return owner.started !== '' && started !== null && started !== owner.started
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: somebody else's process.
    return (error as { readonly code?: string }).code !== 'ESRCH'
  }
}

/** Field 22 of /proc/PID/stat; the second, the name in parentheses, may contain anything. */
function startOf(pid: number): string | null {
  const stat = contents(`/proc/${pid}/stat`)
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function contents(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}
