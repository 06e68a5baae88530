/**
 * The environments of bench/mujoco against what Gymnasium documents: sizes, times, starts, rewards from the
 * positions and velocities of saved states or from MuJoCo stepped alone, ends; and against themselves: the
 * same bits from a saved state, beside other calls, and after MuJoCo's memory has grown. Tolerance 1e-9 for
 * rewards, which are sums in another order; statistics of starts within five standard errors.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkEnv, Random } from '../../src/index.ts'
import type { StepResult } from '../../src/rl/world/env.ts'
import { skipped } from '../support/programs.ts'
import {
  type Bench, fileOf, isInstalled, loadBench, type MujocoEnv, type Row, simulationOf,
} from './bench.ts'
import { seen, type State, verdict, type Version } from './formulas.ts'

/** By name: numbers observed in v5 and v4, actions and their bound, seconds per step, limit, threshold. */
type Facts = readonly [number, number, number, number, number, number, number | null]
const FACTS: Readonly<Record<string, Facts>> = {
  InvertedPendulum: [4, 4, 1, 3, 0.04, 1000, 950], InvertedDoublePendulum: [9, 11, 1, 1, 0.05, 1000, 9100],
  Reacher: [10, 11, 2, 1, 0.02, 50, -3.75], Swimmer: [8, 8, 2, 1, 0.04, 1000, 360],
  Hopper: [11, 11, 3, 1, 0.008, 1000, 3800], Walker2d: [17, 17, 6, 1, 0.008, 1000, null],
  HalfCheetah: [17, 17, 6, 1, 0.05, 1000, 4800], Ant: [105, 27, 8, 1, 0.05, 1000, 6000],
}
const VERSIONS: readonly Version[] = [4, 5]

/** Starts: within ± the first for qpos; velocities within ± the second, or normal with that deviation. */
const STARTS: Readonly<Record<string, readonly [number, number, 'uniform' | 'normal']>> = {
  InvertedPendulum: [0.01, 0.01, 'uniform'], InvertedDoublePendulum: [0.1, 0.1, 'normal'],
  Swimmer: [0.1, 0.1, 'uniform'], Hopper: [0.005, 0.005, 'uniform'], Walker2d: [0.005, 0.005, 'uniform'],
  HalfCheetah: [0.1, 0.1, 'normal'], Ant: [0.1, 0.1, 'normal'],
}

if (!isInstalled) skipped('bench/mujoco, for want of @mujoco/mujoco (npm ci there)')
else tests(await loadBench())

