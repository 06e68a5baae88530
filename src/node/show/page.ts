/**
 * Pages of help: paragraphs and lists of words with descriptions, wrapped to a width, with the commands of
 * the program that the user typed. Pure.
 */
import { inWordsOf } from '../cli/program.ts'
import { wrap } from './format.ts'

/** For whom a page is laid out. */
export interface Reader {
  /** What a user types for `trpo`. */
  readonly program: string
  /** Characters per line of the terminal; Infinity if the page goes elsewhere. */
  readonly columns: number
}


/** Wider lines are not easier to read; in narrower ones nothing could be aligned. */
const WIDEST = 79, NARROWEST = 40
/** Where descriptions begin if there is room, and if there is none: below their words. */
const INDENT = 31, BELOW = 6
/** Characters that a description needs beside its words. */
const ROOM = 40

/** A full last column would make some terminals add an empty line. */
function widthFor({ columns }: Reader): number {
  return Math.max(NARROWEST, Math.min(WIDEST, columns - 1))
}

/** One paragraph. */
export function paragraph(text: string, reader: Reader): string {
  return `${wrap(inWordsOf(reader.program, text), widthFor(reader)).join('\n')}\n`
}

/**
 * Words, and their descriptions in a column of their own, wrapped at semicolons if possible. Words that are
 * too long have a line of their own; in a narrow terminal all have.
 */
export function list(entries: readonly (readonly [words: string, text: string])[], reader: Reader): string {
  const width = widthFor(reader)
  const longest = Math.max(...entries.map(([words]) => inWordsOf(reader.program, words).length))
  const beside = Math.min(INDENT, longest + 4)
  const indent = width - beside >= ROOM ? beside : BELOW
  return entries.map(([words, text]) => {
    const head = `  ${inWordsOf(reader.program, words)}  `
    if (text === '') return `${wrap(head.trimEnd(), width).join('\n')}\n`
    const lines = wrap(inWordsOf(reader.program, text), width - indent, /(?<=;) /)
      .flatMap((line) => wrap(line, width - indent)).map((line) => ' '.repeat(indent) + line)
    if (indent !== BELOW && head.length <= indent) lines[0] = head.padEnd(indent) + lines[0].slice(indent)
    else lines.unshift(...wrap(head.trimEnd(), width))
    return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
  }).join('')
}
