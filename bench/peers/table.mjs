/** The one table: a section a job, a line a contestant, the faster of its variants. */
import { spread } from './duel.mjs'
import { jobs } from './problem.mjs'

const titles = {
  fisher: 'Fisher-vector product', gradient: 'policy gradient', step: 'policy step of ten products',
  shipped: 'policy step as shipped, ten products against SB3-contrib\'s seventeen',
  critic: 'fit of the critic, 20 passes by Adam',
  update: 'whole update: step of 25 products, and fit of the critic',
  multiply: 'matrix product',
}

/** Lines for `rows`: what was asked of whom, and what `duel` made of it. */
export function table(rows) {
  const lines = [line(['', 'bits', 'ms: median [low–high]', '× ours', '[low–high]', 'by CPU', 'error', ''])]
  for (const { task, problem } of jobs) {
    const here = rows.filter((row) => row.task === task && row.problem === problem.name)
    if (here.length === 0) continue
    lines.push('', `${titles[task]}: ${problem.name}`)
    const own = here.flatMap((row) => row.own ?? [])
    if (own.length > 0) lines.push(line(['trpo, simd', 'f64', interval(spread(own)), '1', '', '1', '', '']))
    for (const group of new Set(here.map(groupOf))) {
      lines.push(describe(here.filter((row) => groupOf(row) === group)))
    }
  }
  return lines.join('\n')
}

const groupOf = ({ name, form, bits }) => `${name} ${form} ${bits}`

function describe(group) {
  const { task, name, form, bits, clock, cannot } = group[0]
  const title = form === '' || task === 'multiply' ? name : `${name}, ${form}`
  const ratioOf = (row) => clock === 'cpu' ? row.cpuRatio.median : row.ratio.median
  const timed = group.filter(({ ratio }) => ratio !== undefined)
  const [best, other] = timed.sort((a, b) => ratioOf(a) - ratioOf(b))
  if (best === undefined) return line([title, bits, `— ${cannot}`])
  const { variant = '', wall, ratio, cpuRatio, error } = best
  const note = other === undefined ? variant
    : `${variant} (${other.variant}: ${(ratioOf(other) / ratioOf(best)).toFixed(2)} × that)`
  return line([
    title, bits, interval(wall), digits(ratio.median), `[${digits(ratio.low)}–${digits(ratio.high)}]`,
    digits(cpuRatio.median), error === 0 ? 'same bits' : error.toExponential(0), note,
  ])
}

/** Cells to the width of their columns; text to the left, and what lines up by its end to the right. */
function line(cells) {
  const widths = [31, 4, 24, -6, 13, -6, -9, 0]
  const padded = cells.map((cell, i) => widths[i] < 0 ? cell.padStart(-widths[i]) : cell.padEnd(widths[i]))
  return `  ${padded.join('  ')}`.trimEnd()
}

const interval = ({ median, low, high }) => `${digits(median)} [${digits(low)}–${digits(high)}]`
const digits = (x) => x >= 100 ? x.toFixed(0) : x.toPrecision(3)
