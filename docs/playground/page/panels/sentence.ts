/**
 * What just happened, in a sentence: the certificate in words, with its numbers. And what each phase of an
 * update is, for those who walk through one.
 */
import { short } from '../kit/ticks.ts'
import type { IterationRecord } from '../../protocol.ts'

/** Whether θ moved. */
export function moved({ certificate: { scale } }: IterationRecord): boolean {
  return scale > 0
}

/** A verdict with its tone, and the rest of the sentence. */
export interface Account {
  readonly verdict: string
  readonly tone: 'good' | 'bad'
  readonly rest: string
}

const KEPT = 'The policy keeps its exact bits.'
const times = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`

export function accountOf(record: IterationRecord): Account {
  const { certificate, trials } = record
  const { status, kl, maxKl, surrogateAfter, surrogateBefore, gainRatio, backtracks } = certificate
  const gain = surrogateAfter - surrogateBefore
  const share = short(gainRatio, 2)
  const rose = `the surrogate rose by ${short(gain, 2)}, ${share === '1.0' ? 'as'
    : gainRatio < 1 ? `${share} of what` : `${share} times what`} the slope promised`
  const last = trials[trials.length - 1]
  switch (status) {
    case 'accepted':
      return good(`accepted ${backtracks === 0 ? 'at once' : `after ${times(backtracks, 'backtrack')}`}`,
        `KL ${short(kl)} ≤ δ ${short(maxKl)}, ${rose}.`)
    case 'accepted-above-max-kl':
      return good('accepted above the limit',
        `KL ${short(kl)} is ${short(kl / maxKl, 2)} times δ ${short(maxKl)}, `
        + `which maxKlFactor allows; ${rose}.`)
    case 'unconditional': {
      const size = `KL ${short(kl)} is ${short(kl / maxKl, 2)} times δ ${short(maxKl)}`
      const change = gain > 0 ? rose : `the surrogate fell by ${short(-gain, 2)}`
      return kl <= maxKl && gain > 0 ? good('taken without a search', `${size}, ${change}.`)
        : { verdict: 'taken without a search', tone: 'bad', rest: `${size}, ${change}. Nothing stopped it.` }
    }
    case 'kl-exceeded':
      return bad(`refused after ${times(trials.length, 'trial')}`,
        `${trials.length === 1 ? 'it' : 'even the shortest'} had KL ${short(last?.kl ?? NaN)} > δ ${
          short(maxKl)}. ${KEPT}`)
    case 'no-improvement':
      return bad(`refused after ${times(trials.length, 'trial')}`,
        `the last kept to δ, but did not raise the surrogate. ${KEPT}`)
    case 'unresolved':
      return bad('refused',
        `the last trial was better by no more than rounding may hide. ${KEPT}`)
    case 'zero-gradient':
      return bad('no step', 'the gradient is zero: by this batch no action was better than another.')
    case 'non-positive-curvature':
      return bad('no step', 'the Fisher matrix had no curvature along the direction, so there is no length.')
    case 'not-finite':
      return bad('no step', `a number was infinite or not a number. ${KEPT}`)
  }
}

function good(verdict: string, rest: string): Account {
  return { verdict, tone: 'good', rest }
}

function bad(verdict: string, rest: string): Account {
  return { verdict, tone: 'bad', rest }
}

/** How the policy does, after the account. */
export function returnOf({ meanReturn, deterministicReturn }: IterationRecord): string {
  if (meanReturn === null) return 'No episode has ended yet.'
  const mean = `Mean return ${short(meanReturn)} in training`
  return deterministicReturn === null ? `${mean}.` : `${mean}, ${short(deterministicReturn)} without noise.`
}

/** The whole as one text. */
export function sentenceOf(record: IterationRecord): string {
  const { verdict, rest } = accountOf(record)
  return `Update ${record.iteration}, ${verdict}: ${rest} ${returnOf(record)}`
}

/** What happens in each phase of `phases`, for this record; and the panel where it is seen. */
export function phaseText(
  index: number, record: IterationRecord,
): { readonly text: string; readonly panel: string } {
  const { certificate: c, residuals, trials, episodes, valueFit } = record
  const products = residuals.length - 1
  return [
    {
      text: 'The policy acts, with its noise, until the batch is full: '
        + `${times(episodes.length, 'episode')} ended.`,
      panel: 'world',
    },
    { text: 'Which actions turned out better than V expected? Their advantages, by GAE.', panel: 'returns' },
    {
      text: `The plain gradient of L on the batch, ‖g‖ = ${short(c.gradientNorm)}: it says where L rises `
        + 'fastest per length in θ, not per change of behaviour.',
      panel: 'plane',
    },
    {
      text: `They bend the gradient into the natural direction: ${times(products, 'product')} with F, `
        + `residual ${short(c.cgResidual, 2)}.`,
      panel: 'cg',
    },
    {
      text: `How far? Until the quadratic model of KL spends δ = ${short(c.maxKl)}: β = ${short(c.beta)}.`,
      panel: 'along',
    },
    {
      text: `The truth decides: ${times(trials.length, 'trial')}, each measured on the whole batch. `
        + (moved(record) ? `Scale ${short(c.scale, 2)} is accepted, KL ${short(c.kl)}.`
          : 'None is accepted.'),
      panel: 'along',
    },
    {
      text: `Last, V is fitted to the returns of this batch: its mean squared error goes from ${
        short(valueFit.lossBefore)} to ${short(valueFit.lossAfter)}.`,
      panel: 'returns',
    },
  ][index]
}
