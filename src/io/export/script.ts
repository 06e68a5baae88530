/**
 * A policy as one ES module without imports: the text of player.ts, then the policy's numbers. It needs the
 * language alone: no host, no code made of text at run time, so the strictest content security policy lets it
 * run. Its actions, drawn ones too, have the bits of `act`.
 */
import type { Policy } from '../../rl/policy.ts'
import type { Space } from '../../rl/world/space.ts'
import type { Extra } from '../contents.ts'
import { encodeBase64 } from './base64.ts'
import type { Outline, Recipe } from './player.ts'
import { PLAYER } from './playerText.ts'
import { stored } from './stored.ts'

/**
 * The policy as the text of a JavaScript module without imports. Its exports: act(observation, mask), the
 * most likely action; sample(observation, random, mask), a drawn one; both with the bits of `act` of trpo;
 * Random; both spaces; about, text by name, with `extra`. Throws as `encodePolicy` does.
 */
export function encodeScript(policy: Policy, extra: Extra = {}): string {
  const { policy: exact, metadata } = stored(policy, extra)
  const { observationSpace, actionSpace, net, stateDependentStd, actionBounds, normalizer } = exact
  const recipe: Omit<Recipe, 'normalizer'> = {
    observationSpace: outlineOf(observationSpace), actionSpace: outlineOf(actionSpace),
    hiddenSizes: net.sizes.slice(1, -1), activation: net.activation.name, stateDependentStd, actionBounds,
  }
  const bounds = [observationSpace, actionSpace].flatMap((space) =>
    space.kind === 'box' ? [space.low, space.high] : [])
  const statistics = normalizer === null ? [] : [normalizer.mean, normalizer.scale]
  const numbers = [...bounds, ...statistics, net.parameters.flat]
  const all = new Float64Array(numbers.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of numbers) {
    all.set(part, at)
    at += part.length
  }
  // A literal of its own, since JSON has no Infinity.
  const limits = normalizer === null
    ? 'null' : `{clip: ${normalizer.clip}, count: ${normalizer.statistics.count}}`
  return `/**
 * A policy and all that it needs to act, written by ${metadata.get('writer')}, MIT licence.
 *
 *   act(observation, mask = null)              the most likely action
 *   sample(observation, random, mask = null)   a drawn action; random: new Random(seed), kept for later draws
 *
 * with the bits of act(policy, observation, …) in trpo. mask: 1 for each allowed action, 0 for the others.
 */
${PLAYER.trimEnd()}
export const about = ${literal(Object.fromEntries(metadata))}
export const { Random } = trpo
export const { observationSpace, actionSpace, act, sample } = trpo.createPlayer(
  { ...${literal(recipe)}, normalizer: ${limits} },
  '${encodeBase64(all)}')
`
}

/** JSON that may also stand in a page: no text ends the script. */
function literal(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c')
}

function outlineOf(space: Space): Outline {
  return space.kind === 'box' ? { kind: 'box', size: space.low.length } : space
}
