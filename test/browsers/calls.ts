/**
 * Calls to a browser, numbered and answered in any order, as the Chrome DevTools Protocol and WebDriver BiDi
 * both do: {id, method, params} → {id, result} or {id, error}; without an id it is an event. Each wait ends.
 */
import { clearTimeout, setTimeout } from 'node:timers'

/** Seconds that one call may take, on a loaded machine. */
const LIMIT = 60

export interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, any>>
  readonly result?: any
  readonly error?: unknown
  readonly message?: string
  readonly sessionId?: string
}

export interface Calls {
  /** `more` stands beside method and params: Chromium's session. */
  call(method: string, params?: object, more?: object): Promise<any>
  /** An answer or event that has come. */
  take(text: string): void
  /** Resolves with the next event that `wanted` accepts. */
  next(wanted: (event: Message) => boolean, what: string): Promise<Message>
}

/** `gone` settles when the browser has ended: all that waits then fails. */
export function createCalls(
  send: (text: string) => void, event: (event: Message) => void, gone: Promise<unknown>,
): Calls {
  let last = 0
  const waiting = new Map<number, (answer: Message) => void>()
  const watching = new Set<(event: Message) => void>()
  const gives = gone.then(() => { throw new Error('the browser has ended') })
  gives.catch(() => {})
  return {
    call: async (method, params = {}, more = {}) => {
      const id = ++last
      const answered = new Promise<Message>((done) => { waiting.set(id, done) })
      send(JSON.stringify({ id, method, params, ...more }))
      const { result, error, message } = await within(LIMIT, method, Promise.race([answered, gives]))
      if (error !== undefined) throw new Error(`${method}: ${message ?? JSON.stringify(error)}`)
      return result
    },
    take: (text) => {
      const message = JSON.parse(text) as Message
      if (message.id === undefined) {
        event(message)
        for (const watch of watching) watch(message)
      } else {
        waiting.get(message.id)?.(message)
        waiting.delete(message.id)
      }
    },
    next: async (wanted, what) => {
      let watch: (event: Message) => void
      const seen = new Promise<Message>((done) => {
        watch = (event) => { if (wanted(event)) done(event) }
        watching.add(watch)
      })
      try {
        return await within(LIMIT, what, Promise.race([seen, gives]))
      } finally {
        watching.delete(watch!)
      }
    },
  }
}

/** What `promise` resolves with, or an error after so many seconds. */
export async function within<T>(seconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: object
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: not within ${seconds} s`)), 1000 * seconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer!)
  }
}
