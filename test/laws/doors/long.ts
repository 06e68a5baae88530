/**
 * Every exported function with bad values in every argument and every field: the counts, and what is unclear.
 *
 *   npm run bad-calls -- [DEPTH [NAME]]    fields down to DEPTH names, by default 1; functions with NAME
 */
import process from 'node:process'
import { badValues } from './badValues.ts'
import { goodCalls } from './goodCalls.ts'
import { counts, type Tried, tryAll } from './tryCalls.ts'

const depth = Number(process.argv[2] ?? 1), part = process.argv[3] ?? ''
const print = (text: string): unknown => process.stdout.write(`${text}\n`)

const all: Tried[] = []
for (const [name, good] of Object.entries(goodCalls).filter(([name]) =>
  part in goodCalls ? name === part : name.includes(part))) {
  const tried = await tryAll(name, good, depth, Object.keys(badValues))
  all.push(...tried)
  const { unclear, NaN, hang } = counts(tried)
  if (unclear + NaN + hang === 0) continue
  print(`${name}: ${JSON.stringify(counts(tried))}`)
  const seen = new Set<string>()
  for (const { place, value, outcome, text } of tried) {
    if (outcome !== 'unclear' && outcome !== 'NaN' && outcome !== 'hang') continue
    const key = `${place} ${outcome} ${text}`
    if (seen.has(key) || seen.size > 12) continue
    seen.add(key)
    print(`    ${place} = ${value}: ${outcome} ${text.slice(0, 120)}`)
  }
}
print(`${all.length} calls of ${Object.keys(goodCalls).length} functions: ${JSON.stringify(counts(all))}`)
