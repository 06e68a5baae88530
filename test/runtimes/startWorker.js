/** In a page: the relay in a module worker. */
const worker = new Worker('./relay.js', { type: 'module' })
worker.onerror = ({ message }) => fetch('/finding', { method: 'POST', body: `worker: ${message}` })
