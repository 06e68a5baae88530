/**
 * The runtimes: where each may be installed, how to get its version, and the ways in which it runs the probe.
 * They come from this folder's package.json, or from PATH.
 */
import { execPath } from 'node:process'
import { chromium, firefox, type Profile } from '../browsers/profiles.ts'
import { cog, type Page, runInBrowser } from './browser.ts'
import { type Ended, start, type Variables } from './run.ts'
import type { Expectation } from './table.ts'

export interface Runtime {
  readonly name: string
  readonly engine: string
  /** With a slash a path from the repository's root, else a name on PATH; the first that exists is used. */
  readonly candidates: readonly string[]
  /** Another program that it needs on PATH; without it, the runtime is missing. */
  readonly needs?: string
  /** Where to get it; printed if it is missing. */
  readonly from: string
  /** A command that prints the version; by default the program with `--version`. */
  readonly version?: readonly string[]
  readonly ways: readonly Way[]
}

/** One way to run the probe in a runtime: a row of the table. */
export interface Way {
  readonly how: string
  readonly backend: Expectation
  readonly env: Variables
  /** The only platform on which it runs; by default every one. */
  readonly platform?: string
  readonly run: (program: string, env: Variables) => Promise<Ended>
}

/** The probe, bundled as an ES module and as a script, and its source. */
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
/** glibc chooses its functions as it does on a processor without fused multiply–add (FMA). */
const withoutFma = (each: Way): Way => ({
  ...each, how: `${each.how}, FMA off`, platform: 'linux x64',
  env: { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable' },
})

function node(major: number, ways: readonly Way[]): Runtime {
  const candidates = [`${PACKAGES}/node${major}/bin/node`]
  return { name: `node ${major}`, engine: 'V8', candidates, from: 'npm', ways }
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

/** A processor that qemu emulates: its names in npm and qemu, and Debian's folder of its libraries. */
interface Processor { readonly npm: string; readonly qemu: string; readonly libraries: string }

const ARM64: Processor = { npm: 'arm64', qemu: 'qemu-aarch64', libraries: '/usr/aarch64-linux-gnu' }
const ARMV7: Processor = { npm: 'armv7l', qemu: 'qemu-arm', libraries: '/usr/arm-linux-gnueabihf' }
/** Big-endian. */
const S390X: Processor = { npm: 's390x', qemu: 'qemu-s390x', libraries: '/usr/s390x-linux-gnu' }

function emulated(name: string, engine: string, file: string, processor: Processor, change = asIs): Runtime {
  const { npm, qemu, libraries } = processor
  const program = `.build/runtimes/${npm}/node_modules/${file}`
  const args = ['-cpu', 'max', '-L', libraries, program] as const
  const run = (): Promise<Ended> => start(qemu, [...args, MODULE]).ended
  return {
    name, engine, candidates: [program], needs: qemu, from: 'npm, Debian: qemu-user',
    version: [qemu, ...args, '--version'],
    ways: [change({ ...asModule, how: `module, ${npm} in qemu`, run })],
  }
}

function quickjs(name: string, variant: string): Runtime {
  const folder = `${PACKAGES}/@jitl/${variant}`
  const args = ['test/runtimes/quickjs.js', `@jitl/${variant}`, SCRIPT] as const
  const run = (): Promise<Ended> => start(execPath, args).ended
  return {
    name, engine: 'QuickJS', candidates: [folder], from: 'npm',
    // The package has a version number of its own; its README names QuickJS's.
    version: ['grep', '^Version', `${folder}/README.md`],
    ways: [withoutSimd({ ...asModule, how: 'script, itself in WebAssembly', run })],
  }
}

const debianVersion = (name: string): readonly string[] =>
  ['dpkg-query', '--show', '--showformat', '${Version}', name]
const deno = way('module', 'run', MODULE)
const script = way('script', SCRIPT)

export const runtimes: readonly Runtime[] = [
  // It is always available, so its hash is the one that the others must have.
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
    // No --allow-… flag: it runs without any permission.
    name: 'deno', engine: 'V8', candidates: [`${PACKAGES}/@deno/linux-x64-glibc/deno`, 'deno'], from: 'npm',
    ways: [deno, withoutFma(deno), way('src, unbundled', 'run', SOURCE)],
  },
  {
    name: 'workerd', engine: 'V8', from: 'npm',
    candidates: [`${PACKAGES}/@cloudflare/workerd-linux-64/bin/workerd`, 'workerd'],
    ways: [withoutSimd(way('module', 'test', 'test/runtimes/workerd.capnp'))],
  },
  browser('chromium', 'V8', ['chromium', 'chromium-browser', 'google-chrome'], chromium),
  browser('firefox', 'SpiderMonkey', ['firefox-esr', 'firefox'], firefox),
  {
    name: 'js shell', engine: 'SpiderMonkey', candidates: ['js140', 'js128', 'js115', 'js102'],
    from: 'Debian: libmozjs-102-dev',
    ways: [way('module', '-m', MODULE), script, withoutFma(script)],
  },
  {
    name: 'bun', engine: 'JavaScriptCore', from: 'npm',
    candidates: [`${PACKAGES}/@oven/bun-linux-x64/bin/bun`, 'bun'],
    ways: [asModule, withoutFma(asModule), asSource],
  },
  {
    name: 'jsc', engine: 'JavaScriptCore', candidates: ['jsc'], from: 'Debian: libjavascriptcoregtk-4.0-bin',
    // It cannot print its version.
    version: debianVersion('libjavascriptcoregtk-4.0-bin'),
    ways: [
      way('module', '-m', MODULE), script, withoutFma(script),
      withoutSimd(way('script, --useJIT=0', '--useJIT=0', SCRIPT)),
    ],
  },
  {
    // Debian 12 has a WebKit that is older than its support of SIMD.
    name: 'wpe webkit', engine: 'JavaScriptCore', candidates: ['cog'], from: 'Debian: cog',
    version: debianVersion('libwpewebkit-1.1-0'),
    ways: [inPage('page', cog, 'page'), inPage('module worker', cog, 'worker')]
      .map((each) => ({ ...each, backend: 'any' })),
  },
  quickjs('QuickJS', 'quickjs-wasmfile-release-sync'),
  quickjs('QuickJS-NG', 'quickjs-ng-wasmfile-release-sync'),
  emulated('node', 'V8', 'node-arm64/bin/node', ARM64),
  emulated('bun', 'JavaScriptCore', '@oven/bun-linux-aarch64/bin/bun', ARM64),
  emulated('node', 'V8', 'node-armv7l/bin/node', ARMV7),
  emulated('node', 'V8', 'node-s390x/bin/node', S390X, withoutSimd),
]
