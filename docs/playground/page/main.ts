/**
 * The page: a session, panels that draw it, and what a person may do. Everything that changes begins here;
 * the panels only draw what they are given.
 */
import type { View as AddressView } from '../address.ts'
import { OWN, type Setting } from '../protocol.ts'
import { createSession } from '../session.ts'
import { createAccount } from './account.ts'
import { showInstead, shownPolicy } from './acting.ts'
import { createControls } from './controls.ts'
import { copy, element, make, paletteOf, say } from './kit/dom.ts'
import { createFiles } from './files.ts'
import { createFrames } from './kit/frames.ts'
import { draggable, pressable } from './hands.ts'
import { listen } from './keys.ts'
import { type Asked, askedFor, dress, keepAddress, onAddress } from './link.ts'
import { offerAxes, stageFor, viewOf } from './meet.ts'
import { createOwnWorld } from './ownWorld.ts'
import { createPlaying } from './playing.ts'
import { createReadout } from './readout.ts'
import { startWorker } from './startWorker.ts'
import { createTables } from './tables.ts'
import { alongPanel } from './panels/along.ts'
import { createGaussianPanel } from './panels/gaussian.ts'
import { createMapPanel, markState } from './panels/map.ts'
import type { Panel, View } from './panels/panel.ts'
import { planePanel } from './panels/plane.ts'
import { residualsPanel } from './panels/residuals.ts'
import { returnsPanel } from './panels/returns.ts'
import { iterationsOf, updatesPanel } from './panels/updates.ts'
import type { WorldView } from './worlds/view.ts'

