// npm install trpo, copy this folder, and: node main.js
// Prints the loss before each step: by natural gradient, which does not depend on the units of the inputs,
// and by gradient descent, which does.
import { C, createClassifier, D, draw } from './classifier.js'

const { step } = createClassifier(draw())
const natural = new Float64Array(D * C), plain = new Float64Array(D * C)
for (let k = 0; k <= 10; k++) {
  console.log(`${k} ${step(natural, true).toFixed(6)} ${step(plain, false).toFixed(6)}`)
}
