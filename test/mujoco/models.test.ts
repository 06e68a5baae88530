/**
 * The models of bench/mujoco against mechanics: masses and moments of inertia of capsules by hand, falling by
 * ½gt², energy of cart and pole by their Lagrangian, and weight by the forces of the floor; and against how
 * Gymnasium's own models move by the same MuJoCo (bench/mujoco/same.js wrote the fixture). Tolerances:
 * rounding for masses; the integrators' error, as measured and said at each, for the rest.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/index.ts'
import { skipped } from '../support/programs.ts'
import { fileOf, isInstalled, loadBench, simulationOf } from './bench.ts'

const G = 9.81

/** Mass of a capsule: cylinder and two half spheres, of water by default. */
const capsule = (radius: number, length: number, density = 1000): number =>
  density * Math.PI * radius ** 2 * (4 / 3 * radius + length)
const sphere = (radius: number, density = 1000): number => capsule(radius, 0, density)
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0)

const leg = capsule(0.05, 0.45) + capsule(0.04, 0.5)
const POLE = capsule(0.049, Math.hypot(0.6, 0.001))
const MASSES: Readonly<Record<string, number>> = {
  invertedPendulum: capsule(0.1, 0.2) + POLE,
  invertedDoublePendulum: capsule(0.1, 0.2) + 2 * capsule(0.045, 0.6),
  reacher: 2 * capsule(0.01, 0.1) + sphere(0.01) + sphere(0.009),
  swimmer: 3 * capsule(0.1, 1),
  hopper: capsule(0.05, 0.4) + leg + capsule(0.06, 0.39),
  walker2d: capsule(0.05, 0.4) + 2 * (leg + capsule(0.06, 0.2)),
  halfCheetah: 14,
  ant: sphere(0.25, 5)
    + 4 * (2 * capsule(0.08, Math.hypot(0.2, 0.2), 5) + capsule(0.08, Math.hypot(0.4, 0.4), 5)),
}

