// Without a bundler: the script build is one global, `trpo`. It needs a server: npm i trpo && npx http-server
importScripts('node_modules/trpo/dist/trpo.min.js')

onmessage = ({ data: { seed, totalSteps } }) => {
  const { cartPole, encodePolicy, evaluate, presets, train } = trpo
  let policy
  for (const iteration of train(cartPole, { ...presets.CartPole, seed, totalSteps })) {
    const { steps, meanReturn, certificate } = iteration
    policy = iteration.policy
    const [first, second] = [String(steps), meanReturn.toFixed(1)].map((cell) => cell.padStart(7))
    postMessage({ row: `${first} ${second}  ${certificate.kl.toFixed(5)}` })
  }
  const file = encodePolicy(policy)
  postMessage({ mean: evaluate(policy, cartPole).mean, file }, [file.buffer])
}
