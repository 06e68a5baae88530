/**
 * The page: one training in a worker, one stage on which its latest policy acts, and what is written beside.
 */
import { resolveOptions } from 'trpo'
import { decodePolicy } from 'trpo/io'
import { element, say } from '../../../docs/playground/page/kit/dom.ts'
import { short } from '../../../docs/playground/page/kit/ticks.ts'
import tasks from '../index.js'
import { createCamera } from './camera.js'
import { drawKls, drawReturns } from './charts.js'
import { readPolicy, savePolicy } from './policies.js'
import { createFit } from './scene/fit.js'
import { createFlatRenderer } from './scene/flat.js'
import { createRenderer } from './scene/renderer.js'
import { commandOf, optionsOf, views } from './setting.js'
import { createStage } from './stage.js'
import { dark, readTheme } from './theme.js'
import { startTraining } from './training.js'

/** Times the weight. */
const PUSH = 1.6
const FLAT = 'This browser lacks WebGL2: the body is drawn without light.'

export function open() {
  const canvas = element('scene'), gl = canvas.getContext('webgl2', { antialias: true, alpha: false })
  const renderer = gl === null ? createFlatRenderer(canvas) : createRenderer(gl, redraw)
  const camera = createCamera(canvas, redraw), fit = createFit(canvas)
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let training = null, stage = null, theme = readTheme(), isHeld = still.matches, loaded = null
  let isDirty = true, areChartsDirty = true, last = 0, complaint = ''

  function redraw() { isDirty = true }

  function begin() {
    if (!element('bar').reportValidity()) return
    training?.end()
    stage?.env.close()
    const task = element('task').value
    stage = createStage(tasks[task].make)
    camera.look(task)
    loaded = null
    complaint = ''
    training = startTraining(task, element('seed').valueAsNumber, changed)
    // For tests, and for those who look with the browser's tools.
    globalThis.body = { training, stage }
    changed()
    describe()
  }

  /** After every record and change of state. */
  function changed() {
    const { records, state, task, seed } = training, record = records.at(-1)
    if (record !== undefined && loaded === null) stage.follow(decodePolicy(record.file))
    say(element('run'), state === 'paused' ? 'Continue' : 'Pause')
    element('run').disabled = !['running', 'paused'].includes(state)
    element('save').disabled = record === undefined && loaded === null
    // A training that has not begun could not be paused.
    element('load').disabled = state === 'loading'
    note()
    const { totalSteps } = resolveOptions(optionsOf(task, seed))
    const number = (x) => Math.round(x).toLocaleString('en')
    const values = record === undefined ? {} : {
      iteration: number(record.iteration), steps: `${number(record.steps)} of ${number(totalSteps)}`,
      rate: number(record.stepsPerSecond), hash: record.hash,
      'kl-now': record.kl.toFixed(4), 'kl-limit': record.maxKl.toFixed(4),
      return: record.meanReturn === null ? '–' : short(record.meanReturn, 4),
    }
    for (const id of ['iteration', 'steps', 'rate', 'return', 'hash', 'kl-now', 'kl-limit']) {
      say(element(id), values[id] ?? '–')
    }
    element('kl').querySelector('i').style.width = record === undefined ? '0'
      : `${Math.min(100, 100 * record.kl / record.maxKl)}%`
    say(element('command'), record === undefined ? '' : commandOf(task, seed, record.iteration))
    areChartsDirty = isDirty = true
  }

  /** A complaint stays until a person does something else. */
  function note() {
    const isBad = complaint !== '' || training.state === 'failed'
    say(element('note'), complaint || noteOf(training, loaded, gl))
    element('note').classList.toggle('bad', isBad)
  }

  function complain(text) {
    complaint = text
    note()
  }

  function frame(now) {
    const seconds = Math.min(0.1, (now - last) / 1000)
    last = now
    const moves = !isHeld && guarded(() => stage.advance(seconds))
    if ((isDirty || moves) && fit(moves ? seconds : 0)) {
      const shapes = stage.shapes()
      camera.follow(shapes, isHeld ? 1 : seconds)
      renderer.draw(shapes, camera, theme.scene)
      describe()
      isDirty = false
    }
    if (areChartsDirty) {
      drawReturns(element('returns'), theme.palette, training.records)
      drawKls(element('kls'), theme.palette, training.records)
      areChartsDirty = false
    }
    requestAnimationFrame(frame)
  }

  /** A simulation that blows up ends the play, not the page. */
  function guarded(play) {
    try {
      return play()
    } catch ({ message }) {
      stage.restart()
      hold(true)
      complain(message)
      return false
    }
  }

  function describe() {
    const what = `${training.task} in 3D, ${isHeld ? 'held' : 'acting'}`
    canvas.ariaLabel = `${what}: arrow keys push it, space holds it.`
    const { episode, steps, total, speed } = stage
    say(element('episode'), training.records.length === 0 && loaded === null ? 'waits for its first policy'
      : `episode ${episode} · step ${steps} · ${short(speed, 2)} m/s · reward ${short(total, 3)}`)
  }

  function hold(next) {
    isHeld = next
    redraw()
    say(element('hold'), isHeld ? 'Go on' : 'Hold')
    element('one').hidden = !isHeld
  }

  for (const name of Object.keys(views)) element('task').add(new Option(name))
  element('task').onchange = begin
  element('bar').onsubmit = (event) => {
    event.preventDefault()
    begin()
  }
  element('run').onclick = () => {
    loaded = null
    complaint = ''
    training.pause(training.state === 'running')
  }
  element('hold').onclick = () => hold(!isHeld)
  element('one').onclick = () => {
    guarded(() => stage.stepOnce())
    redraw()
  }
  for (const [id, sign] of [['push-left', -1], ['push-right', 1]]) {
    element(id).onclick = () => stage.push(sign * PUSH)
  }
  canvas.onkeydown = (event) => {
    const acts = {
      ArrowLeft: () => stage.push(-PUSH), ArrowRight: () => stage.push(PUSH), ' ': () => hold(!isHeld),
    }
    if (acts[event.key] === undefined) return
    event.preventDefault()
    acts[event.key]()
  }
  element('save').onclick = () => {
    const { task, seed, records } = training
    if (loaded !== null) savePolicy(loaded.bytes, loaded.name)
    else savePolicy(records.at(-1).file, `${task}-seed${seed}-iteration${records.length}.safetensors`)
  }
  element('load').onclick = () => element('file').click()
  element('file').onchange = async () => {
    const [file] = element('file').files
    try {
      const policy = await readPolicy(file, stage.env)
      loaded = { name: file.name, bytes: await file.arrayBuffer() }
      stage.follow(policy)
      stage.restart()
      complaint = ''
      training.pause(true)
      changed()
    } catch ({ message }) {
      complain(message)
    }
    element('file').value = ''
  }
  dark.onchange = () => {
    theme = readTheme()
    areChartsDirty = isDirty = true
  }
  new ResizeObserver(() => { areChartsDirty = isDirty = true }).observe(document.body)
  begin()
  hold(isHeld)
  requestAnimationFrame(frame)
}

/** What the page says beside its buttons. */
function noteOf({ state, problem, records }, loaded, gl) {
  if (state === 'failed') return `The training has ended: ${problem}.`
  if (loaded !== null) {
    return `${loaded.name} acts; ${state === 'finished' ? 'Start anew trains another'
      : 'Continue goes back to the policy in training'}.`
  }
  if (state === 'loading') return 'The worker loads MuJoCo.'
  if (state === 'running' && records.length === 0) return 'The first iteration runs.'
  const running = gl === null ? FLAT : ''
  return { running, paused: 'Paused after this iteration.', finished: 'All steps are made.' }[state]
}
