/**
 * Hopper: one leg that hops. The numbers are Gymnasium's. A fall ends the episode; v4 gives the bonus of 1
 * also for the step after which it has fallen.
 */
import { presets } from 'trpo'
import { motors, planarJoints, runningTerms, slideX, squaresTerm, uniformStart, writeState } from './parts.js'
import { row } from './simulation.js'

/** Every body's frame is at the joint by which it hangs from its parent. */
const model = `<mujoco model="hopper">
  <option integrator="RK4" timestep="0.002"/>
  <size memory="1M"/>
  <default>
    <joint axis="0 -1 0" armature="1" damping="1"/>
    <geom type="capsule" condim="1" margin="0.001" solref="0.02 1" solimp="0.8 0.8 0.01" friction="0.9"/>
    <default class="free"><joint armature="0" damping="0"/></default>
    <default class="floor"><geom type="plane" condim="3" friction="1" size="20 20 0.125"/></default>
  </default>
  <worldbody>
    <geom name="floor" class="floor"/>
    <body name="torso" pos="0 0 1.25">${planarJoints(1.25)}
      <geom name="torso" fromto="0 0 0.2 0 0 -0.2" size="0.05"/>
      <body name="thigh" pos="0 0 -0.2">
        <joint name="hip" range="-150 0"/>
        <geom name="thigh" fromto="0 0 0 0 0 -0.45" size="0.05"/>
        <body name="shin" pos="0 0 -0.45">
          <joint name="knee" range="-150 0"/>
          <geom name="shin" fromto="0 0 0 0 0 -0.5" size="0.04"/>
          <body name="foot" pos="0 0 -0.5">
            <joint name="ankle" range="-45 45"/>
            <geom name="foot" fromto="-0.13 0 0 0.26 0 0" size="0.06" friction="2"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  ${motors({ hip: 200, knee: 200, ankle: 200 })}
</mujoco>`

/** Upright and high enough, and everything but x within ±100. */
function standsUp({ qpos, qvel }) {
  if (!(qpos[1] > 0.7 && Math.abs(qpos[2]) < 0.2)) return false
  return qpos.subarray(2).every((x) => Math.abs(x) < 100) && qvel.every((x) => Math.abs(x) < 100)
}

export const task = (version) => ({
  name: 'Hopper', version, model, frameSkip: 4, observationSize: 11, maxEpisodeSteps: 1000,
  solvedReturn: 3800, summary: 'hop on one leg without falling',
  // By γ = 0.99 a fall costs too little to learn not to fall; noise that lasts makes up the speed.
  preset: { ...presets.locomotion, discount: 0.995, actionNoiseHold: 2 },
  start: uniformStart(5e-3),
  mark: slideX,
  observe: (out, world) => { writeState(out, world, 1, 10) },
  judge(world, x, action) {
    const isHealthy = standsUp(world), forward = (slideX(world) - x) / world.dt
    const terms = runningTerms({ version, isHealthy, forward, control: squaresTerm(action, 1e-3) })
    return { terminated: !isHealthy, terms }
  },
})

export const v4 = row(task(4))
export default row(task(5))
