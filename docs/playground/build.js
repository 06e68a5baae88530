/**
 * Builds the page twice from one source: as one file that works from a disk, and as a folder whose page
 * allows no script but its own. `node docs/playground/build.js [FOLDER]`; FOLDER is dist by default.
 * But: it checks no types; `npm run typecheck` does.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url)), root = join(here, '../..')
const STYLE = '<link rel="stylesheet" href="style.css">', SCRIPT = '<script src="page.js"></script>'
/** What stands in the program in place of sources that the page cannot reach. */
const WITHOUT = {
  'docs/playground/without/methods.ts':
    ['src/rl/vine/vine.ts', 'src/trpo/value/gaussNewtonFit.ts', 'src/trpo/variants/kronecker.ts'],
  'docs/playground/without/ranks.ts': ['src/math/communicator.ts', 'src/rl/together.ts'],
  'docs/playground/without/start.ts':
    ['settings', 'snapshot', 'warmStart'].map((name) => `src/trpo/start/${name}.ts`),
}
const usual = {
  bundle: true, minify: true, target: 'es2022', format: 'iife', write: false, legalComments: 'none',
  charset: 'utf8',
}

/** Writes FOLDER/playground.html and FOLDER/playground/; returns the one file's bytes after gzip -9. */
export async function buildPlayground(folder) {
  await expectPhases()
  const [script, style] = await Promise.all(['main.ts', 'style.css'].map(bundled))
  const html = readFileSync(join(here, 'index.html'), 'utf8').replace(/\n\s+/g, '\n')
  for (const part of [STYLE, SCRIPT, '<meta charset="utf-8">']) {
    if (html.split(part).length !== 2) throw new Error(`index.html: expected ${part} once`)
  }
  const inside = join(folder, 'playground')
  mkdirSync(inside, { recursive: true })
  if (/<\/script/i.test(script)) throw new Error('the program: expected no </script, which would end it')
  // A Blob's worker has its page's policy: 'unsafe-eval' is for worlds of one's own, which run in the worker.
  const one = secured(linked(html, folder), `script-src '${digest(script)}' 'unsafe-eval'; worker-src blob:; `
    + `style-src '${digest(style)}'`)
    .replace(STYLE, () => `<style>${style}</style>`).replace(SCRIPT, () => `<script>${script}</script>`)
  writeFileSync(join(folder, 'playground.html'), one)
  writeFileSync(join(inside, 'index.html'), secured(linked(html, inside),
    "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'"))
  for (const [name, text] of [['page.js', script], ['style.css', style]]) {
    writeFileSync(join(inside, name), text)
  }
  return gzipSync(one, { level: 9 }).length
}

async function bundled(entry) {
  const { outputFiles } = await build({ ...usual, entryPoints: [join(here, entry)], plugins: [without] })
  return outputFiles[0].text.trim()
}

const without = {
  name: 'without',
  setup({ onResolve }) {
    const instead = new Map(Object.entries(WITHOUT).flatMap(([file, places]) =>
      places.map((path) => [join(root, path), join(root, file)])))
    for (const path of instead.keys()) if (!existsSync(path)) throw new Error(`${path}: expected a file`)
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
      const found = instead.get(join(resolveDir, path))
      return found === undefined ? undefined : { path: found, sideEffects: false }
    })
  },
}

/** Throws unless every phase's line of code stands once in its file. */
async function expectPhases() {
  const { outputFiles } = await build({ ...usual, format: 'esm', entryPoints: [join(here, 'phases.ts')] })
  const { phases } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
  for (const { file, code } of phases) {
    const found = readFileSync(join(root, file), 'utf8').split(code).length - 1
    if (found !== 1) throw new Error(`${file}: expected ${JSON.stringify(code)} once, got it ${found} times`)
  }
}

/** Links to other pages of docs, as they are from `folder`. */
function linked(html, folder) {
  const docs = relative(folder, join(root, 'docs')).replaceAll('\\', '/')
  return html.replaceAll('href="../', `href="${docs}/`)
}

function secured(html, policy) {
  const all = `default-src 'none'; ${policy}; img-src 'self' data: blob:; connect-src 'none'; `
    + "base-uri 'none'; form-action 'none'"
  return html.replace('<meta charset="utf-8">', (charset) =>
    `${charset}\n<meta http-equiv="Content-Security-Policy" content="${all}">`)
}

function digest(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(root, 'dist')
  const bytes = await buildPlayground(folder)
  const file = relative('', join(folder, 'playground.html'))
  console.log(`${file}: ${(bytes / 1000).toFixed(1)} kB after gzip -9`)
}
