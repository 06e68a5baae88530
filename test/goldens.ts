/**
 * `npm run goldens -- DIR`: checks every case of a directory of reference numbers against this library:
 * those of DIR/policy/*.json, DIR/env/*.json and DIR/gae.json that exist, in any number, of any name and
 * size.
 * Prints the worst error of each quantity, file by file; exits 1 if one is above its tolerance.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { checkEnvGolden } from './support/goldenEnv.ts'
import { checkGaeGolden, type GaeGolden } from './support/goldenGae.ts'
import { checkPolicyGolden } from './support/goldenPolicy.ts'
import { failures, type Report } from './support/worst.ts'

const directory = process.argv[2]
if (directory === undefined || !existsSync(directory)) {
  process.stderr.write(`DIR: expected a directory of goldens, got ${directory ?? 'nothing'}\n`)
  process.stderr.write('usage: npm run goldens -- DIR\n')
  process.exit(2)
}

let checked = 0, failed = 0

for (const name of filesIn(`${directory}/policy`)) check(`policy/${name}`, checkPolicyGolden)
for (const name of filesIn(`${directory}/env`)) check(`env/${name}`, checkEnvGolden)
if (existsSync(`${directory}/gae.json`)) {
  check('gae.json', (golden: { cases: GaeGolden[] }) => Object.fromEntries(
    golden.cases.flatMap((each, k) =>
      Object.entries(checkGaeGolden(each)).map(([quantity, entry]) => [`case ${k} ${quantity}`, entry])),
  ))
}
if (checked === 0) {
  process.stderr.write(`DIR: expected policy/*.json, env/*.json or gae.json, found none in ${directory}\n`)
  process.exit(2)
}
process.stdout.write(`\n${checked} files, ${failed} failed\n`)
process.exit(failed > 0 ? 1 : 0)

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : []
}

function check<T>(name: string, checker: (golden: T) => Report): void {
  checked++
  let report: Report
  try {
    report = checker(JSON.parse(readFileSync(`${directory}/${name}`, 'utf8')) as T)
  } catch (error) {
    failed++
    process.stdout.write(`\nFAIL ${name}: ${(error as Error).message}\n`)
    return
  }
  const bad = failures(report)
  if (bad.length > 0) failed++
  process.stdout.write(`\n${bad.length === 0 ? 'ok  ' : 'FAIL'} ${name}\n`)
  for (const [quantity, { worst, tolerance, compared }] of Object.entries(report)) {
    const verdict = worst <= tolerance ? ' ' : '!'
    const error = `${worst.toExponential(1).padStart(9)} of ${tolerance.toExponential(1)}`
    process.stdout.write(`  ${verdict} ${quantity.padEnd(36)} ${error}  (${compared} compared)\n`)
  }
}
