/**
 * The worker: the page's own program once more, from its file or, in the page of one file, from its text.
 * A classic worker from a Blob is the one kind that every browser starts for a page from a disk.
 */
import type { StartWorker } from '../protocol.ts'

export const startWorker: StartWorker = (hear) => {
  // The page's only script.
  const { src, text } = document.scripts[0]
  const url = src === '' ? URL.createObjectURL(new Blob([text], { type: 'text/javascript' })) : src
  const worker = new Worker(url)
  let run = 0
  worker.onmessage = ({ data }) => hear(data)
  worker.onerror = (event) => {
    event.preventDefault()
    const why = event.message === undefined ? 'its program could not be loaded' : event.message
    hear({ kind: 'refused', run, problems: [`the worker stopped: ${why}`] })
  }
  return {
    post(order) {
      run = order.run
      worker.postMessage(order)
    },
    end() {
      worker.terminate()
      if (src === '') URL.revokeObjectURL(url)
    },
  }
}
