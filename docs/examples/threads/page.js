// The page starts one worker per rank, shows what rank 0 reports, and ends all if one fails or is silent:
// npm install && npm start
import { threadMemory } from 'trpo/parallel'

/** Milliseconds without a word after which a run has failed: more than the slowest iteration takes. */
const PATIENCE = 30_000, SILENCE = PATIENCE + 5000
const find = (selector) => document.querySelector(selector)
const form = find('form'), [start, stop] = form.querySelectorAll('button')
const state = find('#state'), rows = find('tbody'), bar = find('progress')
let workers = [], timer

if (!crossOriginIsolated) {
  find('#note').textContent = 'One worker trains, to the same bits: to share memory between several, the '
    + 'server must send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: '
    + 'require-corp, over https or from this machine.'
}
form.onsubmit = (event) => {
  event.preventDefault()
  const { world, size, seed, totalSteps } = Object.fromEntries(new FormData(form))
  begin(world, crossOriginIsolated ? Number(size) : 1, { seed: Number(seed), totalSteps: Number(totalSteps) })
}
stop.onclick = () => end('Stopped.')

function begin(world, size, options) {
  const memory = size > 1 ? threadMemory(size) : null, begun = performance.now()
  rows.replaceChildren()
  bar.value = 0
  show(`${size === 1 ? 'One worker trains' : `${size} workers train`} …`, true)
  let done = 0
  workers = Array.from({ length: size }, (_, rank) => {
    const worker = new Worker('out/worker.js', { type: 'module', name: `rank ${rank}` })
    worker.onerror = ({ message }) => fail(`rank ${rank}: ${message ?? 'its file cannot be loaded'}`)
    worker.onmessage = ({ data: { row, error } }) => {
      wait()
      if (error !== undefined) fail(error)
      else if (row !== undefined) add(row, options.totalSteps)
      else if (++done === size) {
        const seconds = ((performance.now() - begun) / 1000).toFixed(1)
        end(`Done: ${size === 1 ? 'one worker' : `${size} workers`}, ${seconds} s.`)
      }
    }
    worker.postMessage({ world, options, memory, rank, size, patience: PATIENCE })
    return worker
  })
  wait()
}

function add({ steps, meanReturn, kl, hash }, totalSteps) {
  const row = rows.insertRow(0)
  for (const cell of [steps, meanReturn?.toFixed(1) ?? '–', kl.toPrecision(5), hash]) {
    row.insertCell().textContent = cell
  }
  row.cells[2].title = kl
  bar.value = steps / totalSteps
}

/** A rank that does not come is named by the others, if there are any that wait for it: they get 5 s more. */
function wait() {
  clearTimeout(timer)
  timer = setTimeout(() => fail(`no worker has reported anything for ${SILENCE / 1000} s`), SILENCE)
}

function fail(problem) {
  end(`Ended by an error: ${problem}`, 'failed')
}

function end(text, how = '') {
  clearTimeout(timer)
  for (const worker of workers) worker.terminate()
  show(text, false, how)
}

function show(text, running, how = '') {
  state.className = how
  state.textContent = text
  start.disabled = running
  stop.disabled = !running
}
