/**
 * The tour's section on certificates and its first exercise against the same trainings, run through src.
 * Numbers are rounded to six digits, as on the page; no tolerance, since a seed fixes every bit.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import type { Certificate } from '../../src/trpo/certificate.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'

const page = readFileSync('docs/tour.md', 'utf8').replace(/\s+/g, ' ')
const says = (text: string): void => assert.ok(page.includes(text), text)
const six = (x: number): string => String(Number(x.toPrecision(6))).replace('-', '−')
const shown = (name: keyof Certificate, of: Certificate): string => `\`${name}\` ${six(Number(of[name]))}`

/** The options that the flags of the command set. */
const flags: Partial<TrainOptions> = {
  totalSteps: 8192, batchSteps: 2048, envCount: 8, gaeLambda: 0.97,
  maxKl: 0.02, maxKlSchedule: 'constant', damping: 0.01,
  normalizeObservations: 'off', valueMinibatch: 256, normalizeReturns: false,
}

/** Certificates of the first `count` iterations, with more options. */
function records(more: Partial<TrainOptions> = {}, count = 1): Certificate[] {
  const found: Certificate[] = []
  for (const { certificate } of train(cartPole, { ...presets.CartPole, ...flags, ...more })) {
    found.push(certificate)
    if (found.length === count) break
  }
  return found
}

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`
const [first, second] = records({}, 2)

test('the command on the page has the options that are run here', () => {
  const written = Object.entries(flags).map(([name, value]) => {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    return typeof value === 'boolean' ? `--${value ? '' : 'no-'}${flag}` : `--${flag} ${value}`
  })
  for (const flag of written) says(flag)
})

test('the table of the first record', () => {
  says(`| \`status\` | \`${first.status}\` |`)
  says(`| \`gradientNorm\` | ${six(first.gradientNorm)} |`)
  says(`| \`${first.cgStatus}\`, ${first.cgIterations}, ${six(first.cgResidual)} |`)
  const { xFx, beta, backtracks, quadraticKl, kl, klMax, surrogateAfter, entropy } = first
  const rows = { xFx, beta, backtracks, quadraticKl, kl, klMax, surrogateAfter, entropy }
  for (const [name, value] of Object.entries(rows)) says(`| \`${name}\` | ${six(value)} |`)
  says(`| \`surrogateBefore\` | ${first.surrogateBefore.toPrecision(3).replace('-', '−')} |`)
  says(`| \`predictedGain\`, \`gainRatio\` | ${six(first.predictedGain)}, ${six(first.gainRatio)} |`)
  says(`√(2 · 0.02 / ${six(first.xFx)})`)
  says(`is ${percent(first.quadraticKl / first.kl - 1, 1)} higher`)
  says(`ln 2 = ${six(Math.LN2)}`)
  const [longer] = records({ cgTolerance: 1e-6 })
  const more = percent(longer.predictedGain / first.predictedGain - 1, 1)
  says(`takes ${longer.cgIterations}, for a \`predictedGain\` ${more} higher`)
})

test('the checks by hand', () => {
  const gx = first.predictedGain / first.beta
  says(`= gᵀx = ${six(gx)}`)
  says(`λ‖x‖² = ${six(gx - first.xFx)}: ${percent((gx - first.xFx) / gx, 0)}`)
  const [damped] = records({ stepLength: 'damped' })
  says(`√(0.04 / ${six(gx)}) = ${six(damped.beta)}`)
  says(`${six(first.xFx)}/${six(gx)} = ${six(damped.quadraticKl)}`)
})

test('the second record, and why its full step was refused', () => {
  const model = `${shown('quadraticKl', second)} = 0.8² δ`
  says(`${shown('backtracks', second)}, ${model} and ${shown('kl', second)}`)
  assert.is(records({ maxBacktracks: 0 }, 2)[1].status, 'kl-exceeded')
  const taken = records({ lineSearch: 'none' }, 2)[1]
  says(`is \`${taken.status}\` with ${shown('kl', taken)}, ${percent(taken.kl / 0.02 - 1, 0)} above δ`)
})

test('the record of a refusal, and what damping is for', () => {
  const [{ cgStatus, backtracks, status }] = records({ damping: 0, cgTolerance: 0 })
  says(`\`cgStatus\` \`${cgStatus}\`, \`backtracks\` ${backtracks} and \`status\` \`${status}\``)
  const [taken] = records({ damping: 0, cgTolerance: 0, lineSearch: 'none' })
  says(`its \`kl\` is ${taken.kl.toPrecision(3)} where the model says ${six(taken.quadraticKl)}`)
  const [found] = records({ damping: 0, cgTolerance: 0, maxBacktracks: 15 })
  const { quadraticKl, kl } = found
  const at = `\`quadraticKl\` is ${six(quadraticKl)} and \`kl\` still ${six(kl)}`
  says(`${shown('backtracks', found)}, where ${at}`)
  says(`${(kl / quadraticKl).toFixed(0)} times as much`)
  const [stopped] = records({ damping: 0 })
  says(`stops CG after ${stopped.cgIterations} iterations`)
  says(`is \`${stopped.status}\` with \`backtracks\` ${stopped.backtracks} and ${shown('kl', stopped)}`)
})

test('exercise 1: the radius', () => {
  const [half] = records({ totalSteps: 2048, maxKl: 0.01 })
  says(`${six(half.beta)}, ${six(half.quadraticKl)}, ${six(half.kl)}`)
})

test('a name that the tour places in a file is there', () => {
  const places = [...page.matchAll(/`(\w+)` in \[[^\]]+\]\(\.\.\/src\/([\w/]+\.ts)\)/g)]
  assert.ok(places.length > 5)
  for (const [, name, path] of places) {
    assert.match(readFileSync(`src/${path}`, 'utf8'), new RegExp(`\\b${name}\\b`), `${name} in ${path}`)
  }
})

test.run()
