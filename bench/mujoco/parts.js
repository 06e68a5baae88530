/**
 * What several tasks have in common: random starts, costs, and the joints and rewards of bodies that run in a
 * plane.
 */

/** Start near the model's own state: each number of qpos and qvel uniform within ± `scale`. */
export const uniformStart = (scale) => ({ qpos, qvel }, random) => {
  addUniform(qpos, scale, random)
  addUniform(qvel, scale, random)
}

/** The same with velocities that are normal, of standard deviation `scale`. */
export const normalStart = (scale) => ({ qpos, qvel }, random) => {
  addUniform(qpos, scale, random)
  for (let i = 0; i < qvel.length; i++) qvel[i] += scale * random.normal()
}

export function addUniform(numbers, scale, random) {
  for (let i = 0; i < numbers.length; i++) numbers[i] += scale * (2 * random.uniform() - 1)
}

/** −`weight`·|x|²; x may be an action as it was given: MuJoCo clips it, its cost does not. */
export function squaresTerm(x, weight) {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i]
  return -weight * sum
}

/** Writes qpos from `first` on, and then qvel within ± `bound`; where that ended. */
export function writeState(out, { qpos, qvel }, first, bound = Infinity) {
  let at = 0
  for (let i = first; i < qpos.length; i++) out[at++] = qpos[i]
  for (let i = 0; i < qvel.length; i++) out[at++] = Math.min(Math.max(qvel[i], -bound), bound)
  return at
}

/** The x of a body whose first joint is a slide along x. */
export const slideX = ({ qpos }) => qpos[0]

/** Joints by which a body moves in the x-z plane; its height is the third number of its place. */
export const planarJoints = (height) => `
      <joint name="x" class="free" type="slide" axis="1 0 0"/>
      <joint name="z" class="free" type="slide" axis="0 0 1" ref="${height}"/>
      <joint name="pitch" class="free" type="hinge" axis="0 1 0"/>`

/** Motors of gear `gears[joint]`, whose controls reach from −1 to 1. */
export function motors(gears) {
  const lines = Object.entries(gears)
    .map(([joint, gear]) => `    <motor joint="${joint}" gear="${gear}" ctrlrange="-1 1"/>`)
  return `<actuator>\n${lines.join('\n')}\n  </actuator>`
}

/**
 * The terms of a body that runs and may fall. A step that ends the episode is healthy in Gymnasium's v4 and
 * not in its v5.
 */
export function runningTerms({ version, isHealthy, forward, control }) {
  return { forward, healthy: isHealthy || version === 4 ? 1 : 0, control }
}
