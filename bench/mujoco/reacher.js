/**
 * Reacher: bring the fingertip of an arm of two links to a target, in 50 steps. The numbers are Gymnasium's.
 * v4 judges the distance before the step, and observes that between the heights, which is always 0.
 */
import { presets } from 'trpo'
import { addUniform, motors, squaresTerm } from './parts.js'
import { cosSin, row } from './simulation.js'

const model = `<mujoco model="reacher">
  <compiler angle="radian"/>
  <option integrator="RK4" timestep="0.01" gravity="0 0 -9.81"/>
  <size memory="1M"/>
  <default>
    <joint axis="0 0 1" armature="1" damping="1"/>
    <geom contype="0" friction="1 0.1 0.1"/>
    <default class="link">
      <geom type="capsule" fromto="0 0 0 0.1 0 0" size="0.01"/>
    </default>
    <default class="target">
      <joint type="slide" armature="0" damping="0" range="-0.27 0.27"/>
    </default>
  </default>
  <worldbody>
    <body name="upper" pos="0 0 0.01">
      <joint name="shoulder"/>
      <geom name="upper" class="link"/>
      <body name="lower" pos="0.1 0 0">
        <joint name="elbow" range="-3 3"/>
        <geom name="lower" class="link"/>
        <body name="fingertip" pos="0.11 0 0">
          <geom name="fingertip" size="0.01"/>
        </body>
      </body>
    </body>
    <body name="target" pos="0.1 -0.1 0.01">
      <joint name="target x" class="target" axis="1 0 0" ref="0.1"/>
      <joint name="target y" class="target" axis="0 1 0" ref="-0.1"/>
      <geom name="target" size="0.009"/>
    </body>
  </worldbody>
  ${motors({ shoulder: 200, elbow: 200 })}
</mujoco>`

/** Where the two bodies' positions begin in xpos. */
const FINGERTIP = 3 * 3, TARGET = 3 * 4

const between = (xpos, axis) => xpos[FINGERTIP + axis] - xpos[TARGET + axis]

const distance = ({ xpos }) => Math.sqrt(-squaresTerm([0, 1, 2].map((axis) => between(xpos, axis)), 1))

export const task = (version) => ({
  name: 'Reacher', version, model, frameSkip: 2, observationSize: version === 4 ? 11 : 10,
  maxEpisodeSteps: 50, solvedReturn: -3.75, summary: 'bring the tip of an arm with two links to a target',
  preset: { ...presets.locomotion, totalSteps: 500_000 },
  start({ qpos, qvel }, random) {
    addUniform(qpos, 0.1, random)
    const goal = qpos.subarray(2)
    // Uniform in a disc.
    do {
      goal.fill(0)
      addUniform(goal, 0.2, random)
    } while (Math.sqrt(goal[0] * goal[0] + goal[1] * goal[1]) >= 0.2)
    addUniform(qvel.subarray(0, 2), 0.005, random)
  },
  mark: distance,
  observe(out, { qpos, qvel, xpos }) {
    for (let i = 0; i < 2; i++) {
      [out[i], out[2 + i]] = cosSin(qpos[i])
      out[4 + i] = qpos[2 + i]
      out[6 + i] = qvel[i]
    }
    for (let i = 8; i < out.length; i++) out[i] = between(xpos, i - 8)
  },
  judge(world, before, action) {
    const place = -(version === 4 ? before : distance(world))
    return { terminated: false, terms: { place, control: squaresTerm(action, 1) } }
  },
})

export const v4 = row(task(4))
export default row(task(5))
