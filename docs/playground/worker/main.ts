/**
 * The worker's program in its host: a classic worker, from a file or from a Blob.
 * A turn is a message through a channel: it comes after the orders that wait, and unlike a timer's, its delay
 * does not grow.
 */
import type { Order, Report } from '../protocol.ts'
import { createTrainings } from './trainings.ts'

/** What a worker's global object has; the compiler's own list of it excludes that of a page. */
interface WorkerScope {
  onmessage: ((event: { readonly data: Order }) => void) | null
  postMessage(report: Report): void
}

export function startProgram(): void {
  const scope = globalThis as unknown as WorkerScope
  const { port1, port2 } = new MessageChannel()

  const obey = createTrainings({
    post: (report) => scope.postMessage(report),
    now: () => performance.now(),
    turn: () => new Promise((resolve) => {
      port1.onmessage = () => resolve()
      port2.postMessage(null)
    }),
    // A Blob has the policy of its page, the one file. A file has the policy that the server sends with it.
    isIsolated: async () => location.protocol === 'blob:' || fetch('data:,').then(() => false, () => true),
  })
  scope.onmessage = ({ data }) => obey(data)
}
