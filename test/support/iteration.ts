/** An iteration's record as a display sees it: plausible values, except those that a test gives. */
import type { Shown } from '../../src/node/show/display.ts'
import type { StepStatus } from '../../src/trpo/certificate.ts'

export interface Wanted {
  iteration?: number
  /** Episodes that ended in it. */
  episodes?: number
  meanReturn?: number | null
  meanLength?: number | null
  explainedVariance?: number | null
  status?: StepStatus
  fit?: 'fitted' | 'undone'
  entropy?: number
  kl?: number
  cgResidual?: number
}

export function record({
  iteration = 3, episodes = 20, meanReturn = -52.49, meanLength = 100, explainedVariance = 0.83,
  status = 'accepted', fit = 'fitted', entropy = 0.672, kl = 0.00921, cgResidual = 3.12e-4,
}: Wanted): Shown {
  return {
    iteration, steps: iteration * 2048, meanReturn, meanLength,
    episodes: Array.from({ length: episodes }, (_, env) => ({ return: -50, length: 100, env })),
    certificate: {
      status, maxKl: 0.01, damping: 0.1, scale: 1, kl, klMax: 2 * kl, quadraticKl: 0.0091, entropy,
      surrogateBefore: 0, surrogateAfter: 0.02, predictedGain: 0.019, gainRatio: 1.05, gradientNorm: 0.3,
      cgStatus: status === 'zero-gradient' ? 'not-run' : 'max-iterations', cgIterations: 10, cgResidual,
      xFx: 0.02, beta: 1, backtracks: status === 'zero-gradient' ? 0 : 1,
    },
    valueFit: { status: fit, lossBefore: 2, lossAfter: 1, explainedVariance },
    normalization: null, remarks: [], meanReturnNow: episodes > 0 ? -50 : null, info: {},
    phases: { rollout: 10, advantage: 1, gradient: 2, fisher: 30, lineSearch: 3, valueFit: 54 },
  }
}
