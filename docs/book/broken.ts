/**
 * Five broken copies of TRPO, for exercise 10.2: in each, one part does something else. Do not read on before
 * you have named the faults from what the copies report.
 */
import * as parts from 'trpo/parts'

const { createFisher, policyGradient, conjugateGradient } = parts

export const copies: Readonly<Record<'A' | 'B' | 'C' | 'D' | 'E', typeof parts>> = {
  A: {
    ...parts,
    createFisher(map, shards, damping, jacobian) {
      const fisher = createFisher(map, shards, 0, jacobian)
      const apply: parts.Operator = (out, v) => {
        fisher.apply(out, v)
        for (let i = 0; i < out.length; i++) out[i] = 4 * out[i] + damping * v[i]
      }
      return { apply, refresh: () => fisher.refresh() }
    },
  },
  B: { ...parts, normalizeAdvantages: () => {} },
  C: {
    ...parts,
    conjugateGradient: (workspace, apply, b, options) =>
      conjugateGradient(workspace, apply, b, { ...options, maxIterations: 1 }),
  },
  D: {
    ...parts,
    policyGradient(gradient, ...rest) {
      policyGradient(gradient, ...rest)
      for (let i = 0; i < gradient.length; i++) gradient[i] *= -1
    },
  },
  E: {
    ...parts,
    lineSearch(acceptable) {
      acceptable(1)
      return { backtracks: 0, scale: 1 }
    },
  },
}
