/**
 * What `trpo export --help` and `trpo info --help` print, 80 characters wide.
 */
export const exportHelp = `trpo export FILE --format FORMAT [flags]

Writes the policy in FILE, saved by trpo train --save, for other software:

  onnx           a model whose output is the most likely action, by ONNX Runtime
                 and others; observation normaliser and action bounds included
  js             one module without imports that acts, bit for bit as trpo does
  json           every number as text
  safetensors    the normaliser folded into the first layer, for plain networks

  --format FORMAT   default: by the ending of --out
  --out FILE        default: beside FILE, if nothing is there yet
  --float32         onnx: numbers of 4 bytes; actions differ by some 1e-6
  --mask            onnx: a second input, true for each allowed action
  --drop-clip       safetensors: leave out the limit of normalised observations,
                    which weights cannot hold; beyond it the policy is another
  --help, -h        print this page
`

export const infoHelp = `trpo info FILE [flags]

What a file of trpo is: a policy, a value function or a training, its spaces,
network, normaliser, and where it comes from. Damage is an error.

  --json            one JSON record on stdout
  --no-color        no colour, as with NO_COLOR=1
  --help, -h        print this page
`
