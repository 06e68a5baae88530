/**
 * The probe as a program, the same file in every runtime: it prints one line of JSON by whatever the runtime prints
 * with. Bundled to a module and to a script; runtimes that know TypeScript run it, and src, as it is.
 */
import { probe } from './probe.ts'

type Say = (line: string) => void

const { console, print } = globalThis as { console?: { log: Say }; print?: Say }
const say: Say = console?.log ?? print!
say(JSON.stringify(probe(() => Date.now())))
