/**
 * `npm test` runs all tests, `npm test -- PATTERN` the files with PATTERN in their path.
 * Each file is bundled (Node 20 cannot run TypeScript) and run in its own process, as many at once as there
 * are cores. uvu passes silently if a file forgets `test.run()` or if no file matches a pattern; here both
 * fail, since the number of tests is read from each process. A test's line `skipped: …` is printed.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pattern = process.argv[2] ?? ''
const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((file) => join('test', file))
  .filter((file) => file.endsWith('.test.ts') && file.includes(pattern) && !file.includes('node_modules'))
  .sort()

if (files.length === 0) {
  console.error(`pattern: expected part of the path of a test file, got ${JSON.stringify(pattern)}`)
  process.exit(1)
}

await build({
  absWorkingDir: root,
  entryPoints: files,
  outbase: '.',
  outdir: '.build',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  sourcemap: 'inline',
  logLevel: 'warning',
  external: ['esbuild'],
})

/** A file that takes longer is stopped, and has failed. */
const LIMIT_SECONDS = 300

let passed = 0
let failed = 0
const started = Date.now()
const queue = [...files]
await Promise.all(Array.from({ length: Math.min(availableParallelism(), files.length) }, worker))
console.log(`${files.length} files in ${((Date.now() - started) / 1000).toFixed(1)} s`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function worker() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) await run(file)
}

async function run(file) {
  const begin = Date.now()
  const { code, output } = await finish(join('.build', file.replace(/\.ts$/, '.js')))
  const seconds = ((Date.now() - begin) / 1000).toFixed(1)
  const total = Number(/^\s*Total:\s+(\d+)/m.exec(output)?.[1] ?? 0)
  const good = Number(/^\s*Passed:\s+(\d+)/m.exec(output)?.[1] ?? 0)
  const bad = total === 0 || (code !== 0 && good === total) ? total - good + 1 : total - good
  passed += good
  failed += bad
  if (bad === 0) {
    console.log(`ok   ${file}  ${good} in ${seconds} s`)
    for (const [line] of output.matchAll(/^skipped: .*/gm)) console.log(`     ${line}`)
  } else {
    const hint = total === 0 ? ' (no test ran: is test.run() missing?)' : ''
    console.log(`FAIL ${file}  ${good} of ${total}${hint}\n${output}`)
  }
}

function finish(script) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', '--enable-source-maps', script], {
      cwd: root, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    })
    let output = ''
    const limit = setTimeout(() => {
      output += `still running after ${LIMIT_SECONDS} s\n`
      child.kill('SIGKILL')
    }, 1000 * LIMIT_SECONDS)
    child.stdout.on('data', (text) => { output += text })
    child.stderr.on('data', (text) => { output += text })
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve({ code, output })
    })
  })
}
