/**
 * The backend that the options ask for, with memory for the training that they describe.
 */
import { reference } from '../math/reference.ts'
import { createFastest, createSimd } from '../math/simd/backend.ts'
import { trainingBytes } from './memory.ts'
import type { ChooseBackend } from './trainer.ts'

/** The backend of options.backend. Throws a RangeError for "simd" in a runtime without WebAssembly SIMD. */
export const backendFor: ChooseBackend = (options, observationSpace, actionSpace, ranks) => {
  const { backend } = options
  if (typeof backend !== 'string') return backend
  if (backend === 'reference') return reference
  const bytes = trainingBytes(options, observationSpace, actionSpace, ranks)
  if (backend === 'auto') return createFastest(bytes)
  const simd = createSimd(bytes)
  if (simd !== null) return simd
  throw new RangeError('backend: expected a runtime with WebAssembly SIMD for "simd", got one without')
}

/** The same without WebAssembly, for bundles that leave it out. */
export const plainBackendFor: ChooseBackend = ({ backend }) => {
  if (typeof backend !== 'string') return backend
  if (backend !== 'simd') return reference
  throw new RangeError('backend: expected "auto", "reference" or a backend in trpo/plain, got "simd"')
}
