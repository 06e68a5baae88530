/**
 * Options checked, in this one place: all together, before anything is allocated.
 */
import { argumentError, show } from '../../errors/expect.ts'
import { likely, perhaps } from '../../errors/nearest.ts'
import { conventions } from './conventions.ts'
import type { Peer, TrainOptions } from './options.ts'
import { otherNames } from './otherNames.ts'
import { relations, rules } from './rules.ts'

/** Names of all options, in the order of the rules. */
export const optionNames = Object.keys(rules) as readonly (keyof TrainOptions)[]

/** The full record for the options given. Throws one error, with one line per problem. */
export function resolveOptions(given: Partial<TrainOptions>): TrainOptions {
  if (typeof given !== 'object' || given === null) {
    throw argumentError('options', 'a record', given)
  }
  const problems: Error[] = Object.keys(given).filter((name) => !Object.hasOwn(rules, name)).map((name) =>
    new TypeError(`${name}: expected a known option${perhaps(optionMeant(name))}, got ${show(name)}`))
  const peer: Partial<TrainOptions> = Object.hasOwn(conventions, String(given.conventions))
    ? conventions[given.conventions as Peer] : {}
  const resolved: Record<string, unknown> = {}
  const invalid = new Set<keyof TrainOptions>()
  for (const name of optionNames) {
    resolved[name] = given[name] !== undefined ? given[name] : peer[name] ?? rules[name].default
    try {
      rules[name].check(name, resolved[name])
    } catch (error) {
      problems.push(error as Error)
      invalid.add(name)
    }
  }
  const options = resolved as unknown as TrainOptions
  for (const { of, problem } of relations) {
    const found = of.some((name) => invalid.has(name)) ? null : problem(options)
    if (found !== null) problems.push(new RangeError(found))
  }
  if (problems.length === 0) return options
  const message = problems.map((problem) => problem.message).join('\n')
  const onlyTypes = problems.every((problem) => problem instanceof TypeError)
  throw onlyTypes ? new TypeError(message) : new RangeError(message)
}

/** The option that is meant by a name of another library, or by a misspelt one; '' if none is near. */
export function optionMeant(name: string): string {
  const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '')
  const same = (word: string): boolean => plain(word) === plain(name)
  const elsewhere = Object.keys(otherNames).find(same)
  return optionNames.find(same)
    ?? (elsewhere === undefined ? likely(plain(name), optionNames) : otherNames[elsewhere])
}
