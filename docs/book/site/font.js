/**
 * node font.js FONT.otf: math.woff2, what the book needs of a font with a MATH table. Without one Chromium
 * sets hats and limits into each other. math.woff2 was made of STIXMath-Regular.otf, version 1.1.1 (Debian's
 * fonts-stix), which is under the SIL Open Font License, see FONT-LICENSE.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import subsetFont from 'subset-font'

const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, k) => from + k))
const characters = [
  range(0x20, 0x7e), range(0x391, 0x3a9), range(0x3b1, 0x3d6), '¬±×·÷…′″‖∣∥',
  range(0x2070, 0x209c), 'ℓℎℏℝℕℤ𝔼ℙ', range(0x1d434, 0x1d467), range(0x1d6e4, 0x1d71b),
  range(0x1d49c, 0x1d4b5), 'ℬℰℱℋℐℒℳℛ', range(0x1d400, 0x1d433),
  '←→⇒⇐⇔↦⟶∀∂∃∇∈∉∏∑−∓∗∘√∝∞∫∼≈≠≡≤≥≪≫⊂⊥⊕⊗⊙⌈⌉⌊⌋⟨⟩⋅⋮⋯∪∩¯ˆˇ˙¨˜⃗⏞⏟‾̲',
  '\u0302\u0303\u0304\u0305\u0307\u0308\u20d7\u2061\u2062\u2063',
].join('')
const subset = await subsetFont(readFileSync(process.argv[2]), characters, { targetFormat: 'woff2' })
writeFileSync(new URL('math.woff2', import.meta.url), subset)
console.log(`math.woff2: ${subset.length} bytes, ${[...characters].length} characters`)
