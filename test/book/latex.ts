/**
 * LaTeX of docs/book: what both GitHub (MathJax behind Markdown) and temml set, and nothing else. Markdown
 * takes a backslash before punctuation away, so `\{`, `\,` and `\\` are not: \lbrace, \thinspace, blocks.
 */
import type { Formula } from './chapters.ts'

const KNOWN = new Set(`
  alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi
  varphi chi psi omega Gamma Delta Theta Lambda Pi Sigma Phi Psi Omega ell nabla partial infty hbar frac
  tfrac dfrac sqrt binom sum prod int lim max min arg exp log ln det Pr sup inf cos sin tanh dim ker deg
  operatorname mathrm mathbf mathbb mathcal mathit boldsymbol text textstyle displaystyle hat bar tilde
  vec dot ddot widehat overline underline underbrace overbrace le ge leq geq lt gt ne neq approx equiv
  sim propto ll gg to mapsto in notin subset cup cap leftarrow rightarrow Rightarrow Leftarrow iff
  implies longrightarrow cdot times circ pm mp otimes oplus odot ast star dots cdots ldots vdots prime
  top perp parallel mid vert Vert lVert rVert lvert rvert lbrace rbrace langle rangle lfloor rfloor
  lceil rceil left right bigl bigr Bigl Bigr big Big bigg Bigg biggl biggr quad qquad thinspace enspace
  forall exists
`.trim().split(/\s+/))

/** Commands of a formula that are not on the list, and backslashes that Markdown would take away. */
export function unknownLatex(tex: string): string[] {
  return [...tex.matchAll(/\\([a-zA-Z]+|[^])/g)].map(([all, name]) => ({ all, name }))
    .filter(({ name }) => !KNOWN.has(name)).map(({ all }) => all)
}

/**
 * What keeps GitHub from seeing a formula: a word beside an inline one, a space at its ends; a line of a
 * block that begins as a list or a quotation does.
 */
export function misplaced({ tex, isBlock, around: [before, behind] }: Formula): string[] {
  if (isBlock) return /\n\s*([-+*>#]|=+\s*\n)/.test(tex) ? [`$$${tex}$$ has a line that begins a list`] : []
  const wrong = /[\p{L}\p{N}]/u.test(before) || /[\p{L}\p{N}]/u.test(behind) || /^\s|\s$/.test(tex)
  return wrong ? [`$${tex}$ touches a word, or begins or ends with a space`] : []
}
