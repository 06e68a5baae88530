/** One timer: setting it anew forgets what was set before. */
declare function setTimeout(call: () => void, milliseconds: number): unknown
declare function clearTimeout(timer: unknown): void

export interface Alarm {
  set(milliseconds: number, call: () => void): void
  clear(): void
}

export function createAlarm(): Alarm {
  let timer: unknown = null
  return {
    set(milliseconds, call) {
      clearTimeout(timer)
      timer = setTimeout(call, milliseconds)
    },
    clear: () => clearTimeout(timer),
  }
}
