/**
 * Swimmer: three links in a viscous fluid, driven by two joints. The numbers are Gymnasium's, and the same in
 * v4 and v5. It takes a discount near 1 to learn: swimming pays late.
 */
import { presets } from 'trpo'
import { motors, slideX, squaresTerm, uniformStart, writeState } from './parts.js'
import { row } from './simulation.js'

const model = `<mujoco model="swimmer">
  <option integrator="RK4" timestep="0.01" density="4000" viscosity="0.1"/>
  <size memory="1M"/>
  <default>
    <joint axis="0 0 1" armature="0.1"/>
    <geom type="capsule" contype="0" conaffinity="0" condim="1" density="1000" size="0.1"/>
  </default>
  <worldbody>
    <body name="front">
      <joint name="x" type="slide" axis="1 0 0"/>
      <joint name="y" type="slide" axis="0 1 0"/>
      <joint name="heading"/>
      <geom name="front" fromto="1.5 0 0 0.5 0 0"/>
      <body name="middle" pos="0.5 0 0">
        <joint name="neck" range="-100 100"/>
        <geom name="middle" fromto="0 0 0 -1 0 0"/>
        <body name="back" pos="-1 0 0">
          <joint name="waist" range="-100 100"/>
          <geom name="back" fromto="0 0 0 -1 0 0"/>
        </body>
      </body>
    </body>
  </worldbody>
  ${motors({ neck: 150, waist: 150 })}
</mujoco>`

export const task = (version) => ({
  name: 'Swimmer', version, model, frameSkip: 4, observationSize: 8, maxEpisodeSteps: 1000, solvedReturn: 360,
  summary: 'swim with three links through a viscous fluid',
  // A stroke pays after many steps, and noise that lasts two of them finds the long one more often.
  preset: { ...presets.locomotion, discount: 0.9999, actionNoiseHold: 2, damping: 0.3 },
  start: uniformStart(0.1),
  mark: slideX,
  observe: (out, world) => { writeState(out, world, 2) },
  judge(world, x, action) {
    const forward = (slideX(world) - x) / world.dt
    return { terminated: false, terms: { forward, control: squaresTerm(action, 1e-4) } }
  },
})

export const v4 = row(task(4))
export default row(task(5))
