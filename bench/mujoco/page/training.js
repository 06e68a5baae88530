/**
 * One training in a worker of its own: its records, and whether it runs.
 */

/** `changed` is called after every record and change of `state`. */
export function startTraining(task, seed, changed) {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' })
  const training = {
    task, seed, records: [], problem: '',
    /** 'loading', 'running', 'paused', 'finished' or 'failed'. */
    state: 'loading',
    pause(isPaused) {
      if (!['running', 'paused'].includes(training.state)) return
      worker.postMessage({ isPaused })
      become(isPaused ? 'paused' : 'running')
    },
    end: () => worker.terminate(),
  }

  function become(state, problem = '') {
    Object.assign(training, { state, problem })
    changed()
  }

  worker.onmessage = ({ data: { isReady, record, isFinished, problem } }) => {
    if (isReady) {
      worker.postMessage({ task, seed })
      become('running')
    } else if (record !== undefined) {
      training.records.push(record)
      changed()
    } else become(isFinished ? 'finished' : 'failed', problem)
  }
  worker.onerror = ({ message }) => become('failed', message ?? 'the worker\'s file cannot be loaded')
  return training
}
