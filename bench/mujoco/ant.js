/**
 * Ant: a ball on four legs that walks along x. The numbers are Gymnasium's. v5 observes the contact forces of
 * all bodies, each number within ±1, and charges their squares; v4 does neither, and gives the bonus of 1
 * also for the step after which it is too low or too high.
 */
import { presets } from 'trpo'
import { motors, normalStart, runningTerms, squaresTerm, writeState } from './parts.js'
import { row } from './simulation.js'

/** A leg towards (x, y), each ±1: a hub that is fixed to the torso, a thigh and a foot. */
function leg(number, x, y) {
  const place = `${0.2 * x} ${0.2 * y} 0`
  return `
      <body name="hub ${number}">
        <geom name="hub ${number}" fromto="0 0 0 ${place}"/>
        <body name="thigh ${number}" pos="${place}">
          <joint name="hip ${number}" axis="0 0 1" range="-30 30"/>
          <geom name="thigh ${number}" fromto="0 0 0 ${place}"/>
          <body name="foot ${number}" pos="${place}">
            <joint name="ankle ${number}" axis="${-x * y} 1 0" range="${x > 0 ? '30 70' : '-70 -30'}"/>
            <geom name="foot ${number}" fromto="0 0 0 ${0.4 * x} ${0.4 * y} 0"/>
          </body>
        </body>
      </body>`
}

/** The order of the motors, which is not that of the legs. */
const gears = Object.fromEntries([4, 1, 2, 3].flatMap((n) => [[`hip ${n}`, 150], [`ankle ${n}`, 150]]))

const model = `<mujoco model="ant">
  <option integrator="RK4" timestep="0.01"/>
  <size memory="1M"/>
  <default>
    <joint armature="1" damping="1"/>
    <geom type="capsule" size="0.08" conaffinity="0" density="5" friction="1 0.5 0.5" margin="0.01"/>
    <default class="floor"><geom type="plane" conaffinity="1" size="40 40 40"/></default>
  </default>
  <worldbody>
    <geom name="floor" class="floor"/>
    <body name="torso" pos="0 0 0.75">
      <joint name="root" type="free" armature="0" damping="0" margin="0.01"/>
      <geom name="torso" type="sphere" size="0.25"/>
      ${[leg(1, 1, 1), leg(2, -1, 1), leg(3, -1, -1), leg(4, 1, -1)].join('')}
    </body>
  </worldbody>
  ${motors(gears)}
</mujoco>`

/** Torques and forces on every body except the world, which comes first. */
const forcesOf = ({ cfrc_ext: all }) => all.subarray(6)

const clip = (force) => Math.min(Math.max(force, -1), 1)

/** The torso's x as MuJoCo last computed it, which is inside its last step, not after it. */
const torsoX = ({ xpos }) => xpos[3]

export const task = (version) => ({
  name: 'Ant', version, model, frameSkip: 5, observationSize: version === 4 ? 27 : 105, maxEpisodeSteps: 1000,
  solvedReturn: 6000, summary: 'walk on four legs',
  preset: { ...presets.locomotion, initialLogStd: -1 },
  needsContactForces: version === 5,
  start: normalStart(0.1),
  mark: torsoX,
  observe(out, world) {
    const at = writeState(out, world, 2)
    if (version === 5) forcesOf(world).forEach((force, i) => { out[at + i] = clip(force) })
  },
  judge(world, x, action) {
    const [, , z] = world.qpos, forward = (torsoX(world) - x) / world.dt
    const isHealthy = z >= 0.2 && z <= 1
    const terms = runningTerms({ version, isHealthy, forward, control: squaresTerm(action, 0.5) })
    if (version === 5) terms.contact = squaresTerm(forcesOf(world).map(clip), 5e-4)
    return { terminated: !isHealthy, terms }
  },
})

export const v4 = row(task(4))
export default row(task(5))