export function startPage(): void {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  let palette = paletteOf(document.documentElement)
  let world: WorldView | null = null, dimensions: readonly [number, number] = [0, 1], marked: unknown = null
  /** What the link asked for, as far as a person has not changed it. */
  let asked: Asked = askedFor(location.hash)

  const session = createSession(startWorker, refresh)
  const view = (): View => ({ session, palette })
  const gaussian = createGaussianPanel()
  const map = createMapPanel({ view: () => world, dimensions: () => dimensions })
  const panels: readonly Panel[] =
    [planePanel, alongPanel, residualsPanel, map, updatesPanel, returnsPanel, gaussian]
  const canvases = new Map(panels.map((panel) =>
    [panel.id, element(panel.id).querySelector<HTMLCanvasElement>('canvas')!]))
  const worldCanvas = element('world').querySelector('canvas')!
  const over = element('map').querySelector<HTMLCanvasElement>('canvas.over')!

  const playing = createPlaying(isCalm, () => frames.wake())
  const frames = createFrames(Object.fromEntries(panels.map((panel) => [panel.id, () => {
    const canvas = canvases.get(panel.id)!
    panel.draw(canvas, view())
    canvas.setAttribute('aria-label', panel.sentence(view()))
  }])), (seconds) => {
    const moves = playing.animate(seconds, shownPolicy(session), palette), { stage } = playing
    if (world !== null && stage !== null && stage.steps !== marked) {
      markState(over, palette, world, dimensions, stage.after)
      marked = stage.steps
    }
    return moves && !document.hidden
  })
  const all = (): void => {
    marked = null
    for (const { id } of panels) frames.need(id)
  }
  const files = createFiles(() => session, () => {
    showInstead(files.loaded)
    say(element('acts'), files.loaded === null ? 'policy without noise' : 'a loaded policy')
    frames.need('map')
  })
  const account = createAccount(), readout = createReadout()
  const tables = createTables(panels, view)
  const controls = createControls(session, open)
  const ownWorld = createOwnWorld(open, () => session.setting)
  const run = element('run'), scrub = element<HTMLInputElement>('scrub')
  const quick = element<HTMLInputElement>('quick'), plain = element<HTMLInputElement>('plain')

  /** Slow at first, so that the first updates can be read; then a film. */
  function pace(records: number): number {
    return quick.checked ? 0 : Math.max(160, 1700 * 0.8 ** (records - 1))
  }

  /** A setting that a person chose: from its beginning, in the calm way. */
  function open(setting: Setting): void {
    files.forget()
    const seeds = session.ghosts.map((ghost) => ghost.setting.seed)
    const axes = setting.world === session.setting.world ? asked.view.axes : null
    asked = { setting, problem: '', view: { ...asked.view, iteration: 0, axes } }
    session.open(setting)
    if (seeds.length > 0) session.addGhosts(seeds)
    if (isCalm) session.update()
    else session.play(pace)
  }

  /** What a link asks for. */
  function follow(next: Asked): void {
    asked = next
    const { setting, view: { iteration, ghosts } } = next
    dress(next.view)
    palette = paletteOf(document.documentElement)
    plain.checked = next.view.plain
    session.setPlain(next.view.plain)
    session.open(setting, next.problem === '' ? iteration : 0)
    if (ghosts.length > 0) session.addGhosts(ghosts)
    if (next.problem === '' && iteration === 0) {
      if (isCalm) session.update()
      else session.play(pace)
    }
    all()
  }

  /** The address of what is seen; while it runs, of where the training begins. */
  function addressView(): AddressView {
    const { record, ghosts, state } = session, first = world?.first
    const isUsual = first === undefined || (first[0] === dimensions[0] && first[1] === dimensions[1])
    return {
      ...asked.view, iteration: state === 'running' || record === null ? 0 : record.iteration,
      axes: isUsual ? null : dimensions, plain: plain.checked,
      ghosts: ghosts.map(({ setting }) => setting.seed),
    }
  }

  let drawn: unknown = null, opened: unknown = null
  function refresh(): void {
    const { record, records, shown, state, ghosts } = session
    if (session.opened !== opened) meet()
    document.body.classList.toggle('poster', record === null)
    document.body.classList.toggle('begun', records.length > 0)
    const isRunning = state === 'running' || state === 'opening'
    say(run, isRunning ? 'Pause' : state === 'finished' ? 'Again' : 'Run')
    scrub.max = String(Math.max(0, records.length - 1))
    scrub.value = String(Math.max(0, shown))
    scrub.disabled = records.length < 2
    scrub.setAttribute('aria-valuetext', `update ${record?.iteration ?? 0}`)
    const total = session.opened === null ? '' : ` of ${iterationsOf(view())}`
    say(element('where'),
      `${record?.iteration ?? 0}${total} updates · ${(record?.steps ?? 0).toLocaleString('en')} steps`)
    if (drawn !== record) {
      for (const id of ['plane', 'along', 'cg', 'map']) frames.need(id)
      if (session.setting.source !== null && world !== null && (!isRunning || playing.stage === null)) {
        playing.stage = stageFor(session, world)
      }
    }
    drawn = record
    for (const id of ['updates', 'returns']) frames.need(id)
    say(element('ghosts'), ghosts.length > 0 ? '− other seeds' : '+ 3 seeds')
    account(session, asked.problem)
    readout(record)
    tables.refresh()
    controls.refresh()
    ownWorld.refresh(session)
    say(element('hash'), record?.hash ?? 'untrained')
    showCommand(session.command())
    worldCanvas.setAttribute('aria-label', playing.sentence())
    if (!isRunning && asked.problem === '') keepAddress(session.setting, addressView())
    frames.wake()
  }

  function meet(): void {
    opened = session.opened
    world = viewOf(session)
    playing.stage = world === null ? null : stageFor(session, world)
    marked = null
    for (const id of ['push-left', 'push-right']) element(id).hidden = world === null || world.hint === ''
    if (world === null) return
    const count = world.axes.length, { axes } = asked.view
    dimensions = axes !== null && axes.every((axis) => axis < count) ? axes : world.first
    offerAxes(world, dimensions, (pair) => {
      dimensions = pair
      marked = null
      frames.need('map')
      keepAddress(session.setting, addressView())
    })
    all()
    if (asked.problem !== '') session.refuse(asked.problem)
  }

  function toggle(): void {
    const { state } = session
    if (state === 'running' || state === 'opening') session.pause()
    else if (state === 'finished' || state === 'refused') open(session.setting)
    else session.play(pace)
  }

  function forward(): void {
    if (session.phase !== null) session.nextPhase()
    else if (session.shown < session.records.length - 1) session.show(session.shown + 1)
    else session.update()
  }

  function back(): void {
    if (session.phase !== null) session.previousPhase()
    else if (session.records.length > 0) show(Math.max(0, session.shown - 1))
  }

  function show(index: number): void {
    if (session.state === 'running') session.pause()
    session.show(index)
  }

  run.onclick = toggle
  element('update').onclick = () => session.update()
  element('phase').onclick = () => session.nextPhase()
  scrub.oninput = () => show(Number(scrub.value))
  quick.onchange = () => { if (session.state === 'running') session.play(pace) }
  listen({ run: toggle, forward, back, phase: () => session.nextPhase(), leave: () => session.leavePhases() })
  plain.onchange = () => session.setPlain(plain.checked)
  element('ghosts').onclick = () => {
    const { seed } = session.setting
    if (session.ghosts.length > 0) session.clearGhosts()
    else session.addGhosts([seed + 1, seed + 2, seed + 3])
  }
  element('copy-command').onclick = () => copy(element('copy-command'), session.command())
  element('copy-link').onclick = () => {
    keepAddress(session.setting, addressView())
    void copy(element('copy-link'), location.href)
  }
  pressable(canvases.get('updates')!, 44, session, () => iterationsOf(view()), show)
  pressable(canvases.get('returns')!, 48, session, () => iterationsOf(view()), show)
  draggable(canvases.get('gaussian')!, gaussian, () => frames.need('gaussian'))
  matchMedia('(prefers-color-scheme: dark)').onchange = () => {
    palette = paletteOf(document.documentElement)
    all()
  }
  const sizes = new ResizeObserver(all)
  for (const canvas of [...canvases.values(), worldCanvas]) sizes.observe(canvas)
  document.onvisibilitychange = () => frames.wake()
  onAddress(follow)
  Object.assign(globalThis, { playground: { session, OWN } })
  follow(asked)
}

/** A flag is not broken at its hyphens. */
function showCommand(text: string): void {
  const pre = element('command')
  if (pre.textContent === text) return
  pre.replaceChildren(...text.split(/ (?=--)/).flatMap((flag, i) =>
    [...i === 0 ? [] : [' '], make('span', { textContent: flag })]))
}
