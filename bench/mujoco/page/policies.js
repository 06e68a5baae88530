/** Policies as files: what a person loads must fit the body, what is saved is the policy that acts. */
import { decodePolicy } from 'trpo/io'

/** The policy in the file. Throws in a sentence if it is none, or one of another body. */
export async function readPolicy(file, env) {
  const policy = decodePolicy(new Uint8Array(await file.arrayBuffer()))
  const sizes = ({ observationSpace, actionSpace }) =>
    [observationSpace, actionSpace].map(({ low }) => low?.length ?? 'a choice')
  const [expected, got] = [sizes(env), sizes(policy)]
  if (expected.join() !== got.join()) {
    const text = (pair) => `${pair[0]} numbers in and ${pair[1]} out`
    const wanted = `a policy with ${text(expected)} for ${env.name}`
    throw new Error(`${file.name}: expected ${wanted}, got ${text(got)}`)
  }
  return policy
}

export function savePolicy(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
