/**
 * Who takes part, and how each is started. Contestants of one name, form and precision differ in a `variant`
 * (malloc's settings, threads): the table shows the faster and says which it was, by the wall where threads
 * differ and by processor time otherwise.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'

/** Left alone, glibc gives memory back to the system after every product; it obeys 32 MiB at most. */
const TUNED_MALLOC = {
  MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '1073741824', MALLOC_TOP_PAD_: '67108864',
}
/** An OpenBLAS older than the processor takes it for a lesser one, *measured* half the rate (Zen 5). */
const AVX512 = { OPENBLAS_CORETYPE: 'SkylakeX' }
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }

const node = (name, form, bits, ...words) => ({ name, form, bits, command: [process.execPath, ...words] })

export const ours = node('trpo, simd', '', 'f64', '.build/ours.mjs', 'simd')

export const contestants = () => [
  node('trpo, reference', '', 'f64', '.build/ours.mjs', 'reference'),
  ...['cpu', 'wasm'].flatMap((backend) => [
    node(`TensorFlow.js ${backend}`, 'autodiff', 'f32', 'tfjs.mjs', backend, 'twice'),
    node(`TensorFlow.js ${backend}`, 'by hand', 'f32', 'tfjs.mjs', backend, 'hand'),
  ]),
  node('ml-matrix', 'by hand', 'f64', 'mlMatrix.mjs'),
  ...jax(),
  ...pyTorch(),
]

function jax() {
  const deno = ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock', '--no-remote', 'jax.mjs']
  return ['f32', 'f64'].flatMap((bits) => [['derived', 'autodiff'], ['hand', 'by hand']].flatMap(
    ([word, form]) => [['own', 'its own threads'], ['one', 'one thread']].map(([threads, variant]) => (
      { name: 'jax-js wasm', form, bits, variant, clock: 'wall', command: [...deno, bits, word, threads] }))))
}

function pyTorch() {
  const python = ['python3', '/usr/bin/python3'].find(hasTorch)
  if (python === undefined) {
    return [{ name: 'PyTorch', form: '', bits: '', cannot: 'no python3 with torch was found' }]
  }
  const forms = [['sb3', 'as SB3-contrib'], ['autograd', 'one graph'], ['hand', 'by hand']]
  const settings = [
    ['PyTorch', 'default malloc', {}],
    ['PyTorch', 'tuned malloc', TUNED_MALLOC],
    ...hasAvx512() ? [['PyTorch AVX-512', 'tuned malloc', { ...TUNED_MALLOC, ...AVX512 }]] : [],
  ]
  return ['f64', 'f32'].flatMap((bits) => forms.flatMap(
    ([word, form]) => settings.map(([name, variant, setting]) => ({
      name, form, bits, variant, clock: 'cpu',
      command: [python, '-B', 'torch_peer.py', bits, word], env: { ...ONE_THREAD, ...setting },
    }))))
}

function hasTorch(python) {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function hasAvx512() {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f')
  } catch {
    return false
  }
}
