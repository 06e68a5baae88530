/** The figures of docs/book: each a program in docs/book/figures that exports `svg`, beside what it draws. */
import { readdirSync } from 'node:fs'
import { BOOK } from './chapters.ts'
import { bundle, bundled } from './programs.ts'

const FOLDER = `${BOOK}/figures`
/** What the figures share. */
const HELPER = 'svg.ts'

export function figurePath(name: string): string {
  return `${FOLDER}/${name}.svg`
}

/** Names of the programs, and of the pictures. */
export function figureNames(ending: '.ts' | '.svg'): string[] {
  return readdirSync(FOLDER).filter((file) => file.endsWith(ending) && file !== HELPER)
    .map((file) => file.slice(0, -ending.length)).sort()
}

/** What each program draws now. */
export async function drawn(): Promise<[name: string, svg: string][]> {
  const names = figureNames('.ts')
  await bundle(Object.fromEntries(names.map((name) => [`figure-${name}`, { path: `${FOLDER}/${name}.ts` }])))
  return Promise.all(names.map(async (name): Promise<[string, string]> => {
    const { svg } = await import(bundled(`figure-${name}`))
    return [name, svg]
  }))
}
