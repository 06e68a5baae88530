/**
 * Exercise A.1 against the library itself: it is built anew with one constant changed, and the bits of a
 * short training are compared. No tolerance.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { answer, type Constants } from './exercises/A.1.ts'

const TRAINING = `
import { train } from './src/index.ts'
import { cartPole } from './src/envs/index.ts'
export function bits(backend) {
  const options = { seed: 1, totalSteps: 4096, batchSteps: 2048, envCount: 8, backend }
  let theta = null
  for (const { policy } of train(cartPole, options)) theta = policy.net.parameters.flat
  return JSON.stringify([...theta])
}
`

/** θ, to 17 digits, of a library in whose file `path` the text `before` is `after`. */
async function thetaWith(
  name: string, backend: string, path: string = '', before: string = '', after: string = '',
): Promise<string> {
  const text = path === '' ? '' : readFileSync(path, 'utf8')
  if (path !== '') assert.is(text.split(before).length, 2, `${path}: ${before}`)
  const outfile = `.build/book/constants/${name}.js`
  await build({
    stdin: { contents: TRAINING, resolveDir: '.', loader: 'ts' },
    outfile, bundle: true, format: 'esm', platform: 'node', target: 'es2022', logLevel: 'error',
    plugins: [{
      name: 'constant',
      setup(builds: any) {
        builds.onLoad({ filter: /\.ts$/ }, ({ path: file }: { path: string }) =>
          file === resolve(path) ? { contents: text.replace(before, after), loader: 'ts' } : undefined)
      },
    }],
  })
  writeFileSync('.build/book/constants/package.json', '{ "type": "module" }')
  return (await import(`file://${resolve(outfile)}`)).bits(backend)
}

const theta = await thetaWith('unchanged', 'simd')
const changes: readonly (readonly [keyof Constants, string, string, string])[] = [
  ['ROWS', 'src/math/simd/multiply.ts', 'const ROWS = 4\n', 'const ROWS = 2\n'],
  ['TILE_ROWS', 'src/nn/mlp.ts', 'const TILE_ROWS = 96\n', 'const TILE_ROWS = 24\n'],
  ['SHARDS', 'src/math/vector.ts', 'const SHARDS = 16\n', 'const SHARDS = 4\n'],
]

for (const [name, path, before, after] of changes) {
  test(`${name} is ${answer[name] ? '' : 'no '}part of the result`, async () => {
    assert.is(await thetaWith(name, 'simd', path, before, after) !== theta, answer[name])
  })
}

test('the backend is no part of the result', async () => {
  assert.is(await thetaWith('reference', 'reference') !== theta, answer.backend)
})

test.run()
