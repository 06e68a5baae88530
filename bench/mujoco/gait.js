/**
 * node gait.js POLICY TASK OUT: how a saved policy runs, as an animated picture. POLICY is a file of
 * `trpo train --save`, TASK a name in index.js of a body that runs in a plane, OUT an .svg. The picture
 * repeats the part of a deterministic episode whose end is most like its start.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { decodePolicy } from 'trpo/io'
import { findLoop, motionOf, watch } from './gaitLoop.js'
import { drawGait } from './gaitSvg.js'
import tasks from './index.js'

const TASKS = Object.keys(tasks).filter((name) => /^(Hopper|Walker2d|HalfCheetah)/.test(name))

try {
  const [file, name, out, ...more] = process.argv.slice(2)
  if (out === undefined || more.length > 0) {
    throw new Error(`arguments: expected POLICY TASK OUT, got ${process.argv.length - 2} words`)
  }
  if (!TASKS.includes(name)) throw new Error(`task: expected ${TASKS.join(', ')}, got ${name}`)
  const episode = watch(decodePolicy(readFileSync(file)), tasks[name].make)
  const motion = motionOf(episode, findLoop(episode)), svg = drawGait(motion, tasks[name].name)
  writeFileSync(out, svg)
  console.log(`${out}: ${motion.seconds.toFixed(2)} s at ${motion.speed.toFixed(2)} m/s, `
    + `${(svg.length / 1000).toFixed(1)} kB`)
} catch ({ message }) {
  console.error(message)
  process.exitCode = 1
}
