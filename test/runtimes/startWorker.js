/** For a page: starts the relay in a module worker, and posts an error of that worker. */
const worker = new Worker('./relay.js', { type: 'module' })
worker.onerror = ({ message }) => fetch('/finding', { method: 'POST', body: `worker: ${message}` })
