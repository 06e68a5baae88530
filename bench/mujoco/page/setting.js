/**
 * What the page offers: tasks, how each is trained, and where it is seen from.
 */
import tasks from '../index.js'

/**
 * Metres from the camera to the point it follows, that point's height, and the camera's angles in radians
 * about the vertical and above the ground.
 */
const UPRIGHT = { distance: 4.9, height: 0.72, yaw: 0.45, pitch: 0.13 }

export const views = {
  Walker2d: UPRIGHT,
  Hopper: UPRIGHT,
  HalfCheetah: { distance: 4.4, height: 0.4, yaw: 0.4, pitch: 0.2 },
  Ant: { distance: 5.6, height: 0.35, yaw: 0.5, pitch: 0.42 },
  Swimmer: { distance: 8, height: 0, yaw: 0.3, pitch: 0.75 },
}

export const optionsOf = (task, seed) => ({ ...tasks[task].preset, seed })

/** The command that trains to the same weights; it knows the preset of a task. */
export function commandOf(task, seed, iterations) {
  return `npx trpo train ./bench/mujoco/index.js#${task} --seed ${seed} --iterations ${iterations}`
}