if (!isInstalled) skipped('bench/mujoco, for want of @mujoco/mujoco (npm ci there)')
else {
  const bench = await loadBench(), { mujoco, task } = bench

  test('each model has the mass of its capsules', () => {
    for (const [file, mass] of Object.entries(MASSES)) {
      for (const version of [4, 5] as const) {
        const { model } = simulationOf(bench, task(file, version).model)
        const got = sum(model.body_mass)
        assert.ok(Math.abs(got / mass - 1) < 1e-13, `${file}: ${got}, expected ${mass}`)
      }
    }
  })

  test('each model moves as Gymnasium\'s does: into its limits, and onto the floor', () => {
    interface Fixture {
      readonly seed: number
      readonly marks: readonly number[]
      readonly motions: Readonly<Record<string, readonly (readonly number[])[]>>
    }
    const text = readFileSync('test/fixtures/mujocoMotions.json', 'utf8')
    const { seed, marks, motions } = JSON.parse(text) as Fixture
    assert.is(Object.keys(motions).length, 9)
    for (const [title, motion] of Object.entries(motions)) {
      const [, name, version] = /^(\w+)-v([45])$/.exec(title)!
      const { model, data } = simulationOf(bench, task(fileOf(name), version === '4' ? 4 : 5).model)
      const random = new Random(seed)
      for (const numbers of [data.qpos, data.qvel]) {
        for (let i = 0; i < numbers.length; i++) numbers[i] += 0.1 * random.normal()
      }
      for (let step = 1; step <= marks.at(-1)!; step++) {
        for (let i = 0; i < model.nu; i++) data.ctrl[i] = 2 * random.uniform() - 1
        mujoco.mj_step(model, data)
        if (!marks.includes(step)) continue
        const got = [...data.qpos, ...data.qvel], expected = motion[marks.indexOf(step)]
        const error = Math.max(...got.map((x, i) => Math.abs(x - expected[i])))
        // Measured: 0, except for Hopper and Walker2d, whose frames are placed otherwise: 1e-10.
        assert.ok(got.length === expected.length && error < 1e-6, `${title}, step ${step}: ${error}`)
      }
    }
  })

  test('in the air the centre of mass falls by ½gt², whatever the motors do', () => {
    for (const [file, height] of [['hopper', 1], ['walker2d', 1], ['halfCheetah', 1], ['ant', 2]] as const) {
      const { model, data } = simulationOf(bench, task(file, 5).model)
      // MuJoCo's Euler moves by the new velocity, so it would fall by ½gt(t + dt).
      model.opt.integrator = mujoco.mjtIntegrator.mjINT_RK4.value
      model.opt.timestep = 1e-3
      data.qpos[height] += 100
      mujoco.mj_forward(model, data)
      const random = new Random(1), start = data.subtree_com[5]
      for (let t = 0; t < 1000; t++) {
        for (let i = 0; i < model.nu && t % 100 === 0; i++) data.ctrl[i] = 2 * random.uniform() - 1
        mujoco.mj_step(model, data)
      }
      mujoco.mj_forward(model, data)
      assert.is(data.ncon, 0)
      const fallen = start - data.subtree_com[5]
      assert.ok(data.qpos.slice(3).some((x: number) => Math.abs(x) > 0.05), `${file}: its joints have moved`)
      // Joint limits are stiff springs. Measured: 2e-5 for Walker2d.
      assert.ok(Math.abs(fallen - G / 2) < 1e-4, `${file}: ${fallen}`)
    }
  })

  test('without damping, cart and pole keep the energy of their Lagrangian', () => {
    const { model, data } = simulationOf(bench, task('invertedPendulum', 5).model)
    model.dof_damping.fill(0)
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_LIMIT.value
    model.opt.timestep = 1e-3
    const r = 0.049, length = Math.hypot(0.6, 0.001), l = length / 2, cart = capsule(0.1, 0.2)
    // A capsule about the axis across it, through its centre: cylinder, and half spheres by Steiner.
    const shaft = 1000 * Math.PI * r ** 2 * length, caps = sphere(r)
    const inertia = shaft * (r ** 2 / 4 + length ** 2 / 12)
      + caps * (2 / 5 * r ** 2 + length ** 2 / 4 + 3 / 8 * r * length) + POLE * l ** 2
    // The pole stands askew by so much where its joint is 0.
    const lean = Math.atan2(0.001, 0.6)
    const energy = (): number => {
      const [, joint] = data.qpos, [v, w] = data.qvel, angle = joint + lean
      return (cart + POLE) / 2 * v ** 2 + POLE * l * Math.cos(angle) * v * w + inertia / 2 * w ** 2
        + POLE * G * l * Math.cos(angle)
    }
    data.qpos[1] = 0.1
    data.qvel.set([0.5, -1])
    const start = energy()
    let fastest = 0
    for (let t = 0; t < 3000; t++) {
      mujoco.mj_step(model, data)
      fastest = Math.max(fastest, Math.abs(data.qvel[1]))
      assert.ok(Math.abs(energy() / start - 1) < 1e-8, `${t}: ${energy() / start - 1}`)
    }
    assert.ok(fastest > 5, 'the pole has swung through')
  })

  test('without damping, limits, springs and contacts, running bodies keep their energy', () => {
    for (const [file, height] of [['hopper', 1], ['walker2d', 1], ['halfCheetah', 1], ['ant', 2]] as const) {
      const { model, data } = simulationOf(bench, task(file, 5).model)
      model.dof_damping.fill(0)
      model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_CONSTRAINT.value
      model.opt.integrator = mujoco.mjtIntegrator.mjINT_RK4.value
      model.opt.timestep = 1e-3
      const random = new Random(1)
      data.qpos[height] += 100
      for (let i = 0; i < model.nv; i++) data.qvel[i] = random.normal()
      const energy = (): number => {
        mujoco.mj_forward(model, data)
        mujoco.mj_energyPos(model, data)
        mujoco.mj_energyVel(model, data)
        return data.energy[0] + data.energy[1]
      }
      const start = energy(), kinetic = data.energy[1]
      for (let t = 0; t < 500; t++) mujoco.mj_step(model, data)
      assert.ok(Math.abs(data.energy[1] - kinetic) > 0.1 * kinetic, 'it has fallen')
      const lost = (energy() - start) / kinetic
      assert.ok(Math.abs(lost) < 1e-6, `${file}: ${lost}`)
    }
  })

  test('at rest the floor carries the weight', () => {
    for (const file of ['halfCheetah', 'ant']) {
      const { model, data } = simulationOf(bench, task(file, 5).model)
      for (let t = 0; t < 5000; t++) mujoco.mj_step(model, data)
      mujoco.mj_rnePostConstraint(model, data)
      // Torque and force on each body.
      const up = sum(Array.from({ length: model.nbody }, (_, body) => data.cfrc_ext[6 * body + 5] as number))
      const weight = MASSES[file] * G
      assert.ok(data.ncon >= 2)
      assert.ok(Math.abs(up / weight - 1) < 1e-4, `${file}: ${up} N, weight ${weight} N`)
    }
  })
}

test.run()
