/**
 * A part of an episode that can be repeated: the window whose last pose is most like its first, with the
 * end blended into the start. A pose is what a task observes: angles, height and velocities, without x.
 */
import { act } from 'trpo'

/** Seconds: before the first start, of the loop, of the blend. */
const WARMUP = 1, SHORTEST = 1.6, LONGEST = 3.2, BLEND = 0.25
const FRAMES_PER_SECOND = 25
const EPISODES = 20

const mix = (a, b, t) => a + (b - a) * t

/** The first of EPISODES deterministic episodes that no fall ends, or else the longest of them. */
export function watch(policy, make) {
  const env = make()
  let longest = { poses: [] }
  for (let seed = 1; seed <= EPISODES; seed++) {
    const episode = play(policy, env, seed)
    if (episode.poses.length > longest.poses.length) longest = episode
    if (episode.poses.length === env.maxEpisodeSteps) break
  }
  env.close()
  return longest
}

/** Per step the pose and, per capsule, [x, z, angle] in the plane. */
function play(policy, env, seed) {
  const poses = [], places = [], moving = () => env.geoms().filter(({ isFixed }) => !isFixed)
  let { observation } = env.reset({ seed }), isOver = false
  const capsules = moving().map(({ name, size: [radius, half] }) => ({ name, radius, half }))
  while (!isOver) {
    poses.push([...observation])
    places.push(moving().map(({ position: [x, , z], rotation }, i) =>
      [x, z, near(Math.atan2(rotation[8], rotation[2]), places.at(-1)?.[i][2] ?? 0)]))
    const result = env.step(act(policy, observation))
    observation = result.observation
    isOver = result.terminated || result.truncated
  }
  return { poses, places, capsules, secondsPerStep: env.secondsPerStep }
}

/** The angle of the same direction within half a turn of `other`. */
const near = (angle, other) => angle + 2 * Math.PI * Math.round((other - angle) / (2 * Math.PI))

/** First and last step of the window whose ends differ least, in standard deviations of each number. */
export function findLoop({ poses, secondsPerStep }) {
  const steps = (seconds) => Math.round(seconds / secondsPerStep)
  const first = steps(WARMUP), shortest = steps(SHORTEST), longest = steps(LONGEST)
  if (poses.length <= first + shortest) {
    const got = (poses.length * secondsPerStep).toFixed(1)
    throw new Error(`policy: expected one that runs for more than ${WARMUP + SHORTEST} s, got ${got} s`)
  }
  const scaled = standardized(poses)
  let best = { distance: Infinity }
  for (let start = first; start + shortest < poses.length; start++) {
    for (let end = start + shortest; end < Math.min(start + longest, poses.length); end++) {
      let distance = 0
      for (let i = 0; i < scaled[0].length; i++) distance += (scaled[end][i] - scaled[start][i]) ** 2
      if (distance < best.distance) best = { start, end, distance }
    }
  }
  return best
}

function standardized(poses) {
  const n = poses.length
  const scales = poses[0].map((_, i) => {
    const mean = poses.reduce((sum, pose) => sum + pose[i], 0) / n
    return Math.sqrt(poses.reduce((sum, pose) => sum + (pose[i] - mean) ** 2, 0) / n) || 1
  })
  return poses.map((pose) => pose.map((x, i) => x / scales[i]))
}

/**
 * Frames of the loop: places per capsule, x from a point that moves evenly; the frame after the last is the
 * first. With it seconds, metres per second, and the capsules.
 */
export function motionOf({ places, capsules, secondsPerStep }, { start, end }) {
  const seconds = (end - start) * secondsPerStep, count = Math.round(seconds * FRAMES_PER_SECOND)
  const way = places[end][0][0] - places[start][0][0]
  /** At a time in steps from the start, shifted by `turns` whole loops. */
  const at = (time, turns) => {
    const step = start + time - turns * (end - start), k = Math.floor(step)
    const [before, after] = [places[k], places[Math.min(k + 1, places.length - 1)]]
    const origin = places[start][0][0] + way * (time / (end - start) - turns)
    return before.map((place, i) => {
      const [x, z, angle] = place.map((value, j) => mix(value, after[i][j], step - k))
      return [x - origin, z, angle]
    })
  }
  const frames = Array.from({ length: count }, (_, frame) => {
    const time = (end - start) * frame / count, left = seconds * (1 - frame / count)
    const now = at(time, 0)
    if (left >= BLEND) return now
    const earlier = at(time, 1), share = 1 - left / BLEND
    return now.map((place, i) => [
      mix(place[0], earlier[i][0], share), mix(place[1], earlier[i][1], share),
      mix(place[2], near(earlier[i][2], place[2]), share),
    ])
  })
  return { frames, capsules, seconds, speed: way / seconds }
}
