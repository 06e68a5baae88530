/**
 * The session: what a person does, and the records that follow; with the real worker's program in this
 * thread, and with one that never answers. Oracle: the iterations of `train`, and the command line's run of
 * the command that is shown. No tolerance.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { phases } from '../../docs/playground/phases.ts'
import type { Opened, Order, Report, Setting, StartWorker } from '../../docs/playground/protocol.ts'
import { createSession, type Session } from '../../docs/playground/session.ts'
import { FIRST } from '../../docs/playground/setting.ts'
import { finish, program as build } from '../support/commandLine.ts'
import { startHere, turn, until } from '../support/playground.ts'

const SMALL: Setting = {
  world: 'CartPole', seed: 3, source: null,
  options: { batchSteps: 128, hiddenSizes: [8], valueHiddenSizes: [4], valueEpochs: 1, totalSteps: 1280 },
}

async function withSession(act: (session: Session) => Promise<void>, startWorker = startHere): Promise<void> {
  const session = createSession(startWorker, () => {}, 60)
  try {
    await act(session)
  } finally {
    session.close()
  }
}

/** What a person sees. */
const seen = ({ state, records, shown, phase }: Session): unknown => [state, records.length, shown, phase]

test('one update is one record, a pause is a pause', () => withSession(async (session) => {
  session.open(SMALL)
  assert.equal(seen(session), ['opening', 0, -1, null])
  await until(session, ({ state }) => state === 'ready')
  assert.is(session.record, null)
  assert.equal([session.opened!.iterations, session.opened!.options.maxKl], [10, 0.03])
  for (let k = 1; k <= 2; k++) {
    session.update()
    assert.is(session.state, 'running')
    await until(session, ({ state }) => state === 'paused')
    await turn(20)
    assert.equal(seen(session), ['paused', k, k - 1, null])
  }
  session.play()
  await until(session, ({ records }) => records.length >= 4)
  session.pause()
  assert.is(session.state, 'paused')
  // The iteration under way is made; an update that is asked for meanwhile is that one.
  const { length } = session.records
  session.update()
  await until(session, ({ records, state }) => records.length > length && state === 'paused')
  await turn(50)
  assert.is(session.records.length, length + 1)
  session.play()
  await until(session, ({ state }) => state === 'finished')
  assert.equal(session.records.map(({ iteration }) => iteration), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  session.play()
  session.update()
  await turn(20)
  assert.equal(seen(session), ['finished', 10, 9, null])
}))

test('a pause orders nothing more', () => {
  const orders: Order[] = []
  let hear: (report: Report) => void = () => {}
  const session = createSession((listener) => {
    hear = listener
    return { post: (order) => orders.push(order), end: () => {} }
  }, () => {})
  session.open(SMALL)
  session.play()
  hear({ kind: 'opened', run: 1, opened: {} as Opened })
  session.pause()
  session.update()
  session.play(() => 0)
  session.pause()
  const allowed = orders.flatMap((order) => order.kind === 'allow' ? [order.until] : [])
  assert.equal(allowed, [Infinity, 0, 1, 1, 0])
  session.close()
})

test('played at a pace, records come one by one, as the pace says', () => withSession(async (session) => {
  session.open(SMALL)
  const paces: number[] = []
  session.play((records) => {
    paces.push(records)
    return records === 3 ? 1e6 : 0
  })
  await until(session, ({ records }) => records.length === 3)
  await turn(50)
  assert.equal([paces, session.records.length, session.state], [[1, 2, 3], 3, 'running'])
  session.update()
  await until(session, ({ state }) => state === 'paused')
  assert.is(session.records.length, 4)
}))

test('an earlier record is shown while the training goes on, and its phases one by one', () =>
  withSession(async (session) => {
    session.open(SMALL, 3)
    await until(session, ({ state }) => state === 'paused')
    session.show(0)
    assert.is(session.record!.iteration, 1)
    session.show(99)
    session.show(-7)
    assert.equal(seen(session), ['paused', 3, -1, null])
    session.show(1)
    for (let k = 0; k < phases.length; k++) {
      session.nextPhase()
      assert.equal(seen(session), ['paused', 3, 1, k])
    }
    session.previousPhase()
    assert.is(session.phase, phases.length - 2)
    session.nextPhase()
    session.nextPhase()
    assert.equal(seen(session), ['paused', 3, 2, 0], 'the next record, which is there')
    for (let k = 0; k < phases.length; k++) session.nextPhase()
    await until(session, ({ records }) => records.length === 4)
    assert.equal(seen(session), ['paused', 4, 3, 0], 'a new one')
    session.leavePhases()
    assert.is(session.phase, null)
    session.play()
    await until(session, ({ records }) => records.length >= 6)
    session.show(2)
    await until(session, ({ state }) => state === 'finished')
    assert.is(session.shown, 2)
  }))

test('before the first record its first phase is waited for', () => withSession(async (session) => {
  session.open(SMALL)
  session.nextPhase()
  assert.is(session.phase, null)
  await until(session, ({ state }) => state === 'paused')
  assert.equal(seen(session), ['paused', 1, 0, 0])
}))

test('a new setting replaces the training, whatever that does', () => withSession(async (session) => {
  session.open(SMALL)
  session.play()
  await until(session, ({ records }) => records.length >= 2)
  session.open({ ...SMALL, seed: 4 }, 1)
  await until(session, ({ state }) => state === 'paused')
  await turn(20)
  assert.is(session.records.length, 1)
  const [{ hash }] = session.records
  session.open({ ...SMALL, options: { ...SMALL.options, maxKl: -1, damping: -1 } })
  assert.equal([session.state, session.records.length], ['refused', 0])
  assert.match(session.message, /^maxKl: expected [^\n]*, got -1$/)
  assert.is(session.problems.length, 2)
  session.play()
  assert.is(session.state, 'refused')
  session.refuse('w: expected a world')
  assert.is(session.message, 'w: expected a world')
  session.open({ ...SMALL, seed: 4 }, 1)
  await until(session, ({ state }) => state === 'paused')
  assert.equal([session.message, session.record!.hash], ['', hash])
}))

test('the plain gradient is tried from the next update on', () => withSession(async (session) => {
  session.open(SMALL, 1)
  await until(session, ({ state }) => state === 'paused')
  assert.is(session.record!.plain, null)
  session.setPlain(true)
  session.update()
  await until(session, ({ state, records }) => state === 'paused' && records.length === 2)
  assert.ok(session.record!.plain!.kl > 0)
}))

test('ghosts are trainings of other seeds, beside the one shown', () => withSession(async (session) => {
  session.open(SMALL, 2)
  session.addGhosts([4, 5])
  session.addGhosts([3], { maxKl: 0.1 })
  await until(session, ({ ghosts }) => ghosts.every(({ isComplete }) => isComplete))
  assert.equal(session.ghosts.map(({ records }) => records.length), [10, 10, 10])
  assert.equal(session.ghosts.map(({ setting }) => setting.options.maxKl), [undefined, undefined, 0.1])
  const hashes = session.ghosts.map(({ records }) => records[0].hash)
  session.open(session.ghosts[0].setting, 1)
  assert.is(session.ghosts.length, 0)
  await until(session, ({ state }) => state === 'paused')
  assert.is(session.record!.hash, hashes[0])
}))

test('a world that does not answer is ended after a while, and another one may follow', async () => {
  const orders: Order[] = []
  let ended = 0, started = 0
  const silent: StartWorker = (hear) => {
    if (started++ > 0) return startHere(hear)
    return { post: (order) => orders.push(order), end: () => { ended++ } }
  }
  await withSession(async (session) => {
    session.open({ ...SMALL, world: 'own', source: 'for (;;) {}' })
    assert.is(session.state, 'opening')
    await until(session, ({ state }) => state === 'refused')
    assert.match(session.message, /^the world did not answer within 0.06 seconds, so its worker was ended$/)
    assert.equal([orders.map(({ kind }) => kind), ended], [['open'], 1])
    session.open(SMALL, 1)
    await until(session, ({ state }) => state === 'paused')
  }, silent)
})

test('the command that is shown prints the hash that is shown', () => withSession(async (session) => {
  const program = build('session')
  session.open({ ...FIRST, options: { maxKl: 0.05, hiddenSizes: [], normalizeAdvantages: false } }, 4)
  assert.is(session.command(),
    'npx trpo train CartPole --seed 1 --hidden-sizes= --no-normalize-advantages --max-kl 0.05')
  await until(session, ({ state }) => state === 'paused')
  for (const index of [3, 1]) {
    session.show(index)
    assert.match(session.command(), new RegExp(` --iterations ${index + 1}$`))
    const words = session.command().split(' ').slice(2)
    const { code, stdout } = finish(program, ...words, '--no-run-dir', '--quiet', '--eval-episodes', '0')
    assert.is(code, 0)
    assert.match(stdout, `hash ${session.record!.hash}\n`)
  }
}))

test('every phase has a line of code that the library runs', () => {
  assert.equal(phases.map(({ name }) => name), ['rollout', 'advantages', 'gradient', 'conjugate gradients',
    'length β', 'trials', 'value fit'])
  for (const { file, code } of phases) {
    assert.is(readFileSync(file, 'utf8').split(code).length, 2, `${file}: ${code}`)
  }
})

test.run()
