/**
 * The package as its users get it: packed from a copy of the sources, so that no two tests share a `dist`,
 * and installed into an empty project outside of the repository. No network: there is nothing to fetch.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import process from 'node:process'

/** What a user's shell would have: none of the variables that `npm test` sets. */
export const env: Record<string, string | undefined> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^(NO|FORCE)_COLOR$|^INIT_CWD$/.test(name)))

export interface Run { readonly stdout: string; readonly stderr: string }

/** What a program printed. Throws with all of it if the program fails. */
export function run(cwd: string, command: string, ...words: string[]): Run {
  const { status, signal, stdout, stderr } = spawnSync(command, words, {
    cwd, env, encoding: 'utf8', timeout: 100_000,
  })
  const end = status ?? signal ?? 'nothing'
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${end}\n${stdout}${stderr}`)
  return { stdout, stderr }
}

/** An empty directory, for `remove` when a file's tests are done. */
export function scratch(): string {
  return realpathSync(mkdtempSync(`${tmpdir()}/trpo-`))
}

export function remove(directory: string): void {
  // A browser's children may still be writing as they end.
  rmSync(directory, { recursive: true, maxRetries: 10, retryDelay: 100 })
}

/** Pack the package into `directory`; the path of the tarball. */
export function pack(directory: string): string {
  const sources = `${directory}/sources`
  mkdirSync(sources)
  const needed = [
    'package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'src', 'docs',
    'bench/kernels', 'bench/harness', 'bench/package/declarations.js',
  ]
  for (const name of needed) {
    cpSync(name, `${sources}/${name}`, { recursive: true })
  }
  symlinkSync(realpathSync('node_modules'), `${sources}/node_modules`, 'junction')
  run(sources, 'npm', 'pack', '--offline', '--cache', `${directory}/cache`, '--pack-destination', directory)
  return `${directory}/trpo-${JSON.parse(readFileSync('package.json', 'utf8')).version}.tgz`
}

/** An empty project in `directory` with the package installed; its path. */
export function install(directory: string, tarball: string): string {
  const project = `${directory}/project`
  mkdirSync(project)
  writeFileSync(`${project}/package.json`, '{ "private": true }\n')
  run(project, 'npm', 'install', '--offline', '--no-audit', '--no-fund', '--cache',
    `${directory}/cache`, tarball)
  return project
}
