/**
 * The contestant's side of the conversation, a JSON record a line: prepare a task on a problem and write its
 * result where it can be checked, then run it so many times and say how long a call took, by the wall and by
 * the processor.
 * But: processor time is that of all threads of the process; helpers of a library are not free.
 */
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { performance } from 'node:perf_hooks'
import { NO_SUCH_TASK, readProblem } from './problem.mjs'

/**
 * `tasks` maps a task's name to problem ↦ { run, result }: `run` does the work once, to its last number, and
 * may be async; `result` gives what the last run computed as an array in the order of `blocks`.
 */
export async function serve(versions, tasks) {
  const prepared = new Map()
  let current
  const say = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)

  const prepare = async ({ task, path, answer }) => {
    const key = `${task} ${path}`
    if (tasks[task] === undefined) return { cannot: NO_SUCH_TASK }
    if (!prepared.has(key)) prepared.set(key, await tasks[task](readProblem(path)))
    current = prepared.get(key)
    await current.run()
    writeFileSync(answer, Float64Array.from(await current.result()))
    return { prepared: true }
  }

  const run = async (calls) => {
    const cpu = process.cpuUsage(), wall = performance.now()
    for (let call = 0; call < calls; call++) {
      const running = current.run()
      if (running instanceof Promise) await running
    }
    const ended = performance.now(), { user, system } = process.cpuUsage(cpu)
    return { wall: (ended - wall) / calls, cpu: (user + system) / 1000 / calls }
  }

  say({ versions })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    try {
      say(request.calls === undefined ? await prepare(request) : await run(request.calls))
    } catch (error) {
      say({ cannot: String(error?.message ?? error).split('\n')[0] })
    }
  }
  // Worker threads of a library would keep the process alive.
  process.exit(0)
}
