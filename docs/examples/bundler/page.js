// The latest policy plays on the page while the worker trains the next one: npm install && npm start
import { act } from 'trpo'
import { cartPole } from 'trpo/envs'
import { decodePolicy } from 'trpo/io'

const text = document.querySelector('p')
const canvas = document.querySelector('canvas').getContext('2d')
const env = cartPole()
let policy, { observation } = env.reset({ seed: 1 })

const worker = new Worker('out/worker.js', { type: 'module' })
worker.onmessage = ({ data: { file, steps, meanReturn, done } }) => {
  const first = policy === undefined
  policy = decodePolicy(file)
  text.textContent = `${done ? 'done: ' : ''}${steps} steps, mean return ${meanReturn.toFixed(1)}`
  if (first) frame()
}
worker.postMessage({ seed: 1, totalSteps: 20_480 })

function frame() {
  const result = env.step(act(policy, observation))
  observation = result.terminated || result.truncated ? env.reset().observation : result.observation
  const [x, , angle] = observation
  canvas.clearRect(0, 0, 480, 200)
  canvas.save()
  canvas.translate(240 + 100 * x, 150)
  canvas.fillRect(-25, 0, 50, 20)
  canvas.rotate(angle)
  canvas.fillRect(-3, -100, 6, 100)
  canvas.restore()
  requestAnimationFrame(frame)
}
