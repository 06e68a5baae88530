/**
 * One iteration in the order in which it happens, each phase with the line of code that does it. The build
 * and a test look for each line in its file, so that none is shown that the library does not run.
 */
export interface PhaseLine {
  readonly name: string
  readonly file: string
  /** As it stands in the file, from its first character to its last; occurs there once. */
  readonly code: string
}

const TRAIN = 'src/trpo/train.ts', STEP = 'src/trpo/step.ts'

export const phases: readonly PhaseLine[] = [
  { name: 'rollout', file: TRAIN, code: 'const ended = yield* sampler.collecting(stopIfAborted)' },
  { name: 'advantages', file: TRAIN, code: 'sampler.estimateAdvantages()' },
  { name: 'gradient', file: STEP, code: 'objective.gradient(gradient, old, shards, actions, scratch.data)' },
  {
    name: 'conjugate gradients', file: STEP,
    code: 'const solved = conjugateGradient(cg, fisher.apply, gradient, {',
  },
  {
    name: 'length β', file: STEP,
    code: 'const beta = Math.sqrt(2 * delta / squaredLength(xAx, xFx))',
  },
  { name: 'trials', file: STEP, code: 'const trial = probe(stepper, batch, scale * beta)' },
  { name: 'value fit', file: TRAIN, code: 'const valueFit = fitter.fit(paths, minibatches)' },
]
