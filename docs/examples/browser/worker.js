// Without a bundler: the script build is one global, `trpo`. Needs a server, such as: npm i trpo && npx http-server
importScripts('node_modules/trpo/dist/trpo.min.js')

onmessage = ({ data: { seed, totalSteps } }) => {
  const { cartPole, encodePolicy, evaluate, presets, train } = trpo
  let policy
  for (const iteration of train(cartPole, { ...presets.CartPole, seed, totalSteps })) {
    const { steps, meanReturn, certificate } = iteration
    policy = iteration.policy
    postMessage({ row: `${String(steps).padStart(7)} ${meanReturn.toFixed(1).padStart(7)}  ${certificate.kl.toFixed(5)}` })
  }
  const file = encodePolicy(policy)
  postMessage({ mean: evaluate(policy, cartPole).mean, file }, [file.buffer])
}
