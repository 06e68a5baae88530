/**
 * docs/guides/mujoco.md and bench/mujoco in a user's project, with trpo packed and installed beside MuJoCo:
 * the guide's module is sound, trains by its command, and walks in Chromium as here; the tasks train by
 * module paths, with threads and without. Oracles: checkEnv, a walk in this process, and one thread. No
 * tolerance.
 */
import {
  cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync,
} from 'node:fs'
import process from 'node:process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkEnv } from '../../src/index.ts'
import { install, pack, remove, run, scratch } from '../support/package.ts'
import { findProgram, skipped } from '../support/programs.ts'
import { visit } from '../support/visit.ts'
import { FOLDER, isInstalled, lockedPackages } from './bench.ts'

test('the lock file names no registry, and trpo is this repository', () => {
  const packages = lockedPackages()
  assert.is(packages['node_modules/trpo'].resolved, '../..')
  assert.ok(Object.keys(packages).includes('node_modules/@mujoco/mujoco'))
  for (const { resolved, link } of Object.values(packages)) if (link !== true) assert.is(resolved, undefined)
})

if (!isInstalled) skipped('bench/mujoco in a project, for want of @mujoco/mujoco (npm ci there)')
else {
  const guide = readFileSync('docs/guides/mujoco.md', 'utf8')
  const directory = scratch()
  test.after(() => remove(directory))
  const project = install(directory, pack(directory))
  symlinkSync(realpathSync(`${FOLDER}/node_modules/@mujoco`), `${project}/node_modules/@mujoco`)
  const [, pole] = /```js\n([^]*?)```/.exec(guide)!
  writeFileSync(`${project}/pole.mjs`, pole)
  mkdirSync(`${project}/tasks`)
  for (const file of readdirSync(FOLDER).filter((name) => /\.js$/.test(name))) {
    cpSync(`${FOLDER}/${file}`, `${project}/tasks/${file}`, { recursive: true })
  }
  writeFileSync(`${project}/tasks/package.json`, '{ "type": "module" }\n')
  interface Row {
    readonly type: string
    readonly environment?: string
    readonly episodes?: readonly { readonly return: number }[]
  }
  /** What a training with these words said. */
  const trained = (...words: string[]): { name: string; returns: number[][] } => {
    const program = 'node_modules/trpo/dist/node/program.js'
    const more = ['--no-run-dir', '--eval-episodes', '1', '--json']
    const { stdout } = run(project, process.execPath, program, 'train', ...words, ...more)
    const rows = stdout.trim().split('\n').map((line) => JSON.parse(line) as Row)
    return {
      name: rows[0].environment!,
      returns: rows.filter(({ type }) => type === 'iteration')
        .map(({ episodes }) => episodes!.map((each) => each.return)),
    }
  }

  test('the guide\'s module is sound, and its command learns', async () => {
    const { default: make } = await import(`file://${project}/pole.mjs`)
    const problems = checkEnv(make)
    assert.equal([...problems, ...problems.remarks], [])
    const { returns } = trained('./pole.mjs', '--total-steps', '10240')
    const means = returns.map((all) => all.reduce((a, b) => a + b) / all.length)
    assert.is(means.length, 5)
    assert.ok(means[4] > 1.5 * means[0], `${means}`)
  })

  test('the tasks are module paths, of v5 by default and of v4 by name; threads make no difference', () => {
    const words = ['--total-steps', '2048']
    const v5 = trained('./tasks/hopper.js', ...words)
    assert.is(v5.name, 'Hopper-v5')
    assert.is(trained('./tasks/hopper.js#v4', ...words).name, 'Hopper-v4')
    assert.is(trained('./tasks/index.js#Swimmer', ...words).name, 'Swimmer-v5')
    assert.ok(v5.returns.flat().length > 20)
    assert.equal(trained('./tasks/hopper.js', '--workers', '4', ...words), v5)
  })

  const chromium = findProgram(['chromium', 'chromium-browser', 'google-chrome'])
  if (chromium === null) skipped('docs/guides/mujoco.md in a browser, for want of chromium')
  else {
    test('in a page, bundled as the guide says, the same steps have the same bits', async () => {
      const [, bundle, copy] = /^ +npx esbuild (.*)\n +cp (.*)$/m.exec(guide)!
      writeFileSync(`${project}/walk.mjs`, `import pole from './pole.mjs'
        export function walk() {
          const env = pole(), seen = [...env.reset({ seed: 3 }).observation]
          for (let t = 0; t < 100; t++) {
            const { observation, reward, terminated } = env.step(Float64Array.of(Math.fround(Math.sin(t))))
            seen.push(...terminated ? env.reset().observation : observation, reward)
          }
          return seen
        }`)
      writeFileSync(`${project}/page.js`, `import { walk } from './walk.mjs'
        fetch('/report', { method: 'POST', body: JSON.stringify(walk()) })`)
      const script = '<script type="module" src="out/page.js"></script>'
      writeFileSync(`${project}/index.html`, `<!doctype html>\n${script}`)
      const esbuild = realpathSync('node_modules/esbuild/bin/esbuild')
      run(project, esbuild, ...bundle.split(' '))
      run(project, 'cp', ...copy.split(' '))
      const policy = "default-src 'self'; script-src 'self' 'unsafe-eval'"
      const seen = await visit(chromium, project, 'index.html', policy, '')
      const { walk } = await import(`file://${project}/walk.mjs`)
      assert.is(walk().length, 302)
      assert.equal(JSON.parse(seen), walk())
    })
  }
}

test.run()
