"""
Which library serves PyTorch's matrix product, by the files that its process has mapped. The reference BLAS of
Netlib, which Debian installs if nothing else is asked for, has no kernels for any processor: figures against
it say nothing about PyTorch, so none are made.

`python3 blas.py [mkl] < maps` prints the verdict on a file like /proc/self/maps, for tests.
"""
import json
import re
import sys

INSTALL = 'apt-get install libopenblas0, or pip install torch'
# The one of a package that brings its own for itself alone.
FOREIGN = re.compile(r'numpy|scipy')
FAST = re.compile(r'openblas|mkl|blis|atlas|nvpl|armpl|essl', re.IGNORECASE)
REFERENCE = re.compile(r'/libblas\.so|/libflexiblas_netlib\.so|/librefblas')


def mapped(lines):
  """The libraries of linear algebra among lines of a process's maps, each once."""
  files = {line.split()[-1] for line in lines if '/' in line}
  return sorted(file for file in files if re.search(r'blas|mkl|blis|atlas|nvpl|armpl|essl', file, re.IGNORECASE))


def serving(files, has_mkl):
  """(path or None, is it the reference BLAS?). MKL may be linked into PyTorch itself, and has no file then."""
  if has_mkl:
    return next((file for file in files if 'mkl' in file), None), False
  own = [file for file in files if not FOREIGN.search(file)]
  fast = [file for file in own if FAST.search(file)]
  if fast:
    return next((file for file in fast if 'libopenblas' in file), fast[0]), False
  slow = [file for file in own if REFERENCE.search(file)]
  return (slow[0], True) if slow else (None, False)


def refusal(path):
  return f'{path.rsplit("/", 1)[-1]} is the reference BLAS, which is no rival: {INSTALL}'


if __name__ == '__main__':
  path, is_reference = serving(mapped(sys.stdin), 'mkl' in sys.argv[1:])
  print(json.dumps({'path': path, 'refusal': refusal(path) if is_reference else None}))
