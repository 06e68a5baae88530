/**
 * The setting: world, seed, and the options that matter most, each a short ladder of values. What a link sets
 * beside them stays. A change opens the training anew; the one judge of values is the library.
 */
import { environments } from '../../../src/envs/index.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { OWN, type Setting } from '../protocol.ts'
import type { Session } from '../session.ts'
import { element, make } from './kit/dom.ts'

/** An option on the page: its letter, and the values offered. */
interface Ladder {
  readonly name: keyof TrainOptions
  readonly letter: string
  readonly title: string
  readonly values: readonly unknown[]
}

const ladders: readonly Ladder[] = [
  {
    name: 'maxKl', letter: 'δ, nats', title: 'maximum of mean KL per update',
    values: [0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.3, 1],
  },
  { name: 'damping', letter: 'damping λ', title: 'λ in (F + λI) x = g', values: [0, 0.001, 0.01, 0.1, 1] },
  { name: 'cgIterations', letter: 'CG, at most', title: 'products with F per update',
    values: [1, 2, 3, 5, 10, 20] },
  { name: 'discount', letter: 'discount γ', title: 'γ', values: [0.9, 0.95, 0.97, 0.99, 0.998, 1] },
  { name: 'gaeLambda', letter: 'λ of GAE', title: 'λ of the advantages',
    values: [0, 0.5, 0.9, 0.95, 0.98, 1] },
  {
    name: 'batchSteps', letter: 'batch, steps', title: 'environment steps per update',
    values: [256, 512, 1024, 2048, 4096, 8192],
  },
  { name: 'hiddenSizes', letter: 'network', title: 'hidden layers of the policy',
    values: [[], [16], [32], [64], [32, 32], [64, 64]] },
  { name: 'lineSearch', letter: 'line search', title: 'which step is taken',
    values: ['backtracking', 'longest', 'none'] },
]

export interface Controls {
  /** Show what the session has. */
  refresh(): void
}

export function createControls(session: Session, open: (setting: Setting) => void): Controls {
  const form = element<HTMLFormElement>('setting')
  const worlds = make('select', {}, ...[...Object.keys(environments), OWN].map((name) =>
    make('option', { value: name, textContent: name === OWN ? 'your own …' : name })))
  const seed = make('input', { type: 'number', min: '0', step: '1' })
  const selects = ladders.map((ladder) => make('select', { title: ladder.title }))
  const preset =
    make('button', { type: 'button', textContent: 'Preset', title: 'The options that suit this world' })
  const labels = ladders.map((ladder, k) => labelled(ladder.letter, selects[k]))
  form.append(labelled('world', worlds), labelled('seed', seed), ...labels, preset)

  const change = (part: Partial<Setting>): void => open({ ...session.setting, ...part })
  worlds.onchange = () => {
    if (worlds.value === OWN) element('own').scrollIntoView({ block: 'start' })
    if (worlds.value === OWN) element('source').focus()
    else change({ world: worlds.value, options: {}, source: null })
  }
  seed.onchange = () => change({ seed: Math.max(0, Math.round(Number(seed.value))) })
  selects.forEach((select, k) => {
    select.onchange = () => {
      const options = { ...session.setting.options, [ladders[k].name]: JSON.parse(select.value) as unknown }
      change({ options })
    }
  })
  preset.onclick = () => change({ options: {} })
  form.onsubmit = (event) => event.preventDefault()

  let seen: unknown = null
  return {
    refresh() {
      const key = session.opened ?? session.setting
      if (key === seen) return
      seen = key
      const { setting: { world, options }, opened } = session
      worlds.value = world
      seed.value = String(session.setting.seed)
      preset.disabled = Object.keys(options).length === 0
      ladders.forEach(({ name, values }, k) => {
        const value = opened?.options[name] ?? options[name]
        const texts =
          [...new Set([value, ...values].filter((x) => x !== undefined).map((x) => JSON.stringify(x)))]
        const sorted = typeof value === 'number' ? texts.sort((a, b) => Number(a) - Number(b))
          : ordered(texts, values)
        selects[k].replaceChildren(...sorted.map((text) =>
          make('option', { value: text, textContent: wordOf(text) })))
        if (value !== undefined) selects[k].value = JSON.stringify(value)
        labels[k].classList.toggle('changed', name in options)
      })
    },
  }
}

/** The offered values in their order, and others after them. */
function ordered(texts: readonly string[], values: readonly unknown[]): string[] {
  const known = values.map((x) => JSON.stringify(x))
  return [...known, ...texts.filter((text) => !known.includes(text))]
}

/** [64,64] as 64 · 64, no layer as linear, words without their quotes. */
function wordOf(text: string): string {
  if (text === '[]') return 'linear'
  return text.replace(/^\[(.*)\]$/, '$1').replace(/,/g, ' · ').replace(/"/g, '')
}

function labelled(text: string, field: HTMLElement): HTMLLabelElement {
  return make('label', {}, make('span', { textContent: text }), field)
}
