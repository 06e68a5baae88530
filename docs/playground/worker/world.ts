/**
 * The world of a setting: one of the package's, or one of one's own, which reports now and then that it is
 * alive, so that the page can end a worker whose world is in an endless loop.
 */
import { environments } from '../../../src/envs/index.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import type { Setting } from '../protocol.ts'
import { makeEnvOf } from './ownWorld.ts'

export interface World {
  readonly make: () => Env
  readonly isOwn: boolean
  readonly solvedReturn: number | null
}

/** Throws if the program is none. `alive` is called while a world of one's own is at work. */
export function worldOf({ world, source }: Setting, alive: () => void): World {
  if (source === null) {
    const { make, solvedReturn } = environments[world]
    return { make: () => make(), isOwn: false, solvedReturn }
  }
  const make = makeEnvOf(source)
  return { make: () => lively(make(), alive), isOwn: true, solvedReturn: null }
}

/** `env`, which says with every call that it is alive; anything but an environment stays as it is. */
function lively(env: Env, alive: () => void): Env {
  alive()
  if (typeof env !== 'object' || env === null || typeof env.step !== 'function') return env
  // Whatever else it has, also what it inherits, is its own.
  return new Proxy(env, {
    get(target, name) {
      const held: unknown = Reflect.get(target, name)
      if (name !== 'step' && name !== 'reset') return typeof held === 'function' ? held.bind(target) : held
      return (argument: never) => {
        alive()
        return (held as (argument: never) => unknown).call(target, argument)
      }
    },
  })
}
