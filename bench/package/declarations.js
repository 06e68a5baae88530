/**
 * Part of the build: declarations name each other as .js, which every compiler finds. tsc leaves .ts in them,
 * as the sources have it; TypeScript before 5.0 refuses that, and other tools look for files that are not
 * there. The names are as long as before, so the maps of the declarations stay right.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const SPECIFIER = /(\bfrom ['"]|\bimport\(['"]|^import ['"])(\.[^'"]*)\.ts(?=['"])/gm

for (const file of readdirSync('dist', { recursive: true }).filter((path) => path.endsWith('.d.ts'))) {
  const text = readFileSync(`dist/${file}`, 'utf8')
  writeFileSync(`dist/${file}`, text.replace(SPECIFIER, '$1$2.js'))
}

// The types of the script build as a CommonJS module: those of the ES module that has the same names.
const types = "typeof import('./script.js', { with: { 'resolution-mode': 'import' } })"
writeFileSync('dist/script.d.cts', `declare const trpo: ${types};
export = trpo;
`)
