/**
 * The program of a thread that is one rank of a training: it follows orders, one iteration each, so that all
 * ranks stay in step, and reports what became of each. Rank 0 sends the records.
 * But: between two iterations it waits for orders only; a module's own timers run then.
 */
import { workerData } from 'node:worker_threads'
import { environments } from '../../envs/index.ts'
import { messageOf, read } from '../../errors/kinds.ts'
import { decodePolicy, encodePolicy } from '../../io/policyFile.ts'
import { decodeValue, encodeValue } from '../../io/valueFile.ts'
import { createThreads } from '../../parallel/threads.ts'
import { createStop } from '../../rl/play/stop.ts'
import { textOf } from '../../rl/play/guard.ts'
import { trainAsync } from '../../trpo/train.ts'
import type { Iteration } from '../../trpo/train.ts'
import { clock } from '../clock.ts'
import { findEnvironment, makerOf } from '../environments.ts'
import { UsageError } from '../cli/failure.ts'
import { withModule } from '../worlds/load.ts'
import { noted, notedCommunicator } from './noted.ts'
import { answersIn, type Order, type PlainError, type Report, type Task } from './orders.ts'

await work(workerData as Task)

async function work(task: Task): Promise<void> {
  const { rank, size, port, places, word, options, policy, value } = task
  const report = (message: Report): void => port.postMessage(message)
  const stop = createStop(), orders = ordersOf(task, () => stop.abort(new Error('stopped')))
  let own = true
  try {
    const threads = createThreads(task.memory, rank, size, { patience: Infinity, spin: task.spin })
    const communicator = notedCommunicator(threads, task, () => { own = false })
    const table = await withModule({ environment: word, quiet: true, problems: [] }, environments)
    const environment = findEnvironment(word, table)
    if (typeof environment === 'string') throw new UsageError(environment)
    const { envCount = 1, sampling } = { ...options, ...options.resume?.options }
    const before = sampling === 'vine' ? 0 : Math.floor((options.resume?.steps ?? 0) / envCount)
    const makeEnv = noted(makerOf(environment), task, rank * envCount / size, before)
    const iterations = trainAsync(makeEnv, {
      ...options, communicator, signal: stop.signal,
      ...task.isTimed ? { clock } : {},
      ...policy === null ? {} : { policy: decodePolicy(policy) },
      ...value === null ? {} : { value: decodeValue(value) },
    })
    let last: Iteration | null = null
    for (;;) {
      const order = await orders()
      if (order === 'snapshot') {
        const answer = snapshotOf(last!)
        // The other ranks wait for this one's part.
        if (answer.kind === 'no snapshot') communicator.abort(answer.error.message)
        if (rank > 0) continue
        report(answer)
        Atomics.add(places, answersIn(places), 1)
        Atomics.notify(places, answersIn(places))
        continue
      }
      if (order !== 'go') {
        await iterations.return(undefined as never)
        break
      }
      const next = await iterations.next()
      if (next.done === true) break
      last = next.value
      report(rank > 0 ? { kind: 'turn' } : recordOf(last))
    }
    report({ kind: 'over' })
  } catch (error) {
    report({ kind: 'error', error: plain(error), own: own && !stop.signal.aborted })
  } finally {
    port.close()
  }
}

function recordOf({ policy, value, snapshot: _snapshot, ...record }: Iteration): Report {
  return { kind: 'record', record, policy: encodePolicy(policy), value: encodeValue(value) }
}

function snapshotOf(iteration: Iteration): Report {
  try {
    return { kind: 'snapshot', snapshot: iteration.snapshot() }
  } catch (error) {
    return { kind: 'no snapshot', error: plain(error) }
  }
}

function plain(error: unknown): PlainError {
  const number = (name: string): number => Number(read(error, name) ?? 0)
  return {
    name: String(read(error, 'name')), message: messageOf(error) ?? textOf(error),
    env: number('env'), step: number('step'),
  }
}

/** Each call awaits the next order; `abort` comes at once, also while another order is followed. */
function ordersOf({ port }: Task, abort: () => void): () => Promise<Order> {
  const waiting: Order[] = []
  let take: ((order: Order) => void) | null = null
  port.on('message', (message) => {
    const order = message as Order
    if (order === 'abort') abort()
    if (take === null) waiting.push(order)
    else take(order)
    take = null
  })
  return () => new Promise((resolve) => {
    if (waiting.length > 0) resolve(waiting.shift()!)
    else take = resolve
  })
}