function tests(bench: Bench): void {
  const { mujoco, table } = bench
  const taskOf = (name: string, version: Version): Record<string, any> =>
    bench.task(fileOf(name), version)
  const rowOf = (name: string, version: Version): Row => table[name + (version === 4 ? 'V4' : '')]
  const make = (name: string, version: Version = 5): MujocoEnv => rowOf(name, version).make()
  const names = Object.keys(FACTS)
  /** A saved state begins as MuJoCo's does: time, qpos, qvel. */
  const partsOf = (name: string, version: Version = 5) => {
    const { model } = simulationOf(bench, taskOf(name, version).model)
    const { nq, nv } = model
    return {
      qpos0: [...model.qpos0] as number[],
      read: (env: MujocoEnv): State => {
        const state = env.getState!()
        return { qpos: state.slice(1, 1 + nq), qvel: state.slice(1 + nq, 1 + nq + nv) }
      },
    }
  }
  const randomAction = (env: MujocoEnv, random: Random): Float64Array => {
    const { low, high } = env.actionSpace as { low: Float64Array; high: Float64Array }
    return low.map((x, i) => x + (high[i] - x) * random.uniform())
  }
  const copy = ({ observation, reward, terminated, truncated }: StepResult): unknown =>
    ({ observation: [...observation as Float64Array], reward, terminated, truncated })

  test('spaces, times, limits and thresholds are Gymnasium\'s', () => {
    assert.equal(Object.keys(table), [...names, ...names.map((name) => `${name}V4`)])
    for (const [name, [size5, size4, actions, bound, dt, limit, solved]] of Object.entries(FACTS)) {
      for (const version of VERSIONS) {
        const row = rowOf(name, version), env = row.make()
        assert.is(row.name, `${name}-v${version}`)
        const { observationSpace: seen, actionSpace: acts } = env as any
        assert.equal([...seen.high], Array(version === 5 ? size5 : size4).fill(Infinity), row.name)
        assert.equal([...acts.high], Array(actions).fill(bound), row.name)
        assert.equal([...acts.low], Array(actions).fill(-bound), row.name)
        assert.equal([row.maxEpisodeSteps, env.maxEpisodeSteps, row.solvedReturn], [limit, limit, solved])
        const { model } = simulationOf(bench, taskOf(name, version).model)
        assert.ok(Math.abs(model.opt.timestep * row.frameSkip - dt) < 1e-15, row.name)
        assert.is(env.secondsPerStep, model.opt.timestep * row.frameSkip)
        env.close!()
      }
    }
  })

  test('checkEnv finds nothing, and has no remarks', () => {
    for (const row of Object.values(table)) {
      const problems = checkEnv(row.make, { steps: 300 })
      assert.equal([...problems, ...problems.remarks], [], row.name)
    }
  })

  test('starts are within their bounds and have their moments', () => {
    const n = 500
    for (const [name, [place, speed, kind]] of Object.entries(STARTS)) {
      const env = make(name), { qpos0, read } = partsOf(name)
      const places: number[] = [], speeds: number[] = []
      for (let k = 0; k < n; k++) {
        env.reset(k === 0 ? { seed: 3 } : undefined)
        const { qpos, qvel } = read(env)
        // MuJoCo normalises the quaternion of a free body when it steps, not before.
        qpos.forEach((x, i) => places.push((x - qpos0[i]) / place))
        qvel.forEach((x) => speeds.push(x / speed))
      }
      const check = (sample: number[], law: 'uniform' | 'normal'): void => {
        const largest = Math.max(...sample.map(Math.abs)), count = sample.length
        const mean = sample.reduce((a, b) => a + b) / count
        const variance = sample.reduce((a, b) => a + b * b, 0) / count
        // Variance 1/3 and fourth moment 1/5, or 1 and 3.
        const [expected, spread] = law === 'uniform' ? [1 / 3, 4 / 45] : [1, 2]
        assert.ok(Math.abs(mean) < 5 * Math.sqrt(expected / count), `${name}: mean ${mean}`)
        const error = Math.abs(variance - expected)
        assert.ok(error < 5 * Math.sqrt(spread / count), `${name}: variance ${variance}`)
        if (law === 'uniform') assert.ok(largest <= 1 + 1e-9 && largest > 0.98, `${name}: ${largest}`)
        else assert.ok(largest > 2.5, `${name}: ${largest}`)
      }
      check(places, 'uniform')
      check(speeds, kind)
    }
  })

  test('Reacher\'s target is uniform in a disc of radius 0.2; its observation is geometry', () => {
    const env = make('Reacher'), { read } = partsOf('Reacher'), n = 2000
    let near = 0
    for (let k = 0; k < n; k++) {
      const o = env.reset(k === 0 ? { seed: 1 } : undefined).observation as Float64Array
      const { qpos: [a, b, x, y], qvel } = read(env)
      assert.ok(Math.hypot(x, y) < 0.2 && Math.abs(a) <= 0.1 && Math.abs(b) <= 0.1)
      assert.ok(Math.abs(qvel[0]) <= 0.005 && Math.abs(qvel[1]) <= 0.005)
      assert.equal([...qvel.slice(2)], [0, 0])
      const tip = [0.1 * Math.cos(a) + 0.11 * Math.cos(a + b), 0.1 * Math.sin(a) + 0.11 * Math.sin(a + b)]
      assert.ok(Math.hypot(o[8] - tip[0] + x, o[9] - tip[1] + y) < 1e-12)
      if (Math.hypot(x, y) < 0.1) near++
    }
    assert.ok(Math.abs(near / n - 1 / 4) < 5 * Math.sqrt(3 / 16 / n), `${near}`)
  })

  for (const name of names) {
    test(`${name}: reward, end and observation of every step, from MuJoCo stepped alone`, () => {
      for (const version of VERSIONS) {
        const env = make(name, version), { read } = partsOf(name, version)
        const { model, data } = simulationOf(bench, taskOf(name, version).model)
        const random = new Random(7), { frameSkip } = table[name], dt = FACTS[name][4]
        const gap = (): number[] => [0, 1, 2].map((i) => data.xpos[9 + i] - data.xpos[12 + i])
        let ends = 0, touches = 0, isDue = true
        for (let t = 0; t < 400; t++) {
          if (isDue) {
            env.reset(t === 0 ? { seed: 5 } : undefined)
            const { qpos, qvel } = read(env)
            mujoco.mj_resetData(model, data)
            data.qpos.set(qpos)
            data.qvel.set(qvel)
            mujoco.mj_forward(model, data)
          }
          const before = read(env), x = data.xpos[3], first = gap()
          // Some are out of bounds: MuJoCo clips them, costs do not.
          const action = randomAction(env, random).map((a) => t % 5 === 0 ? 1.5 * a : a)
          data.ctrl.set(action)
          for (let k = 0; k < frameSkip; k++) mujoco.mj_step(model, data)
          if (name === 'Ant') mujoco.mj_rnePostConstraint(model, data)
          const result = env.step(action), after = read(env), place = `${name}-v${version}, step ${t}`
          assert.equal([...after.qpos, ...after.qvel], [...data.qpos, ...data.qvel], place)

          const step = {
            before, after, action, dt, tip: [...data.site_xpos], gaps: [first, gap()],
            bodyX: [x, data.xpos[3]], contact: [...data.cfrc_ext].slice(6),
            constraint: [...data.qfrc_constraint],
          }
          const { end, reward } = verdict(name, version, step)
          assert.is(result.terminated, end, place)
          const error = Math.abs(result.reward - reward)
          assert.ok(error < 1e-9 * (1 + Math.abs(reward)), `${place}: ${result.reward}, ${reward}`)
          // Sines and cosines are MuJoCo's there, and of this engine here.
          const got = result.observation as Float64Array, expected = seen(name, version, step)
          const slack = /Double|Reacher/.test(name) ? 2e-16 : 0
          assert.is(got.length, expected.length)
          assert.ok(expected.every((x, i) => Math.abs(got[i] - x) <= slack), `${place}: ${got}, ${expected}`)
          const terms = Object.values(result.info as Record<string, number>)
          assert.ok(Math.abs(terms.reduce((a, b) => a + b) - result.reward) < 1e-12, place)
          isDue = result.terminated || result.truncated
          if (result.terminated) ends++
          if (data.ncon > 0) touches++
        }
        if (/Inverted|Hopper|Walker/.test(name)) assert.ok(ends > 2, `${name}: ${ends} ends`)
        if (/Hopper|Walker|Cheetah|Ant/.test(name)) assert.ok(touches > 50, `${name}: ${touches} in contact`)
      }
    })
  }

  test('an ant that is thrown above 1 has ended; v4 still gives the bonus for that step', () => {
    const rewards = VERSIONS.map((version) => {
      const env = make('Ant', version)
      env.reset({ seed: 1 })
      const state = env.getState!()
      state[3] = 5
      env.setState!(state)
      const { terminated, reward } = env.step(new Float64Array(8))
      assert.is(terminated, true)
      return reward
    })
    assert.ok(Math.abs(rewards[0] - rewards[1] - 1) < 1e-12, `${rewards}`)
  })

  test('an episode without an end of its own is truncated at its limit', () => {
    for (const [name, limit] of [['Reacher', 50], ['HalfCheetah', 1000]] as const) {
      const env = make(name), still = new Float64Array(FACTS[name][2])
      env.reset({ seed: 1 })
      for (let t = 1; t <= limit; t++) {
        const { terminated, truncated } = env.step(still)
        assert.equal([terminated, truncated], [false, t === limit], `${name}, step ${t}`)
      }
    }
  })

  test('a saved state continues with the same bits in another environment, over the ends of episodes', () => {
    for (const [key, row] of Object.entries(table)) {
      const [one, other] = [row.make(), row.make()], random = new Random(11)
      const act = (env: MujocoEnv, action: Float64Array): unknown => {
        const result = copy(env.step(action)) as StepResult
        if (!result.terminated && !result.truncated) return result
        return { ...result, next: [...env.reset().observation as Float64Array] }
      }
      one.reset({ seed: 2 })
      const before = random.integer(200)
      for (let t = 0; t < before; t++) act(one, randomAction(one, random))
      other.reset({ seed: 99 })
      act(other, randomAction(other, random))
      other.setState!(one.getState!())
      for (let t = 0; t < 150; t++) {
        const action = randomAction(one, random)
        assert.equal(act(other, action), act(one, action), `${key}, step ${t}`)
      }
      assert.equal(other.getState!(), one.getState!())
    }
  })

  test('neither reading geoms nor saving nor another environment changes a bit', () => {
    for (const row of Object.values(table)) {
      const [plain, busy, noise] = [row.make(), row.make(), row.make()], random = new Random(4)
      noise.reset({ seed: 8 })
      assert.equal(busy.reset({ seed: 6 }), plain.reset({ seed: 6 }))
      for (let t = 0; t < 40; t++) {
        const action = randomAction(plain, random)
        busy.geoms()
        busy.getState!()
        const { terminated, truncated } = noise.step(randomAction(noise, new Random(t)))
        if (terminated || truncated) noise.reset()
        const result = plain.step(action)
        assert.equal(copy(busy.step(action)), copy(result), row.name)
        if (result.terminated || result.truncated) assert.equal(plain.reset(), busy.reset())
      }
    }
  })

  test('MuJoCo\'s memory may grow under way', () => {
    const [grown, twin] = [make('HalfCheetah'), make('HalfCheetah')], random = new Random(4)
    const steps = (env: MujocoEnv, actions: Float64Array[]): unknown[] =>
      actions.map((action) => copy(env.step(action)))
    const actions = Array.from({ length: 10 }, () => randomAction(twin, random))
    twin.reset({ seed: 1 })
    const expected = [steps(twin, actions), steps(twin, actions)]
    grown.reset({ seed: 1 })
    const first = steps(grown, actions)
    const view = simulationOf(bench, taskOf('Hopper', 5).model).data.qpos
    assert.is(view.length, 6)
    simulationOf(bench, '<mujoco><size memory="300M"/><worldbody/></mujoco>')
    assert.is(view.length, 0, 'it has grown')
    assert.equal([first, steps(grown, actions)], expected)
  })

  test('a simulation that blows up is one error, and reset begins again', () => {
    const env = make('Reacher'), still = new Float64Array(2)
    const fresh = [...env.reset({ seed: 1 }).observation as Float64Array]
    const state = env.getState!()
    state[5] = 2e9
    env.setState!(state)
    const blown = /^Reacher-v5: expected a simulation that stays sound, got q\w+\[0\] = \S+ after step 1 of/
    assert.throws(() => env.step(still), blown)
    assert.throws(() => env.step(still), 'Reacher-v5: expected reset() before step()')
    assert.equal([...env.reset({ seed: 1 }).observation as Float64Array], fresh)
    env.step(still)
  })

  test('a model with too little memory is an error: at a step, or when its episode ends', () => {
    // Sixty-four feet, whose contacts fit into 80K; what the solver makes of them does not: it falls through.
    const feet = Array.from({ length: 64 },
      (_, i) => `<geom size="0.1" pos="${i % 8} ${i >> 3} 0"/>`).join('')
    const play = (memory: string): void => {
      const model = `<mujoco><size memory="${memory}"/><worldbody><geom type="plane" size="9 9 1"/>
        <body pos="0 0 0.09"><joint name="z" type="free"/>${feet}</body></worldbody>
        <actuator><motor joint="z" ctrlrange="-1 1"/></actuator></mujoco>`
      const env = bench.simulate({
        name: 'Table', version: 5, model, frameSkip: 1, observationSize: 1, start() {},
        observe(out: Float64Array, { qpos }: { qpos: Float64Array }) { out[0] = qpos[2] },
        judge: () => ({ terminated: false, terms: { none: 0 } }),
      })
      env.reset({ seed: 1 })
      for (let t = 0; t < 5; t++) env.step(Float64Array.of(0))
      env.reset()
    }
    play('400K')
    const got = "MuJoCo's warning mjWARN_CNSTRFULL 5 times"
    assert.throws(() => play('80K'), `Table-v5: expected a simulation that stays sound, got ${got}`)
    assert.throws(() => play('20K'), /MuJoCo Error: .*out of memory/)
  })

  test('invalid actions and states are refused, and change nothing', () => {
    const env = make('Hopper')
    assert.throws(() => env.step(new Float64Array(3)), 'Hopper-v5: expected reset() before step()')
    env.reset({ seed: 1 })
    const state = env.getState!()
    assert.throws(() => env.step(new Float64Array(2)), 'action: expected 3 numbers, got 2')
    assert.throws(() => env.step(Float64Array.of(0, NaN, 0)), 'action[1]: expected a finite number, got NaN')
    assert.throws(() => env.setState!(state.slice(3)), /state/)
    assert.equal(env.getState!(), state)
  })

  test('geoms are where they are: a hopper at its start stands 1.25 high on a fixed floor', () => {
    const env = make('Hopper'), { read } = partsOf('Hopper')
    env.reset({ seed: 1 })
    const [floor, torso, , , foot] = env.geoms(), [x, z, pitch] = read(env).qpos
    assert.equal([floor.kind, floor.isFixed, floor.position], ['plane', true, [0, 0, 0]])
    assert.equal(env.geoms().map((geom) => geom.name), ['floor', 'torso', 'thigh', 'shin', 'foot'])
    assert.equal([torso.kind, torso.isFixed, foot.kind], ['capsule', false, 'capsule'])
    assert.ok(Math.abs(torso.size[0] - 0.05) < 1e-15 && Math.abs(torso.size[1] - 0.2) < 1e-15)
    assert.ok(Math.abs(torso.position[0] - x) < 1e-12 && Math.abs(torso.position[2] - z) < 1e-12)
    // The capsule's own axis, the third column, leans with the torso.
    assert.ok(Math.abs(Math.abs(torso.rotation[2]) - Math.abs(Math.sin(pitch))) < 1e-12)
    assert.ok(foot.position[2] > 0.05 && foot.position[2] < 0.15)
  })

  test('a push of twice the weight accelerates the centre of mass by 2g, until the next start', () => {
    const env = make('Hopper'), { read } = partsOf('Hopper')
    const { model, data } = simulationOf(bench, taskOf('Hopper', 5).model)
    /** Of the centre of mass, along x. */
    const speed = (): number => {
      const { qpos, qvel } = read(env)
      data.qpos.set(qpos)
      data.qvel.set(qvel)
      mujoco.mj_forward(model, data)
      mujoco.mj_subtreeVel(model, data)
      return data.subtree_linvel[3]
    }
    for (const multiple of [2, -1, 0]) {
      env.reset({ seed: 1 })
      const before = speed()
      if (multiple !== 0) env.push(multiple, 0, 0)
      env.step(new Float64Array(3))
      // The foot is in the air for this step. Measured: 1e-8, the integrator's error.
      assert.ok(Math.abs(speed() - before - multiple * 9.81 * 0.008) < 1e-6, `${multiple}`)
    }
    assert.throws(() => env.push(1, NaN, 0), 'push: expected three finite numbers, got 1, NaN, 0')
    assert.throws(() => env.push(1), 'push: expected three finite numbers, got 1')
  })
}

test.run()
