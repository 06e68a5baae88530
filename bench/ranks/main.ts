/**
 * Ranks in threads of one process against one thread: Fisher product, step, rollout, whole trainings; what
 * they exchange; and a model of the cost. All contestants of a row give the same bits, or this ends with an
 * error.
 */
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { performance } from 'node:perf_hooks'
import { UsageError } from '../../src/node/cli/failure.ts'
import { readFlags, textFlag } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { parametersOf } from '../harness/problem.ts'
import { createTable, median } from '../harness/table.ts'
import { type Crew, startApart, startCrew } from './crew.ts'
import { kernelsOf, type Outcome, PRODUCTS, sizesOf, stepName, trainings, trainOn } from './jobs.ts'
import { clusterRows, measureLink, predicted, RANKS_ON_PAPER, serialSeconds, type Work } from './model.ts'

const KERNEL_ROUNDS = 31, TRAINING_ROUNDS = 5
/** A sample is at least so long. */
const SAMPLE_SECONDS = 0.06
/** The ceiling: what as many threads gain that each do the whole work, and exchange nothing. */
const SPEED = ['× one rank', 'of the ceiling']
const PER_ITERATION = ['exchanges per iteration', 'kB sent per iteration']

export function ranks(words: readonly string[]): number {
  let filter = ''
  const problems: string[] = []
  const { smoke, write } = readFlags(words, new Map([
    ['--filter', textFlag('--filter', 'part of a name', problems, (text) => { filter = text })],
  ]), problems)
  if (write && filter !== '') throw new UsageError('--write: expected all rows, got --filter, too')
  const sizes = [1, 2, 4, 8, 16].filter((size) => size <= Math.max(2, availableParallelism()))
  const works: Measured[] = []

  const first = createTable(['kernel', 'ranks', 'time', ...SPEED, 'exchanges', 'kB sent'])
  for (const name of Object.keys(kernelsOf(smoke)).filter((each) => each.includes(filter))) {
    const crews = sizes.map((size) => startCrew(name, size, smoke))
    const apart = sizes.slice(1).map((size) => startApart(name, size, smoke))
    const { times, ratios } = alternate(name, [...crews, ...apart], smoke ? 1 : KERNEL_ROUNDS)
    crews.forEach((crew, k) => {
      const ceiling = k === 0 ? 1 : crew.size * ratios[crews.length + k - 1]
      const time = `${(1000 * times[k]).toPrecision(3)} ms`
      first.add([name, crew.size, time, ...cells(ratios[k], ceiling, crew, 1)])
    })
    const step = sizesOf(smoke).find((size) => name === stepName(size))
    if (step !== undefined) {
      const { cg } = serialSeconds(parametersOf(step.sizes, step.kind), smoke)
      works.push({ ...workOf(name, times, crews, 1), serial: PRODUCTS * cg })
    }
    for (const crew of [...crews, ...apart]) crew.stop()
  }

  process.stdout.write('\n')
  const second = createTable(['training', 'ranks', 'seconds', '× one rank', ...PER_ITERATION])
  for (const [name, training] of Object.entries(trainings).filter(([each]) => each.includes(filter))) {
    const done: Outcome[] = []
    const crews = sizes.map((size, k) => startCrew(name, size, smoke,
      (communicator) => () => trainOn(communicator, training, smoke, (outcome) => { done[k] = outcome })))
    const { times, ratios } = alternate(name, crews, smoke ? 1 : TRAINING_ROUNDS)
    crews.forEach((crew, k) => {
      const [ratio, , exchanges, sent] = cells(ratios[k], 1, crew, done[k].iterations)
      second.add([name, crew.size, times[k].toFixed(2), ratio, exchanges, sent])
    })
    works.push({
      ...workOf(`${name}: an iteration`, times, crews, done[0].iterations), serial: repeated(done[0], smoke),
    })
    for (const crew of crews) crew.stop()
  }

  process.stdout.write('\n')
  const link = measureLink(smoke)
  const line = `Between two threads: ${(1e6 * link.latency).toFixed(1)} µs per exchange and `
    + `${(1e9 * link.perNumber).toFixed(2)} ns per number.`
  process.stdout.write(`${line}\n\n`)
  const third = createTable(['work', 'repeated by each rank', '2 ranks by the model', 'measured'])
  for (const work of works) {
    third.add([
      work.name, `${(100 * work.serial / work.seconds).toFixed(1)} %`,
      ms(predicted(work, 2, link)), ms(work.measured),
    ])
  }
  process.stdout.write('\n')
  const fourth = createTable(['work', 'link', ...RANKS_ON_PAPER.map((size) => `${size} ranks`)])
  for (const work of works) for (const row of clusterRows(work)) fourth.add(row)
  if (write) {
    const text = [first.text(), second.text(), line, third.text(), fourth.text()].join('\n\n')
    pasteInto('docs/results/benchmarks.md', 'ranks', text)
  }
  return 0
}

/** Seconds per iteration of what every rank does. */
function repeated(outcome: Outcome, smoke: boolean): number {
  const { products, parameters, criticSteps, criticParameters, isFitRepeated, phases } = outcome
  const { cg } = serialSeconds(parameters, smoke), { adam } = serialSeconds(criticParameters, smoke)
  return products * cg + (isFitRepeated ? phases.valueFit / 1000 : criticSteps * adam)
}

/** Work, with what two ranks took. */
interface Measured extends Work { readonly measured: number }

function workOf(
  name: string, times: readonly number[], crews: readonly Crew[], units: number,
): Omit<Measured, 'serial'> {
  const { exchanges, numbers } = crews[1].traffic
  return {
    name, seconds: times[0] / units, measured: times[1] / units,
    exchanges: exchanges / units, numbers: numbers / units,
  }
}

function ms(seconds: number): string {
  return `${(1000 * seconds).toPrecision(3)} ms`
}

/** Median seconds of a call, and the median over rounds of how many times as fast as the first. */
function alternate(
  name: string, crews: readonly Crew[], rounds: number,
): { readonly times: number[]; readonly ratios: number[] } {
  const times = crews.map((): number[] => [])
  let calls = 1
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const results = crews.map((crew, k) => {
      let result = NaN
      const begun = performance.now()
      for (let call = 0; call < calls; call++) result = crew.run()
      const seconds = (performance.now() - begun) / 1000 / calls
      if (round > 0 || rounds === 1) times[k].push(seconds)
      // Short work is repeated: threads that have slept need some time to be fast again.
      if (round === 0 && k === 0 && rounds > 1) calls = Math.ceil(SAMPLE_SECONDS / seconds)
      return result
    })
    for (const each of results) {
      if (Object.is(each, results[0])) continue
      throw new RangeError(`${name}: expected the same bits for all numbers of ranks, got ${results}`)
    }
  }
  const ratios = times.map((each) => median(each.map((time, round) => times[0][round] / time)))
  return { times: times.map(median), ratios }
}

/** Speed, its share of the ceiling, exchanges and kB per unit. */
function cells(ratio: number, ceiling: number, { traffic }: Crew, units: number): string[] {
  return [
    ratio.toFixed(2), `${(100 * ratio / ceiling).toFixed(0)} %`,
    (traffic.exchanges / units).toFixed(0), (8 * traffic.numbers / units / 1000).toFixed(0),
  ]
}
