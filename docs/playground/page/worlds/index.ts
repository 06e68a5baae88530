/** The drawings of the worlds of trpo/envs, by name. */
import { acrobotView } from './acrobot.ts'
import { cartPoleView } from './cartPole.ts'
import { mountainCarContinuousView, mountainCarView } from './mountainCar.ts'
import { pendulumView } from './pendulum.ts'
import { pointMassView } from './pointMass.ts'
import type { WorldView } from './view.ts'

export const views: Readonly<Record<string, WorldView>> = {
  CartPole: cartPoleView, Acrobot: acrobotView, MountainCar: mountainCarView,
  MountainCarContinuous: mountainCarContinuousView, Pendulum: pendulumView, PointMass: pointMassView,
}
