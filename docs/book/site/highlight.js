/** TypeScript as HTML with four kinds of words: comments, strings, keywords, numbers. */
const KEYWORDS = `
  as async await break case catch class const continue default else export extends false finally for
  from function if import in interface let new null of readonly return static switch throw true try
  type typeof undefined void while yield
`.trim().split(/\s+/).join('|')

const WORD = new RegExp([
  String.raw`(?<comment>\/\/.*|\/\*[^]*?\*\/)`,
  String.raw`(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|${'`'}(?:\\.|[^${'`'}\\])*${'`'})`,
  String.raw`\b(?<keyword>${KEYWORDS})\b`,
  String.raw`\b(?<number>\d[\w.]*)\b`,
].join('|'), 'g')

export function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
}

export function highlight(code) {
  let html = '', at = 0
  for (const match of code.matchAll(WORD)) {
    const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined)
    html += `${escapeHtml(code.slice(at, match.index))}<span class="${kind}">${escapeHtml(match[0])}</span>`
    at = match.index + match[0].length
  }
  return html + escapeHtml(code.slice(at))
}
