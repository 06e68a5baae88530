// The page owns the clock: a frame moves all games, whether an answer of the learner has come or not. Until
// it comes, paddles go on as they went. npm install && npm start
import { advance, draw, look, newGame } from './game.js'

const GAMES = 16, HOLD = 4
const text = document.querySelector('p'), rows = document.querySelector('#rows')
const canvas = document.querySelector('canvas').getContext('2d')
const options = { envCount: GAMES, batchSteps: 512, totalSteps: 20_480, maxKl: 0.05, discount: 0.95 }
const games = Array.from({ length: GAMES }, newGame)
let moves = games.map(() => 0), outcomes = games.map(() => null), held = 0, waited = 0, waiting = false

const worker = new Worker('out/worker.js', { type: 'module' })
worker.onerror = ({ message }) => { text.textContent = message }
worker.onmessage = ({ data: { actions, update, error } }) => {
  if (error !== undefined) text.textContent = error
  else if (update !== undefined) show(update)
  else {
    moves = actions
    held = 0
    waiting = false
  }
}

function frame() {
  requestAnimationFrame(frame)
  games.forEach((game, k) => {
    const landed = advance(game, moves[k])
    if (landed !== null && outcomes[k] !== null) outcomes[k] = { reward: landed, terminated: true }
  })
  paint()
  if (waiting) waited++
  else if (++held >= HOLD) ask()
}

function ask() {
  const seen = games.map((game, k) => ({ outcome: outcomes[k], observation: look(game) }))
  worker.postMessage({ options, games: seen })
  outcomes = games.map(() => ({ reward: 0 }))
  waiting = true
  waited = 0
}

function paint() {
  canvas.clearRect(0, 0, 440, 440)
  games.forEach((game, k) => {
    canvas.setTransform(1, 0, 0, 1, 110 * (k % 4) + 5, 110 * Math.floor(k / 4) + 5)
    draw(canvas, game)
  })
  canvas.resetTransform()
}

/** An update, with the frames that were drawn while the learner was busy with it. */
function show({ iteration, meanReturnNow, kl, done }) {
  const cells = [String(iteration).padStart(6), meanReturnNow.toFixed(2).padStart(6), kl.toFixed(2)]
  rows.textContent += `\n${cells.join('  ')}  ${String(waited).padStart(6)}`
  text.textContent = `${done ? 'done' : 'update'} ${iteration}: mean return ${meanReturnNow.toFixed(2)}`
}

frame()
