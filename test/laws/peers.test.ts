/**
 * The benchmark of other libraries makes no figure against the reference BLAS: what it says of files that
 * processes map, as distributions name them, against what is known of these; and the row of a peer that
 * refuses. No tolerance.
 */
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findProgram, skipped } from '../support/programs.ts'

const DEBIAN = '/usr/lib/x86_64-linux-gnu', PIP = '/home/me/.venv/lib/python3.11/site-packages'
const NUMPY = `${PIP}/numpy.libs/libscipy_openblas64_-a1b2.so`
/** Files, whether PyTorch has MKL, and the file that serves it. */
const FAST: readonly (readonly [readonly string[], boolean, string | null])[] = [
  [[`${DEBIAN}/openblas-pthread/libblas.so.3`, `${DEBIAN}/openblas-pthread/libopenblasp-r0.3.21.so`], false,
    `${DEBIAN}/openblas-pthread/libopenblasp-r0.3.21.so`],
  [[`${DEBIAN}/libopenblas.so.0`, `${DEBIAN}/blas/libblas.so.3.11.0`], false, `${DEBIAN}/libopenblas.so.0`],
  [[`${DEBIAN}/atlas/libblas.so.3.10.3`], false, `${DEBIAN}/atlas/libblas.so.3.10.3`],
  [['/opt/conda/lib/libmkl_core.so.2', NUMPY], true, '/opt/conda/lib/libmkl_core.so.2'],
  // MKL within libtorch, and numpy with an OpenBLAS of its own, which serves numpy alone.
  [[NUMPY, `${PIP}/torch/lib/libtorch_cpu.so`], true, null],
  [[`${PIP}/torch.libs/libopenblasp-r0-c3.so`, NUMPY], false, `${PIP}/torch.libs/libopenblasp-r0-c3.so`],
  [[`${PIP}/torch/lib/libtorch_cpu.so`], false, null],
]
const REFERENCE: readonly (readonly string[])[] = [
  [`${DEBIAN}/blas/libblas.so.3.11.0`, `${DEBIAN}/libgfortran.so.5.0.0`],
  [`${DEBIAN}/blas/libblas.so.3.11.0`, NUMPY],
  ['/usr/lib/libblas.so.3.12.0', '/usr/lib/libcblas.so.3.12.0'],
  ['/usr/lib64/libflexiblas.so.3.4', '/usr/lib64/flexiblas/libflexiblas_netlib.so'],
]

const python = findProgram(['python3'])
if (python === null) skipped('bench/peers/blas.py, for want of python3')
else {
  interface Verdict { readonly path: string | null; readonly refusal: string | null }
  const verdict = (files: readonly string[], hasMkl: boolean): Verdict => {
    const input = files.map((file) => `7f1c000-7f1d000 r-xp 0000 08:01 1234    ${file}\n`).join('')
    const words = ['-B', 'bench/peers/blas.py', ...hasMkl ? ['mkl'] : []]
    const { stdout, stderr } = spawnSync(python, words, { input, encoding: 'utf8' })
    assert.is(stderr, '')
    return JSON.parse(stdout) as Verdict
  }

  test('fast libraries are recognised by their files, and those of numpy are not PyTorch\'s', () => {
    for (const [files, hasMkl, path] of FAST) {
      assert.equal(verdict(files, hasMkl), { path, refusal: null }, files.join(' '))
    }
  })

  test('the reference BLAS is refused, with what to install', () => {
    for (const files of REFERENCE) {
      const { refusal } = verdict(files, false)
      assert.match(refusal!, /^lib\S+ is the reference BLAS, .*: apt-get install libopenblas0, or pip /)
    }
  })
}

test('a peer that refuses at its start has a row with the reason, and no ratio', () => {
  const program = `
    import { startSession } from './bench/peers/session.mjs'
    import { table } from './bench/peers/table.mjs'
    import { jobs } from './bench/peers/problem.mjs'
    const print = "console.log(JSON.stringify({ versions: 'P 1', cannot: 'no rival: install Q' }))"
    const session = await startSession({ command: [process.execPath, '-e', print] })
    const { task, problem } = jobs[0]
    const row = { task, problem: problem.name, name: 'P', form: '', bits: 'f64', cannot: session.cannot }
    console.log(table([row]))`
  const words = ['--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync('node', words, { encoding: 'utf8' })
  assert.is(stderr, '')
  assert.match(stdout, /^ +P +f64 +— no rival: install Q$/m)
  assert.is(stdout.trimEnd().split('\n').length, 4)
})

test.run()
