/** `npm run exercise -- 6.1 my.ts`: one sentence on a student's file; exits 1 if something is wrong. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { load, stubsOf, verdict } from './judging.ts'

const [number = '', file = ''] = process.argv.slice(2)
const stubs = stubsOf(), stub = stubs.find((each) => each.number === number)
// npm starts in the folder of package.json; a path is meant from where the command was typed.
const path = resolve(process.env.INIT_CWD ?? '.', file)
if (stub === undefined) {
  end(`exercise: expected one of ${stubs.map((each) => each.number).join(', ')}, got "${number}"`)
} else if (file === '' || !existsSync(path)) {
  end(`file: expected a path, as in "${number} my.ts", got "${file}"`)
} else {
  try {
    const [exercise, answer] = await load(stub, { path })
    const problem = verdict(exercise, answer)
    if (problem === null) process.stdout.write(`${number}: right\n`)
    else end(`${number}: ${problem}`)
  } catch (error) {
    end(`${number}: ${(error as Error).message}`)
  }
}

function end(sentence: string): void {
  process.stdout.write(`${sentence}\n`)
  process.exitCode = 1
}
