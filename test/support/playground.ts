/**
 * The playground's worker in this thread: orders and reports are copied, and arrive later, as between
 * threads.
 */
import type { Order, Report, StartWorker, WorkerHandle } from '../../docs/playground/protocol.ts'
import type { Session } from '../../docs/playground/session.ts'
import { createTrainings } from '../../docs/playground/worker/trainings.ts'

declare function structuredClone<T>(value: T): T
declare function setTimeout(call: () => void, milliseconds: number): unknown

export const turn = (milliseconds: number = 0): Promise<void> =>
  new Promise((resolve) => { setTimeout(resolve, milliseconds) })

export const startHere: StartWorker = (hear) => startIn(hear, async () => true)

/** The same in a place where programs may reach a network, or may not. */
export const startIn = (
  hear: (report: Report) => void, isIsolated: () => Promise<boolean>,
): WorkerHandle => {
  let ended = false, run = 0
  const post = (report: Report): void => {
    const copy = structuredClone(report)
    void turn().then(() => { if (!ended) hear(copy) })
  }
  const obey = createTrainings({ post, now: () => Date.now(), turn: () => turn(), isIsolated })
  return {
    post(order: Order) {
      run = order.run
      const copy = structuredClone(order)
      void turn().then(() => { if (!ended) obey(copy) })
    },
    end() {
      ended = true
      obey({ kind: 'allow', run, until: 0 })
    },
  }
}

/** Resolves when the session is as it should be; rejects if it is not so within ten seconds. */
export async function until(session: Session, isSo: (session: Session) => boolean): Promise<void> {
  for (const start = Date.now(); !isSo(session);) {
    if (Date.now() - start > 10_000) {
      const { state, message, records } = session
      throw new Error(`${state} ${message} after ${records.length} records, which was not expected: ${isSo}`)
    }
    await turn(1)
  }
}
