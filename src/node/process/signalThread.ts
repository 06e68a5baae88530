/**
 * Signals received by a thread of their own. JavaScript runs no handler while it computes: in a loop without
 * end, a world's `step` for example, the main thread sees no signal at all, and Node's own handler has taken
 * the place of the system's, which would have ended the process. This thread only waits. It writes the first
 * signal to memory that the main thread looks at. At the second one it gives the signals back to the system
 * and sends that signal again, which ends the process whatever the main thread does.
 * But: Node has no public way to this, `process.on` receives signals in the main thread only. The thread uses
 * the class beneath `process.on`, as Node's own tests load it (tried with Node 20 to 26). Hosts that do not
 * offer it have no such thread: Deno, Bun, and Node under its permission model.
 */
import { isMainThread, Worker } from 'node:worker_threads'
import { setTimeout } from 'node:timers/promises'

export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type Signal = typeof signals[number]

/**
 * Milliseconds in which a second signal is the same key press: npm and npx pass Ctrl-C on to their child,
 * which the terminal has sent it already.
 */
export const SAME_PRESS = 100

export interface SignalThread {
  /** The first signal that came, or null. May be asked at any time, also in a loop. */
  readonly signal: Signal | null
  /** End the thread: the next signal does what it does to any process. */
  close(): Promise<void>
}

/** Milliseconds after which a second signal that did not end the process is followed by SIGKILL. */
const PATIENCE = 1000
/** Milliseconds for the thread to start; measured: 20 to 90. */
const START = 3000

/** The code of the thread. The Signal of an event loop receives what the handler of the process notes. */
const code = `
const { parentPort, workerData } = require('node:worker_threads')
const { constants } = require('node:os')
const { Signal } = require('internal/test/binding').internalBinding('signal_wrap')
const listeners = []
let first = -Infinity
function receive(name, index) {
  if (first === -Infinity) {
    first = performance.now()
    Atomics.store(workerData, 0, index + 1)
  } else if (performance.now() - first >= ${SAME_PRESS}) {
    for (const listener of listeners) listener.close()
    process.kill(process.pid, name)
    // Somebody else in this process has a handler, too.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${PATIENCE})
  }
}
${JSON.stringify(signals)}.forEach((name, index) => {
  const listener = new Signal()
  listener.onsignal = () => receive(name, index)
  listener.start(constants.signals[name])
  listeners.push(listener)
})
parentPort.postMessage('ready')
`

/** Start the thread; null if this host has none. */
export async function startSignalThread(): Promise<SignalThread | null> {
  if (!isMainThread) return null
  // Index of the signal in the list, from 1; 0 before it came.
  const noted = new Int32Array(new SharedArrayBuffer(4))
  let thread: Worker
  try {
    thread = new Worker(code, {
      eval: true, workerData: noted,
      // The class is not public, and loading it warns of that.
      execArgv: ['--expose-internals', '--no-warnings'],
      resourceLimits: {
        maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 16, stackSizeMb: 1,
      },
    })
  } catch {
    return null
  }
  const ready = await Promise.race([
    new Promise<boolean>((resolve) => {
      thread.once('message', () => resolve(true))
      thread.once('error', () => resolve(false))
      thread.once('exit', () => resolve(false))
    }),
    setTimeout(START, undefined, { ref: false }).then(() => false),
  ])
  if (!ready) {
    await thread.terminate()
    return null
  }
  thread.unref()
  return {
    get signal() { return signals[Atomics.load(noted, 0) - 1] ?? null },
    async close() { await thread.terminate() },
  }
}
