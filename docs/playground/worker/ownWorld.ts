/**
 * A world of one's own from its text: a module whose default export, or only export, is a function that makes
 * an environment. It may import from 'trpo' and 'trpo/envs' the few names below; saved as a file, the same
 * text is a world for the command line: `trpo train ./world.mjs`.
 * It is run by `new Function`, since a classic worker from a Blob cannot load modules everywhere: `import`
 * and `export` at the beginning of a line are replaced.
 * But: no other modules, no top-level await, one world per text.
 */
import { simulate } from '../../../src/envs/simulator.ts'
import { Random } from '../../../src/math/random.ts'
import { timeLimit } from '../../../src/rl/play/timeLimit.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import { box, discrete, multiBinary, multiDiscrete } from '../../../src/rl/world/space.ts'

const MODULES: Readonly<Record<string, object>> = {
  'trpo': { box, discrete, multiBinary, multiDiscrete, Random, timeLimit },
  'trpo/envs': { simulate },
}

const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*(['"])([^'"\n]*)\2[ \t]*;?/gm
const DEFAULT = /^export\s+default\s+/m
const NAMED = /^export\s+(?=(?:async\s+)?(?:function|class|const|let)\b\s*\*?\s*([\w$]+))/gm

/** The function that makes the environment. Throws if the text is no such module. */
export function makeEnvOf(source: string): () => Env {
  let named: string | null = null, names = 0
  const body = source
    .replace(IMPORT, (_, list: string, __, module: string) => {
      if (!Object.hasOwn(MODULES, module)) {
        const known = Object.keys(MODULES).join(', ')
        throw new RangeError(`import: expected ${known}, got ${JSON.stringify(module)}`)
      }
      for (const word of list.split(',').map((each) => each.trim().split(/\s/)[0])) {
        if (word !== '' && !Object.hasOwn(MODULES[module], word)) {
          const known = Object.keys(MODULES[module]).join(', ')
          throw new RangeError(`import from ${module}: expected ${known}, got ${word}`)
        }
      }
      return `const {${list.replace(/\s+as\s+/g, ': ')}} = modules[${JSON.stringify(module)}];`
    })
    .replace(DEFAULT, 'exported.default = ')
    .replace(NAMED, (_, name: string) => {
      named = name
      names++
      return ''
    })
  const exported: { default?: unknown } = {}
  const last = named === null ? '' : `\n;exported.${named === 'default' ? 'it' : 'named'} = ${named}`
  const result = new Function('modules', 'exported', `'use strict';${body}${last}\nreturn exported`)
  const { default: chosen, named: only } = result(MODULES, exported) as { default?: unknown; named?: unknown }
  const make = chosen ?? (names === 1 ? only : undefined)
  if (typeof make !== 'function') {
    throw new TypeError('export default: expected a function that makes an environment, got '
      + (make === undefined ? 'nothing' : typeof make))
  }
  return make as () => Env
}
