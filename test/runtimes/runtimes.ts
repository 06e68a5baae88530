/**
 * The runtimes: where each may be found, how it tells its version, and the ways in which it runs the probe.
 * They come from the packages beside this file, or from PATH.
 */
import { execPath } from 'node:process'
import { chromium, cog, firefox, type Page, type Profile, runInBrowser } from './browser.ts'
import { type Ended, type Environment, start } from './run.ts'
import type { Expectation } from './table.ts'

export interface Runtime {
  readonly name: string
  readonly engine: string
  /** Paths from the root where there is a slash, else names on PATH; the first that exists is it. */
  readonly candidates: readonly string[]
  /** Another program, on PATH, without which it is missing. */
  readonly needs?: string
  /** Who has it, for the line that says that it is missing. */
  readonly from: string
  /** A command that prints the version; `--version` unless it says otherwise. */
  readonly version?: readonly string[]
  readonly ways: readonly Way[]
}

/** One row. */
export interface Way {
  readonly how: string
  readonly backend: Expectation
  readonly env: Environment
  /** The one platform on which this means something, or all. */
  readonly platform?: string
  readonly run: (program: string, env: Environment) => Promise<Ended>
}

/** The probe bundled as an ES module and as a script; and as it is written. */
const MODULE = '.build/runtimes/report.mjs'
const SCRIPT = '.build/runtimes/report.js'
const SOURCE = 'test/runtimes/report.ts'
const PACKAGES = 'test/runtimes/node_modules'

function way(how: string, ...args: readonly string[]): Way {
  return { how, backend: 'simd', env: {}, run: (program, env) => start(program, args, env).ended }
}

function inPage(how: string, profile: Profile, page: Page): Way {
  return { how, backend: 'simd', env: {}, run: (program, env) => runInBrowser(program, profile, page, env) }
}

