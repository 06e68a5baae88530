/** What the tests of MPI use of Node beyond test/support/host.d.ts and test/package/host.d.ts. */
declare module 'node:crypto' {
  export function createHash(algorithm: 'sha256'): {
    update(data: Uint8Array): void
    digest(encoding: 'hex'): string
  }
}
