/** The command line in processes: built, run to its end, or disturbed on the way. */
import { spawn, spawnSync } from 'node:child_process'
import process from 'node:process'
import { buildSync } from 'esbuild'

/** The test runner sets NO_COLOR and FORCE_COLOR; a user has neither. */
export const env: Readonly<Record<string, string | undefined>> =
  { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined }
/** Networks and fits as small as possible: what is tested is the program around them. */
export const TINY: readonly string[] = [
  '--hidden-sizes', '8', '--value-hidden-sizes', '8', '--batch-steps', '512', '--env-count', '8',
  '--value-epochs', '1',
]
/** The same without a run folder. */
export const SMALL: readonly string[] = [...TINY, '--no-run-dir']

const bundled = {
  bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error',
} as const

/** Bundle the program `trpo` as `.build/command/NAME.js`; its path. */
export function program(name: string): string {
  const outfile = `.build/command/${name}.js`
  buildSync({ entryPoints: ['src/node/program.ts'], outfile, ...bundled })
  return outfile
}

/** Bundle the program of threads into `folder`: it is beside the one that starts them. */
export function buildThreads(folder: string): void {
  buildSync({ entryPoints: ['src/node/parallel/worker.ts'], outfile: `${folder}/worker.js`, ...bundled })
}

/** Bundle a script that imports from the repository's root; its path. */
export function script(name: string, contents: string): string {
  const outfile = `.build/command/${name}.js`
  buildSync({ stdin: { contents, resolveDir: '.', loader: 'ts' }, outfile, ...bundled })
  return outfile
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Run words of Node to their end. */
export function finish(...words: readonly string[]): Ended {
  return run('node', ...words)
}

/** Run a program to its end. */
export function run(path: string, ...words: readonly string[]): Ended {
  const { status, ...rest } = spawnSync(path, words, { encoding: 'utf8', env, timeout: 20_000 })
  return { code: status, signal: rest.signal, stdout: rest.stdout, stderr: rest.stderr }
}

/** Run a line of a shell to its end. */
export function shell(line: string): Ended {
  const { status, ...rest } = spawnSync('sh', ['-c', line], { encoding: 'utf8', env, timeout: 20_000 })
  return { code: status, signal: rest.signal, stdout: rest.stdout, stderr: rest.stderr }
}

/** Run a program until it has written `sign` to stderr, then disturb it. */
export function disturbed(
  words: readonly string[], sign: RegExp, disturb: (child: ReturnType<typeof spawn>) => void,
): Promise<Ended> {
  const child = spawn('node', words, { env, timeout: 20_000 })
  let stdout = '', stderr = '', done = false
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8')
  child.stdout.on('data', (text) => { stdout += text })
  child.stderr.on('data', (text) => {
    stderr += text
    if (done || !sign.test(stderr)) return
    done = true
    disturb(child)
  })
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
