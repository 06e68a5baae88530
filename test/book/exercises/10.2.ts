/** Five broken copies, to be named from what they report: against what docs/book/broken.ts does. */
import type { Miss } from '../judging.ts'

type Faults = Readonly<Record<'A' | 'B' | 'C' | 'D' | 'E', string>>

const FAULTS: Faults = {
  A: 'Fisher products are four times too long',
  B: 'advantages are not normalised',
  C: 'conjugate gradients stop after one product',
  D: 'the gradient has the wrong sign',
  E: 'every full step is accepted',
}

/** Where to look, for those who are wrong. */
const HINTS: Faults = {
  A: 'compare KL with its model',
  B: 'what is L before a step, if advantages have mean 0?',
  C: 'the residual is what is unsolved of (F + λI) x = g',
  D: 'in which direction does L move along the step?',
  E: 'compare KL with δ, and look at the scale',
}

export function judge(faults: Faults): void {
  for (const copy of ['A', 'B', 'C', 'D', 'E'] as const) {
    if (faults[copy] !== FAULTS[copy]) throw new Error(`copy ${copy} is not that: ${HINTS[copy]}`)
  }
}

export const answer: Faults = FAULTS

export const misses: Record<string, Miss<Faults>> = {
  'takes a small KL for a cautious search': {
    answer: { ...FAULTS, A: 'every trial is refused' }, says: /copy A .* KL with its model/,
  },
  'takes refusals for a broken search': {
    answer: { ...FAULTS, D: 'every trial is refused' }, says: /copy D/,
  },
  'takes KL above δ for another δ': { answer: { ...FAULTS, E: 'δ is too large' }, says: /copy E .* δ/ },
  'confuses the two that spend less': {
    answer: { ...FAULTS, A: FAULTS.C, C: FAULTS.A }, says: /copy A/,
  },
}
