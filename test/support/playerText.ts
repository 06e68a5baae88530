/**
 * src/io/export/playerText.ts, made of player.ts: `npm run bench -- player` writes it, and a test compares.
 */
import { buildSync } from 'esbuild'

const HEAD = `/**
 * player.ts and all that it imports, bundled and minified: \`npm run bench -- player\` writes this file.
 */
export const PLAYER: string = ''
`
/** Characters per line. */
const WIDTH = 100

/** The module. Throws if the bundle would need anything but the language. */
export function playerModule(): string {
  const { outputFiles } = buildSync({
    entryPoints: ['src/io/export/player.ts'], bundle: true, minify: true, format: 'iife', globalName: 'trpo',
    target: 'es2022', charset: 'ascii', write: false, logLevel: 'error',
  })
  const text = outputFiles[0].text.trim()
  const lines = Array.from({ length: Math.ceil(text.length / WIDTH) }, (_, k) => {
    const escaped = text.slice(k * WIDTH, (k + 1) * WIDTH)
      .replace(/[\\']/g, (character) => `\\${character}`).replaceAll('\n', '\\n')
    return `  + '${escaped}'\n`
  })
  return HEAD + lines.join('')
}
