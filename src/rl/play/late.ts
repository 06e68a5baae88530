/**
 * Answers that come later: a world behind a socket, a worker or a game's clock returns promises. What plays
 * in worlds is a generator, its *body*: it asks all environments of a timestep, yields the answers that are
 * late, and is resumed once all have arrived. Two drivers run a body: one refuses late answers, the other
 * awaits them. If no answer is late, nothing is yielded, and both do the same.
 */
import { read } from '../../errors/kinds.ts'
import { EnvError } from './envError.ts'

/** An answer that an environment owes, and what is done with it. */
export interface Late {
  readonly env: number
  readonly step: number
  /** What was called, and where it stands in an error: *episode 3: step()*. */
  readonly call: string
  readonly promise: PromiseLike<unknown>
  readonly take: (answer: unknown) => void
}

/** A body that yields nothing but late answers, and is resumed with what arrived, in the same order. */
export type Waiting<T> = Generator<readonly Late[], T, readonly unknown[]>
/** A body that yields records of type R besides. */
export type Body<R extends object, T> = Generator<R | readonly Late[], T, readonly unknown[]>

/** Of `AbortSignal`, what is used of it here. */
export interface StopSignal {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

const NONE: readonly unknown[] = []

/** Whether `answer` is a promise, or has a `then`. */
export function isLate(answer: unknown): answer is PromiseLike<unknown> {
  return typeof read(answer, 'then') === 'function'
}

/** Pause until all have arrived; each is taken in the order of `late`. */
export function* arrive(late: readonly Late[]): Waiting<void> {
  const answers = yield late
  for (let i = 0; i < late.length; i++) late[i].take(answers[i])
}

/** One answer, which may be late; `call` is where it stands in an error. */
export function* soon(answer: unknown, call: string): Waiting<unknown> {
  if (!isLate(answer)) return answer
  let got: unknown
  yield* arrive([{ env: 0, step: 0, call, promise: answer, take: (arrived) => { got = arrived } }])
  return got
}

/** Run a body to its end, refusing late answers; `instead` names the function that awaits them. */
export function atOnce<T>(body: Waiting<T>, instead: string): T {
  let next = body.next(NONE)
  while (next.done !== true) next = refuse(body, next.value, instead)
  return next.value
}

/** A body's records, refusing late answers. */
export function* refusing<R extends object, T>(body: Body<R, T>, instead: string): Generator<R, T, void> {
  try {
    for (let next = body.next(NONE); ;) {
      if (next.done === true) return next.value
      if (isList(next.value)) {
        next = refuse(body, next.value, instead)
        continue
      }
      try {
        yield next.value
      } catch (error) {
        next = body.throw(error)
        continue
      }
      next = body.next(NONE)
    }
  } finally {
    // If the caller left the loop.
    let left = body.return(undefined as never)
    while (left.done !== true) left = refuse(body, left.value as readonly Late[], instead)
  }
}

/** Run a body to its end, awaiting late answers. */
export async function later<T>(body: Waiting<T>): Promise<T> {
  let next = body.next(NONE)
  while (next.done !== true) next = await settle(body, next.value, neverStops)
  return next.value
}

/**
 * A body's records, awaiting late answers. If the signal is aborted, its reason is thrown: at once while
 * answers are awaited, else at the next record.
 */
export async function* awaiting<R extends object, T>(
  body: Body<R, T>, signal: StopSignal | undefined,
): AsyncGenerator<R, T, void> {
  const stop = signal === undefined ? neverStops : listenTo(signal)
  try {
    for (let next = stop.aborted() ? body.throw(signal!.reason) : body.next(NONE); ;) {
      if (next.done === true) return next.value
      if (isList(next.value)) {
        next = await settle(body, next.value, stop)
        continue
      }
      try {
        yield next.value
        if (signal?.aborted) throw signal.reason
      } catch (error) {
        next = body.throw(error)
        continue
      }
      next = body.next(NONE)
    }
  } finally {
    stop.close()
    let left = body.return(undefined as never)
    while (left.done !== true) left = await settle(body, left.value as readonly Late[], neverStops)
  }
}

function isList<R extends object>(value: R | readonly Late[]): value is readonly Late[] {
  return Array.isArray(value)
}

/** An EnvError is thrown into the body; but what `close` returns is nothing to wait for. */
function refuse<R extends object, T>(
  body: Body<R, T>, late: readonly Late[], instead: string,
): IteratorResult<R | readonly Late[], T> {
  for (const { promise } of late) promise.then(undefined, () => {})
  const [{ env, step, call }] = late
  if (call === CLOSE) return body.next(late.map(() => undefined))
  const problem = `${call}: expected a result at once, got a Promise; ${instead} awaits it`
  return body.throw(new Refusal(env, step, problem))
}

/** The EnvError of a driver that awaits nothing. */
class Refusal extends EnvError {}

export function isRefusal(error: unknown): boolean {
  return error instanceof Refusal
}

/** The `call` of answers that a driver may leave behind. */
export const CLOSE = 'close()'

/** Await all, and resume the body; what is rejected or aborted meanwhile is thrown into it. */
async function settle<R extends object, T>(
  body: Body<R, T>, late: readonly Late[], stop: Stop,
): Promise<IteratorResult<R | readonly Late[], T>> {
  // After an abort nothing waits for a world that may never answer.
  const leave = stop.aborted() && late[0].call === CLOSE
  let answers: readonly unknown[]
  try {
    const all = Promise.all(late.map(({ promise }) => promise))
    if (leave) all.catch(() => {})
    answers = leave ? late.map(() => undefined) : await stop.during(all)
  } catch (error) {
    return body.throw(error)
  }
  return body.next(answers)
}

/** Something that may end a wait. */
interface Stop {
  aborted(): boolean
  /** `work`, or the reason of an abort, thrown as soon as it comes. */
  during<T>(work: Promise<T>): Promise<T>
  close(): void
}

const neverStops: Stop = { aborted: () => false, during: (work) => work, close: () => {} }

function listenTo(signal: StopSignal): Stop {
  // One listener for the whole run: a promise that every wait raced against would keep all of them.
  let interrupt: (reason: unknown) => void = () => {}
  const listener = (): void => interrupt(signal.reason)
  signal.addEventListener('abort', listener)
  return {
    aborted: () => signal.aborted,
    during: (work) => new Promise((resolve, reject) => {
      if (signal.aborted) reject(signal.reason)
      interrupt = reject
      work.then(resolve, reject)
    }),
    close: () => signal.removeEventListener('abort', listener),
  }
}
