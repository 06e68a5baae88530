/**
 * Two thousand trainings in one process, one after the other: what is held after a collection, the address
 * space that WebAssembly's memories reserve, and how often its module is compiled.
 */
import { existsSync, readFileSync } from 'node:fs'
import process, { memoryUsage } from 'node:process'
import { cartPole } from '../../src/envs/index.ts'
import { train } from '../../src/trpo/train.ts'
import { held, slope } from '../support/memory.ts'

const TRAININGS = 2000, INTERVAL = 50, WARM_UP = 400
/** Bytes per training. A policy kept would be 10 kB. */
const LIMIT = 1000

const host = globalThis as unknown as { WebAssembly: Record<string, unknown> }
const Module = host.WebAssembly.Module as new (bytes: Uint8Array) => object
let compilations = 0
class Counted extends Module {
  constructor(bytes: Uint8Array) {
    super(bytes)
    compilations++
  }
}
host.WebAssembly.Module = Counted

/** Gigabytes of address space, where the system says it. */
function reserved(): number {
  const [, kilobytes = '0'] = existsSync('/proc/self/status')
    ? /VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))! : []
  return Number(kilobytes) / 1e6
}

const done: number[] = [], bytes: number[] = []
let most = 0
for (let k = 1; k <= TRAININGS; k++) {
  const options = { seed: k, totalSteps: 512, batchSteps: 256, envCount: 4, hiddenSizes: [16] }
  for (const _ of train(cartPole, options)) { /* all iterations */ }
  most = Math.max(most, reserved())
  if (k % INTERVAL !== 0 || k < WARM_UP) continue
  done.push(k)
  bytes.push(held())
}
const grown = slope(done, bytes)
process.stdout.write(`trainings: ${TRAININGS}, ${compilations} compilation of the module; `
  + `held ${(bytes.at(-1)! / 1e6).toFixed(2)} MB, slope ${grown.toFixed(0)} bytes per training; `
  + `resident ${(memoryUsage().rss / 1e6).toFixed(0)} MB; address space at most ${most.toFixed(0)} GB, `
  + `${reserved().toFixed(0)} GB at the end\n`)
process.exitCode = Math.abs(grown) < LIMIT && compilations === 1 ? 0 : 1
