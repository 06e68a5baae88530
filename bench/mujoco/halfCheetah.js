/**
 * HalfCheetah: a body that runs on two legs in a plane, and never falls. The numbers are Gymnasium's, and the
 * same in v4 and v5.
 */
import { presets } from 'trpo'
import { motors, normalStart, planarJoints, slideX, squaresTerm, writeState } from './parts.js'
import { row } from './simulation.js'

/**
 * Links from the hip down. at: the joint, in the parent's frame; then the capsule's centre, its turn about y
 * in radians and half its length; the joint's spring, damper and range; the motor's gear.
 */
const legs = [[
  { name: 'back thigh', at: [-0.5, 0, 0], centre: [0.1, 0, -0.13], turn: -3.8, half: 0.145,
    spring: 240, damper: 6, range: [-0.52, 1.05], gear: 120 },
  { name: 'back shin', at: [0.16, 0, -0.25], centre: [-0.14, 0, -0.07], turn: -2.03, half: 0.15,
    spring: 180, damper: 4.5, range: [-0.785, 0.785], gear: 90 },
  { name: 'back foot', at: [-0.28, 0, -0.14], centre: [0.03, 0, -0.097], turn: -0.27, half: 0.094,
    spring: 120, damper: 3, range: [-0.4, 0.785], gear: 60 },
], [
  { name: 'front thigh', at: [0.5, 0, 0], centre: [-0.07, 0, -0.12], turn: 0.52, half: 0.133,
    spring: 180, damper: 4.5, range: [-1, 0.7], gear: 120 },
  { name: 'front shin', at: [-0.14, 0, -0.24], centre: [0.065, 0, -0.09], turn: -0.6, half: 0.106,
    spring: 120, damper: 3, range: [-1.2, 0.87], gear: 60 },
  { name: 'front foot', at: [0.13, 0, -0.18], centre: [0.045, 0, -0.07], turn: -0.6, half: 0.07,
    spring: 60, damper: 1.5, range: [-0.5, 0.5], gear: 30 },
]]

const numbers = (list) => list.join(' ')

/** A link, and those that hang from it. */
function chain([link, ...below]) {
  if (link === undefined) return ''
  const { name, at, centre, turn, half, spring, damper, range } = link
  return `
      <body name="${name}" pos="${numbers(at)}">
        <joint name="${name}" stiffness="${spring}" damping="${damper}" range="${numbers(range)}"/>
        <geom name="${name}" pos="${numbers(centre)}" axisangle="0 1 0 ${turn}" size="0.046 ${half}"/>
        ${chain(below)}
      </body>`
}

const model = `<mujoco model="half cheetah">
  <compiler angle="radian" settotalmass="14"/>
  <option timestep="0.01" gravity="0 0 -9.81"/>
  <size memory="1M"/>
  <default>
    <joint axis="0 1 0" armature="0.1" solreflimit="0.02 1" solimplimit="0 0.8 0.03"/>
    <geom type="capsule" conaffinity="0" friction="0.4 0.1 0.1" solref="0.02 1" solimp="0 0.8 0.01"/>
    <default class="free"><joint armature="0"/></default>
    <default class="floor"><geom type="plane" conaffinity="1" size="40 40 40"/></default>
  </default>
  <worldbody>
    <geom name="floor" class="floor"/>
    <body name="torso" pos="0 0 0.7">${planarJoints(0)}
      <geom name="torso" fromto="-0.5 0 0 0.5 0 0" size="0.046"/>
      <geom name="head" pos="0.6 0 0.1" axisangle="0 1 0 0.87" size="0.046 0.15"/>
      ${legs.map(chain).join('')}
    </body>
  </worldbody>
  ${motors(Object.fromEntries(legs.flat().map(({ name, gear }) => [name, gear])))}
</mujoco>`

export const task = (version) => ({
  name: 'HalfCheetah', version, model, frameSkip: 5, observationSize: 17, maxEpisodeSteps: 1000,
  solvedReturn: 4800, summary: 'run on two legs in a plane',
  // Less noise at first: thrown about by σ = 1 it learns to run on its back. Its simulation is quick, and
  // 25 products would take two fifths of a training; five with factors do as much.
  preset: { ...presets.locomotion, initialLogStd: -1, cgIterations: 5, preconditioner: 'kronecker' },
  start: normalStart(0.1),
  mark: slideX,
  observe: (out, world) => { writeState(out, world, 1) },
  judge(world, x, action) {
    const forward = (slideX(world) - x) / world.dt
    return { terminated: false, terms: { forward, control: squaresTerm(action, 0.1) } }
  },
})

export const v4 = row(task(4))
export default row(task(5))
