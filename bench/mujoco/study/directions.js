/**
 * npm run directions: what ways to solve F x = g are worth and cost on batches of three bodies' trainings
 * (look.js), as means over looks. Time is divided by that of 25 plain products on the same batch. `--write`
 * keeps the means in directions.json, of which `npm run bench -- locomotion --write` makes a table.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { mean } from '../mean.js'
import { lookAtDirections } from './look.js'

const TASKS = ['Hopper', 'Walker2d', 'HalfCheetah']
const EXTENT = { seed: 10, iterations: [20, 60, 120, 200, 300], repeats: 5 }
const UNIT = '25'
/** By the name of a row; all else is the preset's. */
const WAYS = Object.fromEntries([
  ['5', 5], ['10', 10], [UNIT, 25], ['25, a quarter of the states', 25, 'none', 0.25],
  ['3, Kronecker factors', 3, 'kronecker'], ['5, Kronecker factors', 5, 'kronecker'],
  ['10, Kronecker factors', 10, 'kronecker'],
  ['5, Kronecker factors, a quarter of the states', 5, 'kronecker', 0.25],
].map(([name, cgIterations, preconditioner = 'none', fisherFraction = 1]) =>
  [name, { cgIterations, preconditioner, fisherFraction }]))

const { values: { write = false } } = parseArgs({ options: { write: { type: 'boolean' } } })
const rows = TASKS.flatMap((task) => {
  const noted = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]))
  lookAtDirections(task, WAYS, EXTENT, (way, found) => { noted[way].push(found) })
  return Object.entries(noted).map(([products, found]) => {
    const of = (value) => Number(mean(found.map(value)).toFixed(3))
    return {
      task, products, promised: of(({ promised }) => promised), heldOut: of(({ heldOut }) => heldOut),
      time: of(({ milliseconds }, i) => milliseconds / noted[UNIT][i].milliseconds),
    }
  })
})
console.table(rows)
if (write) writeFileSync(new URL('directions.json', import.meta.url), `${JSON.stringify(rows, null, 1)}\n`)
