/**
 * Options that suit the built-in environments, by name. What is not said here is the default.
 */
import type { TrainOptions } from './options.ts'

export const presets: Readonly<Record<string, Partial<TrainOptions>>> = {
  CartPole: { batchSteps: 1024, environments: 8 },
}
