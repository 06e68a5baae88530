/**
 * npm run same -- DIRECTORY: whether the models here are those of Gymnasium, whose
 * gymnasium/envs/mujoco/assets (no part of this repository) the directory is. Both models start from the same
 * states and get the same random controls. Printed are the largest difference between the constants of
 * joints, motors and masses, and that between positions and velocities after 1, 100 and 1000 steps of MuJoCo,
 * over 20 starts.
 * `--write FILE` writes how Gymnasium's models move from the first start, which tests compare with.
 * But: contacts are chaotic; rounding may grow to any size.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { Random } from 'trpo'
import { task as ant } from './ant.js'
import { task as halfCheetah } from './halfCheetah.js'
import { task as hopper } from './hopper.js'
import { task as invertedDoublePendulum } from './invertedDoublePendulum.js'
import { task as invertedPendulum } from './invertedPendulum.js'
import { task as reacher } from './reacher.js'
import { mujoco } from './simulation.js'
import { task as swimmer } from './swimmer.js'
import { task as walker2d } from './walker2d.js'

const [directory, flag, file] = process.argv.slice(2)
if (directory === undefined) {
  console.error('directory: expected that of Gymnasium\'s XML files, got nothing')
  process.exit(2)
}

const PAIRS = [
  [invertedPendulum(5), 'inverted_pendulum'], [invertedDoublePendulum(5), 'inverted_double_pendulum'],
  [reacher(5), 'reacher'], [swimmer(5), 'swimmer'], [hopper(5), 'hopper'], [walker2d(5), 'walker2d_v5'],
  [walker2d(4), 'walker2d'], [halfCheetah(5), 'half_cheetah'], [ant(5), 'ant'],
]
const STARTS = 20, MARKS = [1, 100, 1000]
/** What frames and names do not change. */
const CONSTANTS = [
  'qpos0', 'jnt_type', 'jnt_range', 'jnt_stiffness', 'jnt_margin', 'jnt_solref', 'jnt_solimp',
  'dof_armature', 'dof_damping', 'dof_invweight0', 'dof_M0', 'body_mass', 'body_subtreemass', 'body_inertia',
  'actuator_gear', 'actuator_ctrlrange', 'actuator_trnid',
]

const largest = (a, b) => {
  if (a.length !== b.length) return Infinity
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]))
  return most
}

/** Positions and velocities at the marks, from a start near the model's own and by random controls. */
function motion(model, seed) {
  const random = new Random(seed), data = new mujoco.MjData(model)
  for (const numbers of [data.qpos, data.qvel]) {
    for (let i = 0; i < numbers.length; i++) numbers[i] += 0.1 * random.normal()
  }
  const seen = []
  for (let step = 1; seen.length < MARKS.length; step++) {
    for (let i = 0; i < model.nu; i++) data.ctrl[i] = 2 * random.uniform() - 1
    mujoco.mj_step(model, data)
    if (step === MARKS[seen.length]) seen.push([...data.qpos, ...data.qvel])
  }
  data.delete()
  return seen
}

function difference(ours, theirs) {
  const worst = MARKS.map(() => 0)
  for (let seed = 1; seed <= STARTS; seed++) {
    const [a, b] = [motion(ours, seed), motion(theirs, seed)]
    MARKS.forEach((_, i) => { worst[i] = Math.max(worst[i], largest(a[i], b[i])) })
  }
  return worst
}

const columns = (cells) => cells.map((cell, i) => i === 0 ? cell.padEnd(28) : cell.padStart(12)).join('')

const written = {}
console.log(columns(['task', 'constants', ...MARKS.map((n) => `${n} steps`)]))
for (const [{ name, version, model: text }, source] of PAIRS) {
  const xml = readFileSync(`${directory}/${source}.xml`, 'utf8')
  const models = [text, xml].map((each) => mujoco.MjModel.from_xml_string(each))
  const constants = CONSTANTS.map((field) => [field, largest(...models.map((model) => model[field]))])
  const [field, most] = constants.reduce((a, b) => b[1] > a[1] ? b : a)
  const cells = [most, ...difference(...models)].map((x) => x.toExponential(1))
  console.log(columns([`${name}-v${version}`, ...cells]) + (most > 1e-12 ? `  ${field}` : ''))
  written[`${name}-v${version}`] = motion(models[1], 1)
}
const fixture = { seed: 1, marks: MARKS, motions: written }
if (flag === '--write') writeFileSync(file, `${JSON.stringify(fixture)}\n`)
