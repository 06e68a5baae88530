/**
 * Every call of a write failing in every way: how many faults were injected, and how many of them survived.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import process from 'node:process'
import { injectFaults } from '../support/faults.ts'

const folder = mkdtempSync('.build/faults-')
let injected = 0
const lost: string[] = []
for (const act of ['write', 'rehearse'] as const) {
  const result = injectFaults(`${folder}/x`, act)
  injected += result.injected
  lost.push(...result.lost)
}
rmSync(folder, { recursive: true })
for (const line of lost) process.stdout.write(`${line}\n`)
process.stdout.write(`faults: ${injected - lost.length} of ${injected} survived\n`)
process.exitCode = lost.length > 0 ? 1 : 0
