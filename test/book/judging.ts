/**
 * Exercises of docs/book: the stub in a chapter names the one export that a student's file must have;
 * exercises/N.M.ts judges it. A judge throws an error whose message names the place.
 */
import { existsSync, readdirSync } from 'node:fs'
import { type Chapter, readBook } from './chapters.ts'
import { bundle, bundled, type Module } from './programs.ts'

/** What test/book/exercises/N.M.ts exports. */
export interface Exercise<Answer = any> {
  /** Throws unless `answer` is right; may be slow, up to some seconds. */
  readonly judge: (answer: Answer) => void
  readonly answer: Answer
  /** Wrong answers by the name of their fault, each with what the judge must say of it: at least three. */
  readonly misses: Readonly<Record<string, Miss<Answer>>>
}

export interface Miss<Answer = any> {
  readonly answer: Answer
  readonly says: RegExp
}

export interface Stub {
  /** As in '6.1'. */
  readonly number: string
  readonly chapter: Chapter
  readonly text: string
  /** What a student's file must export. */
  readonly exports: readonly string[]
}

const FOLDER = 'test/book/exercises'

export function stubsOf(book: readonly Chapter[] = readBook()): Stub[] {
  return book.flatMap((chapter) => chapter.fences.flatMap(({ info, text }) => {
    const number = /^ts exercise (\w+\.\d+)$/.exec(info)?.[1]
    if (number === undefined) return []
    const names = text.matchAll(/^export (?:function\*?|const) (\w+)/gm)
    return [{ number, chapter, text, exports: [...names].map(([, name]) => name) }]
  }))
}

/** Numbers of the exercises that have a judge. */
export function judged(): string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER).map((name) => name.replace(/\.ts$/, '')).sort() : []
}

/** What a judge has to say of an answer: null if it is right. */
export function verdict({ judge }: Exercise, answer: unknown): string | null {
  try {
    judge(answer)
    return null
  } catch (error) {
    if (!(error instanceof Error)) return `your code threw ${String(error)}`
    return error.name === 'Error' || error.name === 'RangeError' ? error.message : String(error)
  }
}

/** The exercise's module, and what that student's module exports. */
export async function load({ number, exports: [name] }: Stub, module: Module): Promise<[Exercise, unknown]> {
  await bundle({ [`judge-${number}`]: { path: `${FOLDER}/${number}.ts` }, [`answer-${number}`]: module })
  const exercise = await import(bundled(`judge-${number}`))
  const answer = (await import(bundled(`answer-${number}`)))[name]
  if (answer === undefined) throw new Error(`${name}: expected an export of that name, got none`)
  return [exercise, answer]
}
