// qjs --include node_modules/trpo/dist/trpo.min.js main.js
// An interpreter without WebAssembly, clock, timers or module resolution: the script build needs none.
const { evaluate, pointMass, train } = trpo

let policy
for (const iteration of train(pointMass, {
  seed: 1, totalSteps: 9_000, batchSteps: 3000, envCount: 100, hiddenSizes: [], valueHiddenSizes: [16],
  maxKl: 0.03, damping: 0.01,
})) {
  policy = iteration.policy
  const { steps, meanReturn, certificate } = iteration
  print(`${steps} ${meanReturn.toFixed(2)} ${certificate.status} ${certificate.kl.toFixed(5)}`)
}
print(evaluate(policy, pointMass, { episodes: 10 }).mean.toFixed(2))
