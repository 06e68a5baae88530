// The game: a ball falls within a court of 1 by 1, and a paddle should be below it when it lands.
const FALL = 1 / 48, SPEED = 0.03, HALF = 0.12

export const newGame = () => ({ paddle: 0.5, caught: null, ...newBall() })

/** A frame: `move` is −1, 0 or 1. Returns 1 or −1 if the ball landed, caught or missed, else null. */
export function advance(game, move) {
  game.paddle = Math.min(1 - HALF, Math.max(HALF, game.paddle + SPEED * move))
  game.x += game.drift
  if (game.x < 0 || game.x > 1) game.drift = -game.drift
  game.y += FALL
  if (game.y < 1) return null
  game.caught = Math.abs(game.x - game.paddle) <= HALF
  Object.assign(game, newBall())
  return game.caught ? 1 : -1
}

/** What the player sees. */
export const look = ({ paddle, x, y, drift }) => [x, y, 50 * drift, paddle]

/** On a canvas of 100 by 100: green after a catch, red after a miss. */
export function draw(canvas, { paddle, x, y, caught }) {
  canvas.fillStyle = '#f2f2f2'
  canvas.fillRect(0, 0, 100, 100)
  canvas.fillStyle = caught === null ? 'gray' : caught ? 'green' : 'firebrick'
  canvas.fillRect(100 * (paddle - HALF), 96, 200 * HALF, 4)
  canvas.fillRect(100 * x - 3, 93 * y - 3, 6, 6)
}

function newBall() {
  return { x: Math.random(), y: 0, drift: (Math.random() - 0.5) / 25 }
}
