/**
 * Which tests may notice a change of one source, the likeliest first, and whether one does, in a scratch copy
 * of the repository: the working tree is never touched, and one process runs at a time.
 */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'

/**
 * Of other things than the mathematics: bundles, commands, pages, or the tool itself. And whole trainings,
 * which take longest and pass after most changes.
 */
const ELSEWHERE = /^test\/(package|runtimes|node|mutate|examples|learning)\//
/** What is run for any source, after its own tests. */
const GENERAL = /^test\/trpo\/(goldens|step|train)\.test\.ts$/

/** A private copy of every file that git knows or would add. */
export function scratchCopy(root) {
  const scratch = mkdtempSync(join(tmpdir(), 'mutate-'))
  const words = ['ls-files', '-co', '--exclude-standard']
  const { stdout } = spawnSync('git', words, { cwd: root, encoding: 'utf8' })
  for (const path of stdout.trim().split('\n').filter((path) => existsSync(join(root, path)))) {
    cpSync(join(root, path), join(scratch, path))
  }
  symlinkSync(realpathSync(join(root, 'node_modules')), join(scratch, 'node_modules'))
  return { scratch, remove: () => rmSync(scratch, { recursive: true, force: true }) }
}

/** For each source the tests whose bundles contain something of it, in the order to try them. */
export async function testsOfSources(scratch) {
  const files = readdirSync(join(scratch, 'test'), { recursive: true })
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts') && !ELSEWHERE.test(file)).sort()
  const { outputs } = (await bundle(scratch, files)).metafile
  const found = new Map(), sizes = new Map()
  for (const { entryPoint, inputs, bytes } of Object.values(outputs)) {
    sizes.set(entryPoint, bytes)
    for (const [source, { bytesInOutput }] of Object.entries(inputs)) {
      if (bytesInOutput > 0) found.set(source, [...found.get(source) ?? [], entryPoint])
    }
  }
  for (const [source, tests] of found) {
    // A small bundle is about little, and soon done.
    tests.sort((a, b) => distance(source, a) - distance(source, b) || sizes.get(a) - sizes.get(b))
  }
  return found
}

/** 0 for the test of the same name, more for its folder, the general ones, the folder above, and others. */
function distance(source, test) {
  const own = source.replace(/^src/, 'test').replace(/\.ts$/, '.test.ts')
  const folder = own.replace(/\/[^/]*$/, '/'), parent = folder.replace(/[^/]*\/$/, '')
  if (test === own) return 0
  if (test.startsWith(folder)) return 1
  if (GENERAL.test(test)) return 2
  return test.startsWith(parent) && parent !== 'test/' ? 3 : 4
}

function bundle(scratch, entryPoints) {
  return build({
    absWorkingDir: scratch, entryPoints, outbase: '.', outdir: '.build', bundle: true, platform: 'node',
    format: 'esm', target: 'es2022', metafile: true, external: ['esbuild', 'typescript'], logLevel: 'silent',
  })
}

/**
 * Bundles and runs one test file: 'passed', 'failed' (at the first test that does), or 'timed out'. A source
 * that is no program any more has failed, too; anything else that keeps esbuild from its work throws.
 */
export async function runTest(scratch, test, limitSeconds) {
  try {
    await bundle(scratch, [test])
  } catch (error) {
    const isSyntax = ({ text, location }) => location?.file.startsWith('src/') && !/resolve/.test(text)
    if (error.errors?.length > 0 && error.errors.every(isSyntax)) return 'failed'
    throw error
  }
  const child = spawn(process.execPath, ['--expose-gc', `.build/${test.replace(/\.ts$/, '.js')}`], {
    cwd: scratch, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise((resolve) => {
    let output = '', outcome = ''
    const end = (word) => {
      outcome ||= word
      child.kill('SIGKILL')
    }
    const limit = setTimeout(() => end('timed out'), 1000 * limitSeconds)
    child.stdout.on('data', (text) => {
      output += text
      // uvu's mark of a test that has failed: the others need not be awaited.
      if (output.includes('✘')) end('failed')
    })
    child.on('close', (code) => {
      clearTimeout(limit)
      const total = /^\s*Total:\s+(\d+)/m.exec(output)?.[1] ?? '0'
      resolve(outcome || (code === 0 && total !== '0' ? 'passed' : 'failed'))
    })
  })
}
