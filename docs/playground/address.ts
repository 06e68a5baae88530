/**
 * The page's state as the part of its address after #: a link is a lesson. What is usual is left out, so that
 * `#w=CartPole` is the whole of a lesson that changes nothing else.
 *
 *   w world · seed · any option of `train` by its name · src the program of a world of one's own, in Base64
 *   i iteration shown · hide names of panels · axes two state dimensions · plain=1 · ghosts seeds · theme
 *
 * If something in a link is invalid, one sentence is shown: that of the option's own rule.
 */
import { perhaps } from '../../src/errors/nearest.ts'
import {
  type FlagName, flagNames, isSwitch, readNumber, readValue, writeValue,
} from '../../src/node/cli/flags.ts'
import { optionMeant } from '../../src/trpo/options/resolve.ts'
import { fromBase64, toBase64 } from './base64.ts'
import type { Setting } from './protocol.ts'
import { differing, FIRST, resolveSetting } from './setting.ts'

/** What is shown of a training, and how. */
export interface View {
  /** The iteration to train to and show; 0: none yet. */
  readonly iteration: number
  /** Names of hidden panels. */
  readonly hide: readonly string[]
  /** The state dimensions over which the policy is drawn; null: the page's choice. */
  readonly axes: readonly [number, number] | null
  /** Whether the plain gradient is tried on the same data. */
  readonly plain: boolean
  /** Seeds of ghosts. */
  readonly ghosts: readonly number[]
  /** null: as the system has it. */
  readonly theme: 'light' | 'dark' | null
}

export const FIRST_VIEW: View = {
  iteration: 0, hide: [], axes: null, plain: false, ghosts: [], theme: null,
}

/** The longest program in an address, in characters. */
const LONGEST = 20_000
const MAX_GHOSTS = 8
const VIEW_NAMES = ['w', 'seed', 'src', 'i', 'hide', 'axes', 'plain', 'ghosts', 'theme'] as const
const OPTIONS: readonly string[] = flagNames.filter((name) => name !== 'seed' && name !== 'backend')

/** `#w=…`; '' for the first setting in the first view. */
export function writeAddress(setting: Setting, view: View = FIRST_VIEW): string {
  const words: (readonly [string, string])[] = []
  if (setting.world !== FIRST.world) words.push(['w', setting.world])
  if (setting.seed !== FIRST.seed) words.push(['seed', String(setting.seed)])
  for (const [name, value] of Object.entries(differing(setting))) {
    words.push([name, isSwitch(name as FlagName) ? value === true ? '1' : '0' : writeValue(value)])
  }
  if (view.iteration > 0) words.push(['i', String(view.iteration)])
  if (view.hide.length > 0) words.push(['hide', view.hide.join()])
  if (view.axes !== null) words.push(['axes', view.axes.join()])
  if (view.plain) words.push(['plain', '1'])
  if (view.ghosts.length > 0) words.push(['ghosts', view.ghosts.join()])
  if (view.theme !== null) words.push(['theme', view.theme])
  if (setting.source !== null) words.push(['src', toBase64(setting.source)])
  const text = words.map(([name, value]) => `${name}=${escaped(value)}`).join('&')
  return text === '' ? '' : `#${text}`
}

/**
 * The state that an address means, with what is usual in place of what it leaves out. Throws one sentence.
 */
export function readAddress(hash: string): { readonly setting: Setting; readonly view: View } {
  const given = new Map<string, string>()
  for (const part of hash.replace(/^#/, '').split('&')) {
    if (part === '') continue
    const [name, ...rest] = part.split('=')
    if (given.has(name)) throw new RangeError(`${name}: expected it once in the address, got it twice`)
    given.set(name, unescaped(name, rest.join('=')))
  }
  for (const name of given.keys()) {
    if ((VIEW_NAMES as readonly string[]).includes(name) || OPTIONS.includes(name)) continue
    const meant = optionMeant(name)
    throw new RangeError(`${JSON.stringify(name)}: expected ${VIEW_NAMES.join(', ')} or an option`
      + perhaps(OPTIONS.includes(meant) ? meant : ''))
  }
  const world = given.get('w') ?? FIRST.world
  const options = Object.fromEntries(OPTIONS.filter((name) => given.has(name)).map((name) =>
    [name, optionOf(name as FlagName, given.get(name)!)]))
  const seed = given.get('seed')
  const setting: Setting = {
    world, seed: seed === undefined ? FIRST.seed : readNumber(seed) as number, options,
    source: sourceOf(given.get('src')),
  }
  try {
    resolveSetting(setting)
  } catch (error) {
    throw new RangeError((error as Error).message.split('\n')[0])
  }
  return { setting: { ...setting, options: differing(setting) }, view: viewOf(given) }
}

function sourceOf(word: string | undefined): string | null {
  if (word === undefined) return null
  const source = word.length > LONGEST ? null : fromBase64(word)
  if (source !== null) return source
  throw new RangeError(`src: expected a program in Base64 of at most ${LONGEST} characters, got `
    + (word.length > LONGEST ? String(word.length) : 'another text'))
}

function viewOf(given: ReadonlyMap<string, string>): View {
  const integers = (name: string): number[] => {
    const words = given.get(name)
    if (words === undefined || words === '') return []
    return words.split(',').map((word) => {
      const value = readNumber(word)
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
      throw new RangeError(`${name}: expected integers from 0, got ${JSON.stringify(words)}`)
    })
  }
  const one = <T extends string>(name: string, words: readonly T[]): T | null => {
    const word = given.get(name)
    if (word === undefined) return null
    if ((words as readonly string[]).includes(word)) return word as T
    throw new RangeError(`${name}: expected ${words.join(' or ')}, got ${JSON.stringify(word)}`)
  }
  const axes = integers('axes'), iteration = integers('i'), ghosts = integers('ghosts')
  if (axes.length !== 0 && axes.length !== 2) {
    throw new RangeError(`axes: expected two state dimensions, got ${JSON.stringify(given.get('axes'))}`)
  }
  if (iteration.length > 1) throw new RangeError(`i: expected one iteration, got ${iteration.length}`)
  if (ghosts.length > MAX_GHOSTS) {
    throw new RangeError(`ghosts: expected at most ${MAX_GHOSTS} seeds, got ${ghosts.length}`)
  }
  const hide = given.get('hide') ?? ''
  if (!/^[\w,-]*$/.test(hide)) {
    throw new RangeError(`hide: expected names of panels, got ${JSON.stringify(hide)}`)
  }
  return {
    iteration: iteration[0] ?? 0, hide: hide === '' ? [] : hide.split(','),
    axes: axes.length === 2 ? [axes[0], axes[1]] : null, plain: one('plain', ['0', '1']) === '1',
    ghosts, theme: one('theme', ['light', 'dark']),
  }
}

/** What cannot be read stays text, which the option's rule refuses. */
function optionOf(name: FlagName, word: string): unknown {
  return isSwitch(name) ? word === '1' ? true : word === '0' ? false : word : readValue(name, word)
}

/** As few escapes as an address allows after #, so that links can be read. */
function escaped(value: string): string {
  return encodeURIComponent(value).replaceAll('%2C', ',')
}

function unescaped(name: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    const got = JSON.stringify(value)
    throw new RangeError(`${name}: expected text that is escaped as in an address, got ${got}`)
  }
}
