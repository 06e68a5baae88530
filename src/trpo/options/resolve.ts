/**
 * Options checked, in this one place: all together, before anything is allocated.
 */
import { argumentError, show } from '../../errors/expect.ts'
import { isArray, isPlainRecord } from '../../errors/kinds.ts'
import { likely, perhaps } from '../../errors/nearest.ts'
import { conventions } from './conventions.ts'
import type { Peer, TrainOptions } from './options.ts'
import { otherNames } from './otherNames.ts'
import { relations, rules } from './rules.ts'

/** Names of all options, in the order of the rules. */
export const optionNames = Object.keys(rules) as readonly (keyof TrainOptions)[]

/** What a training takes beside options, in the same record; see RunOptions. */
export const runNames = ['resume', 'policy', 'value', 'observer', 'communicator', 'signal'] as const

/** The full record for the options given. Throws one error, with one line per problem. */
export function resolveOptions(given: Partial<TrainOptions>): TrainOptions {
  if (!isPlainRecord(given)) throw argumentError('options', 'a record', given)
  const problems: Error[] = Object.keys(given).filter((name) => !Object.hasOwn(rules, name)).map((name) =>
    argumentError(name, `a known option${perhaps(optionMeant(name))}`, name))
  // Own properties alone, here and below: what is put on Object.prototype is no option.
  const own = <T extends object, K extends keyof T>(of: T, name: K): T[K] | undefined =>
    Object.hasOwn(of, name) ? of[name] : undefined
  const named = own<Partial<TrainOptions>, 'conventions'>(given, 'conventions')
  const peer: Partial<TrainOptions> =
    typeof named === 'string' && Object.hasOwn(conventions, named) ? conventions[named as Peer] : {}
  const resolved: Record<string, unknown> = {}
  const invalid = new Set<keyof TrainOptions>()
  for (const name of optionNames) {
    const chosen = own(given, name)
    const value = chosen !== undefined ? chosen : own(peer, name) ?? rules[name].default
    try {
      rules[name].check(name, value)
      // A copy: an array that is changed afterwards would no longer be the one that was checked.
      resolved[name] = isArray(value) ? [...value] : value
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
  const onlyTypes = problems.every((problem) => problem.name === 'TypeError')
  throw onlyTypes ? new TypeError(message) : new RangeError(message)
}

/** The value of an option in an error. */
export function shownOption(value: unknown): string {
  return isArray(value) ? `[${value.join(', ')}]` : show(value)
}

/** The option that is meant by a name of another library, or by a misspelt one; '' if none is near. */
export function optionMeant(name: string): string {
  const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '')
  const same = (word: string): boolean => plain(word) === plain(name)
  if (name.length > 64) return ''
  const elsewhere = Object.keys(otherNames).find(same)
  const names = [...optionNames, ...runNames]
  return names.find(same) ?? (elsewhere === undefined ? likely(plain(name), names) : otherNames[elsewhere])
}