const asModule: Way = way('module', MODULE)
const asSource: Way = way('src, unbundled', SOURCE)
const withFlag = (flag: string): Way => way(flag, flag, MODULE)
const asIs = (each: Way): Way => each
const withoutSimd = (each: Way): Way => ({ ...each, backend: 'reference' })
/** glibc chooses its functions as on a processor without fused multiply–add. */
const withoutFma = (each: Way): Way => ({
  ...each, how: `${each.how}, FMA off`, platform: 'linux x64',
  env: { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable' },
})

function node(major: number, ways: readonly Way[]): Runtime {
  return { name: `node ${major}`, engine: 'V8', candidates: [`${PACKAGES}/node${major}/bin/node`], from: 'npm', ways }
}

function browser(name: string, engine: string, candidates: readonly string[], profile: Profile): Runtime {
  const page = inPage('page', profile, 'page')
  return {
    name, engine, candidates, from: `Debian: ${candidates[0]}`,
    ways: [
      page, inPage('module worker', profile, 'worker'), withoutFma(page),
      withoutSimd(inPage('page that forbids WebAssembly', profile, 'strict')),
    ],
  }
}

/** A processor that qemu emulates, by the names that npm, qemu and Debian have for it. */
interface Processor { readonly npm: string; readonly qemu: string; readonly libraries: string }

const ARM64: Processor = { npm: 'arm64', qemu: 'qemu-aarch64', libraries: '/usr/aarch64-linux-gnu' }
const ARMV7: Processor = { npm: 'armv7l', qemu: 'qemu-arm', libraries: '/usr/arm-linux-gnueabihf' }
/** Its highest byte comes first. */
const S390X: Processor = { npm: 's390x', qemu: 'qemu-s390x', libraries: '/usr/s390x-linux-gnu' }

function emulated(name: string, engine: string, file: string, { npm, qemu, libraries }: Processor, change = asIs): Runtime {
  const program = `.build/runtimes/${npm}/node_modules/${file}`
  const command = [qemu, '-cpu', 'max', '-L', libraries, program] as const
  return {
    name, engine, candidates: [program], needs: qemu, from: 'npm, Debian: qemu-user', version: [...command, '--version'],
    ways: [change({ ...asModule, how: `module, ${npm} in qemu`, run: () => start(qemu, [...command.slice(1), MODULE]).ended })],
  }
}

function quickjs(name: string, variant: string): Runtime {
  const folder = `${PACKAGES}/@jitl/${variant}`
  const run = (): Promise<Ended> => start(execPath, ['test/runtimes/quickjs.js', `@jitl/${variant}`, SCRIPT]).ended
  return {
    // The package's version is another; its page names the one that is inside.
    name, engine: 'QuickJS', candidates: [folder], from: 'npm', version: ['grep', '^Version', `${folder}/README.md`],
    ways: [withoutSimd({ ...asModule, how: 'script, itself in WebAssembly', run })],
  }
}

const debianVersion = (name: string): readonly string[] => ['dpkg-query', '--show', '--showformat', '${Version}', name]
const deno = way('module', 'run', MODULE)
const script = way('script', SCRIPT)

export const runtimes: readonly Runtime[] = [
  // Always here, so it is what the others are held against.
  { name: 'this node', engine: 'V8', candidates: [execPath], from: '', ways: [asModule] },
  node(18, [asModule]),
  node(20, [
    asModule, withoutFma(asModule), withoutSimd(withFlag('--jitless')), withFlag('--frozen-intrinsics'),
    withFlag('--disallow-code-generation-from-strings'),
  ]),
  node(22, [asModule, asSource]),
  node(24, [asModule, withoutFma(asModule), asSource]),
  node(26, [asModule, asSource]),
  {
    // Without any permission.
    name: 'deno', engine: 'V8', candidates: [`${PACKAGES}/@deno/linux-x64-glibc/deno`, 'deno'], from: 'npm',
    ways: [deno, withoutFma(deno), way('src, unbundled', 'run', SOURCE)],
  },
  {
    name: 'workerd', engine: 'V8', candidates: [`${PACKAGES}/@cloudflare/workerd-linux-64/bin/workerd`, 'workerd'], from: 'npm',
    ways: [withoutSimd(way('module', 'test', 'test/runtimes/workerd.capnp'))],
  },
  browser('chromium', 'V8', ['chromium', 'chromium-browser', 'google-chrome'], chromium),
  browser('firefox', 'SpiderMonkey', ['firefox-esr', 'firefox'], firefox),
  {
    name: 'js shell', engine: 'SpiderMonkey', candidates: ['js140', 'js128', 'js115', 'js102'], from: 'Debian: libmozjs-102-dev',
    ways: [way('module', '-m', MODULE), script, withoutFma(script)],
  },
  {
    name: 'bun', engine: 'JavaScriptCore', candidates: [`${PACKAGES}/@oven/bun-linux-x64/bin/bun`, 'bun'], from: 'npm',
    ways: [asModule, withoutFma(asModule), asSource],
  },
  {
    name: 'jsc', engine: 'JavaScriptCore', candidates: ['jsc'], from: 'Debian: libjavascriptcoregtk-4.0-bin',
    // It does not tell itself.
    version: debianVersion('libjavascriptcoregtk-4.0-bin'),
    ways: [way('module', '-m', MODULE), script, withoutFma(script), withoutSimd(way('script, --useJIT=0', '--useJIT=0', SCRIPT))],
  },
  {
    // Debian 12's is older than SIMD in WebKit.
    name: 'wpe webkit', engine: 'JavaScriptCore', candidates: ['cog'], from: 'Debian: cog',
    version: debianVersion('libwpewebkit-1.1-0'),
    ways: [inPage('page', cog, 'page'), inPage('module worker', cog, 'worker')].map((each) => ({ ...each, backend: 'any' })),
  },
  quickjs('QuickJS', 'quickjs-wasmfile-release-sync'),
  quickjs('QuickJS-NG', 'quickjs-ng-wasmfile-release-sync'),
  emulated('node', 'V8', 'node-arm64/bin/node', ARM64),
  emulated('bun', 'JavaScriptCore', '@oven/bun-linux-aarch64/bin/bun', ARM64),
  emulated('node', 'V8', 'node-armv7l/bin/node', ARMV7),
  emulated('node', 'V8', 'node-s390x/bin/node', S390X, withoutSimd),
]
