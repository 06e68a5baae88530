/**
 * LaTeX in Markdown as MathML, at build time: formulas are taken out before Markdown sees them, since its
 * emphasis would read their underscores, and put back into the HTML that it makes.
 */
import temml from 'temml'

/** Fences and code spans, which may hold dollars, or a formula. */
const CODE_OR_FORMULA = /^```[^]*?^```$|(`+)[^`](?:[^]*?[^`])?\1(?!`)|\$\$([^$]+)\$\$|\$([^$]+)\$/gm

/** A character of the private use area on either side of a number: no Markdown. */
const mark = (k) => `\uE000${k}\uE001`

/** `text` with marks for its formulas, and a function that puts MathML in their place. */
export function takeOutFormulas(text) {
  const formulas = []
  const marked = text.replace(CODE_OR_FORMULA, (all, _, block, inline) => {
    const tex = block ?? inline
    if (tex === undefined) return all
    formulas.push(toMathMl(tex.trim(), block !== undefined))
    return mark(formulas.length - 1)
  })
  const putBack = (html) => html.replace(/\uE000(\d+)\uE001/g, (_, k) => formulas[k])
  return { marked, putBack }
}

function toMathMl(tex, displayMode) {
  const math = temml.renderToString(tex, { displayMode, throwOnError: true, annotate: false })
  return displayMode ? `<span class="formula" tabindex="0" role="group">${math}</span>` : math
}
