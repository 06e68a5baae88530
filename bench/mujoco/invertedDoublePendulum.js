/**
 * InvertedDoublePendulum: keep two poles upright, one on the other, on a cart. The numbers are Gymnasium's.
 * v4 observes the constraint forces of all three joints, of which two are always 0, and gives the bonus also
 * for the last step.
 */
import { presets } from 'trpo'
import { normalStart } from './parts.js'
import { cosSin, row } from './simulation.js'

const model = `<mujoco model="double pendulum">
  <option integrator="RK4" timestep="0.01" gravity="1e-5 0 -9.81"/>
  <size memory="1M"/>
  <default>
    <joint damping="0.05"/>
    <geom type="capsule" contype="0" friction="1 0.1 0.1"/>
    <default class="pole">
      <joint axis="0 1 0"/>
      <geom fromto="0 0 0 0 0 0.6" size="0.045"/>
    </default>
  </default>
  <worldbody>
    <geom name="rail" fromto="-1 0 0 1 0 0" size="0.02"/>
    <body name="cart">
      <joint name="x" type="slide" axis="1 0 0" range="-1 1" margin="0.01"/>
      <geom name="cart" fromto="-0.1 0 0 0.1 0 0" size="0.1"/>
      <body name="lower">
        <joint name="lower" class="pole"/>
        <geom name="lower" class="pole"/>
        <body name="upper" pos="0 0 0.6">
          <joint name="upper" class="pole"/>
          <geom name="upper" class="pole"/>
          <site name="tip" pos="0 0 0.6"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="x" gear="500" ctrlrange="-1 1"/>
  </actuator>
</mujoco>`

const clip = (x) => Math.min(Math.max(x, -10), 10)

export const task = (version) => ({
  name: 'InvertedDoublePendulum', version, model, frameSkip: 5, observationSize: version === 4 ? 11 : 9,
  maxEpisodeSteps: 1000, solvedReturn: 9100, summary: 'push a cart to keep two poles upright, end to end',
  preset: { ...presets.locomotion, totalSteps: 500_000 },
  start: normalStart(0.1),
  observe(out, { qpos, qvel, qfrc_constraint: forces }) {
    out[0] = qpos[0]
    for (let i = 1; i < 3; i++) [out[i + 2], out[i]] = cosSin(qpos[i])
    for (let i = 0; i < 3; i++) out[5 + i] = clip(qvel[i])
    for (let i = 8; i < out.length; i++) out[i] = clip(forces[i - 8])
  },
  judge({ site_xpos: tip, qvel }) {
    const terminated = tip[2] <= 1
    const below = tip[2] - 2, [, lower, upper] = qvel
    const place = -(0.01 * tip[0] * tip[0] + below * below)
    const speed = -(1e-3 * lower * lower + 5e-3 * upper * upper)
    return { terminated, terms: { healthy: terminated && version === 5 ? 0 : 10, place, speed } }
  },
})

export const v4 = row(task(4))
export default row(task(5))
