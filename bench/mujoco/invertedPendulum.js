/**
 * InvertedPendulum: keep a pole upright on a cart. The numbers are Gymnasium's; the reward is 1 per step, in
 * v5 except for the one after which the pole has fallen.
 */
import { presets } from 'trpo'
import { uniformStart, writeState } from './parts.js'
import { row } from './simulation.js'

const model = `<mujoco model="pendulum">
  <option integrator="RK4" timestep="0.02" gravity="0 0 -9.81"/>
  <size memory="1M"/>
  <default>
    <joint damping="1"/>
    <geom type="capsule" contype="0" friction="1 0.1 0.1"/>
  </default>
  <worldbody>
    <geom name="rail" fromto="-1 0 0 1 0 0" size="0.02"/>
    <body name="cart">
      <joint name="x" type="slide" axis="1 0 0" range="-1 1"/>
      <geom name="cart" fromto="-0.1 0 0 0.1 0 0" size="0.1"/>
      <body name="pole">
        <joint name="angle" axis="0 1 0" range="-90 90"/>
        <geom name="pole" fromto="0 0 0 0.001 0 0.6" size="0.049"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="x" gear="100" ctrlrange="-3 3"/>
  </actuator>
</mujoco>`

export const task = (version) => ({
  name: 'InvertedPendulum', version, model, frameSkip: 2, observationSize: 4, maxEpisodeSteps: 1000,
  solvedReturn: 950, summary: 'push a cart to keep its pole upright',
  preset: { ...presets.locomotion, totalSteps: 300_000 },
  start: uniformStart(0.01),
  observe: (out, world) => { writeState(out, world, 0) },
  judge({ qpos }) {
    const terminated = Math.abs(qpos[1]) > 0.2
    return { terminated, terms: { healthy: terminated && version === 5 ? 0 : 1 } }
  },
})

export const v4 = row(task(4))
export default row(task(5))
