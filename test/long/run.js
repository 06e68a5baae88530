/**
 * `npm run endure -- [NAME]`: does it hold for long? Each program here runs in a process of its own and
 * prints one line; all of them, or those with NAME in their name. The exit code is 1 if one found a fault.
 */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** Programs, with flags of Node and minutes after which one is ended. */
const PROGRAMS = [
  ['faults', [], 10],
  ['kills', [], 60],
  ['ranks', [], 60],
  ['ranksKilled', [], 60],
  ['hostile', [], 90],
  ['steps', ['--expose-gc', '--max-old-space-size=64'], 60],
  ['trainings', ['--expose-gc'], 30],
]

const chosen = PROGRAMS.filter(([name]) => name.includes(process.argv[2] ?? ''))
if (chosen.length === 0) {
  const names = PROGRAMS.map(([name]) => name).join(' | ')
  console.error(`name: expected part of ${names}, got ${process.argv[2]}`)
  process.exit(1)
}
await build({
  absWorkingDir: root,
  entryPoints: chosen.map(([name]) => `test/long/${name}.ts`),
  outdir: '.build/long',
  bundle: true, platform: 'node', format: 'esm', target: 'es2022', sourcemap: 'inline', logLevel: 'warning',
  external: ['esbuild'],
})
for (const [name, flags, minutes] of chosen) {
  const begin = Date.now()
  const code = await ended(flags, join('.build/long', `${name}.js`), minutes)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}, ${((Date.now() - begin) / 1000).toFixed(0)} s`)
  if (code !== 0) process.exitCode = 1
}

function ended(flags, script, minutes) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--enable-source-maps', ...flags, script], {
      cwd: root, stdio: ['ignore', 'inherit', 'inherit'], timeout: 60_000 * minutes, killSignal: 'SIGKILL',
    })
    child.on('close', (code) => resolve(code))
  })
}
