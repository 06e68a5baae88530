/**
 * The probe as a program: it prints one line of JSON, with `console.log` or the shells' `print`. Bundled as a
 * module and as a script; runtimes that run TypeScript also run this file and src without bundling.
 */
import { probe } from './probe.ts'

type Print = (line: string) => void

const { console, print } = globalThis as { console?: { log: Print }; print?: Print }
const write: Print = console?.log ?? print!
write(JSON.stringify(probe(() => Date.now())))
