/**
 * The environments of this package, and their table: name → factory, time limit, and the mean return over 100
 * episodes from which they are solved (Gymnasium's registry).
 * But: no registration; your own environment is an `Env`, passed to `train` directly.
 */
import type { Env } from '../rl/world/env.ts'
import { acrobot } from './acrobot.ts'
import { cartPole } from './cartPole.ts'
import { mountainCar } from './mountainCar.ts'
import { mountainCarContinuous } from './mountainCarContinuous.ts'
import { pendulum } from './pendulum.ts'
import { pointMass } from './pointMass.ts'
import type { SimulatorOptions } from './simulator.ts'
export { acrobot } from './acrobot.ts'
export { cartPole } from './cartPole.ts'
export { mountainCar } from './mountainCar.ts'
export { mountainCarContinuous } from './mountainCarContinuous.ts'
export { pendulum } from './pendulum.ts'
export { type LinearQuadraticWorld, type Matrix, pointMass, pointMassMatrices } from './pointMass.ts'
export { type Dynamics, simulate, type SimulatorOptions } from './simulator.ts'
export type { Random } from '../math/random.ts'
export type { Action, Env, Observation, ResetOptions, ResetResult, StepResult } from '../rl/world/env.ts'
export type { Box, Discrete, MultiBinary, MultiDiscrete, Space } from '../rl/world/space.ts'


/** A row of the table. */
export interface Environment {
  readonly name: string
  readonly make: (options?: SimulatorOptions) => Env
  /** The time limit that `make()` sets. */
  readonly maxEpisodeSteps: number
  /** Threshold of the mean return over 100 episodes; null if none is defined. */
  readonly solvedReturn: number | null
  /** One line for people. */
  readonly summary: string
}

/**
 * By name. Test names with `Object.hasOwn`: like every record, this one inherits `constructor` and others.
 */
export const environments: Readonly<Record<string, Environment>> = {
  CartPole: {
    name: 'CartPole', make: cartPole, maxEpisodeSteps: 500, solvedReturn: 475,
    summary: 'push a cart left or right to keep a pole upright',
  },
  Acrobot: {
    name: 'Acrobot', make: acrobot, maxEpisodeSteps: 500, solvedReturn: -100,
    summary: 'swing two hanging links up by the joint between them',
  },
  MountainCar: {
    name: 'MountainCar', make: mountainCar, maxEpisodeSteps: 200, solvedReturn: -110,
    summary: 'rock a weak car out of a valley',
  },
  MountainCarContinuous: {
    name: 'MountainCarContinuous', make: mountainCarContinuous, maxEpisodeSteps: 999, solvedReturn: 90,
    summary: 'rock a weak car out of a valley with a throttle, at the price of its use',
  },
  Pendulum: {
    name: 'Pendulum', make: pendulum, maxEpisodeSteps: 200, solvedReturn: null,
    summary: 'swing a pendulum up with a torque too weak to lift it',
  },
  PointMass: {
    name: 'PointMass', make: pointMass, maxEpisodeSteps: 30, solvedReturn: null,
    summary: 'push a point to the origin; linear-quadratic, so the optimum is known',
  },
}
