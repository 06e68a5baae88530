/**
 * Walker2d: two legs that walk. The numbers are Gymnasium's. A fall ends the episode. In v4 the soles differ,
 * 0.9 on the right and 1.9 on the left, and the step after which it has fallen has the bonus of 1, too.
 */
import { presets } from 'trpo'
import { motors, planarJoints, runningTerms, slideX, squaresTerm, uniformStart, writeState } from './parts.js'
import { row } from './simulation.js'

/** Every body's frame is at the joint by which it hangs from its parent. */
const leg = (side, sole) => `
      <body name="${side} thigh" pos="0 0 -0.2">
        <joint name="${side} hip" range="-150 0"/>
        <geom name="${side} thigh" fromto="0 0 0 0 0 -0.45" size="0.05"/>
        <body name="${side} shin" pos="0 0 -0.45">
          <joint name="${side} knee" range="-150 0"/>
          <geom name="${side} shin" fromto="0 0 0 0 0 -0.5" size="0.04"/>
          <body name="${side} foot" pos="0 0 -0.5">
            <joint name="${side} ankle" range="-45 45"/>
            <geom name="${side} foot" fromto="0 0 0 0.2 0 0" size="0.06" friction="${sole} 0.1 0.1"/>
          </body>
        </body>
      </body>`

const joints = ['right', 'left']
  .flatMap((side) => ['hip', 'knee', 'ankle'].map((joint) => `${side} ${joint}`))

const model = (version) => `<mujoco model="walker">
  <option integrator="RK4" timestep="0.002"/>
  <size memory="1M"/>
  <default>
    <joint axis="0 -1 0" armature="0.01" damping="0.1"/>
    <geom type="capsule" conaffinity="0" friction="0.9 0.1 0.1"/>
    <default class="free"><joint armature="0" damping="0"/></default>
    <default class="floor">
      <geom type="plane" conaffinity="1" friction="0.7 0.1 0.1" size="40 40 40"/>
    </default>
  </default>
  <worldbody>
    <geom name="floor" class="floor"/>
    <body name="torso" pos="0 0 1.25">${planarJoints(1.25)}
      <geom name="torso" fromto="0 0 0.2 0 0 -0.2" size="0.05"/>
      ${leg('right', version === 4 ? 0.9 : 1.9)}${leg('left', 1.9)}
    </body>
  </worldbody>
  ${motors(Object.fromEntries(joints.map((joint) => [joint, 100])))}
</mujoco>`

export const task = (version) => ({
  name: 'Walker2d', version, model: model(version), frameSkip: 4, observationSize: 17, maxEpisodeSteps: 1000,
  solvedReturn: null, summary: 'walk on two legs without falling',
  // A wider value function made it faster. By γ = 0.995 it falls seldom, but walks more slowly.
  preset: {
    ...presets.locomotion, initialLogStd: -0.5, actionNoiseHold: 2, valueHiddenSizes: [128, 128],
  },
  start: uniformStart(5e-3),
  mark: slideX,
  observe: (out, world) => { writeState(out, world, 1, 10) },
  judge(world, x, action) {
    const [, z, pitch] = world.qpos, forward = (slideX(world) - x) / world.dt
    const isHealthy = z > 0.8 && z < 2 && Math.abs(pitch) < 1
    const terms = runningTerms({ version, isHealthy, forward, control: squaresTerm(action, 1e-3) })
    return { terminated: !isHealthy, terms }
  },
})

export const v4 = row(task(4))
export default row(task(5))
