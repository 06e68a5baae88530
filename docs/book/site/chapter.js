/**
 * One page of the book: Markdown as GitHub shows it, with MathML for formulas, fences by their kind, and the
 * playground in a frame where a paragraph is nothing but a link to it.
 */
import MarkdownIt from 'markdown-it'
import { escapeHtml, highlight } from './highlight.js'
import { takeOutFormulas } from './math.js'

const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false })

/** 'page.html' of a chapter's file. */
export const pageOf = (name) => name === 'README.md' ? 'index.html' : name.replace(/\.md$/, '.html')

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading) =>
  heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-')

markdown.renderer.rules.heading_open = (tokens, i) =>
  `<${tokens[i].tag} id="${anchorOf(tokens[i + 1].content)}">`

markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0" role="group"><table>'
markdown.renderer.rules.table_close = () => '</table></div>'

markdown.renderer.rules.fence = (tokens, i) => {
  const { info, content } = tokens[i]
  const source = /^(?:ts|js) (\S+\/\S+)$/.exec(info)?.[1]
  const exercise = /^ts exercise (\S+)$/.exec(info)?.[1]
  const experiment = /^text (\S+)$/.exec(info)?.[1]
  const isProgram = info.startsWith('ts') || info.startsWith('js')
  const [kind, caption] = source !== undefined ? ['excerpt', source]
    : exercise !== undefined ? ['exercise', `npm run exercise -- ${exercise} my.ts`]
    : experiment !== undefined ? ['output', `docs/book/${experiment} prints`]
    : info === 'text' ? ['output', ''] : info === 'sh' ? ['shell', ''] : ['program', '']
  const head = caption === '' ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>`
  const code = isProgram ? highlight(content) : escapeHtml(content)
  return `<figure class="code ${kind}">${head}<pre tabindex="0"><code>${code}</code></pre></figure>\n`
}

/** Links between pages lead to pages; others, except to the web, leave the book and become their text. */
function relink(html, names) {
  return html.replace(/<a href="([^"]*)">([^]*?)<\/a>/g, (all, href, text) => {
    if (/^[a-z]+:/.test(href) || href.startsWith('#')) return all
    const [file, anchor] = href.split('#')
    const end = anchor === undefined ? '' : `#${anchor}`
    if (names.includes(file)) return `<a href="${pageOf(file)}${end}">${text}</a>`
    if (/^\.\.\/playground\b/.test(file)) return `<a class="live" href="../playground.html${end}">${text}</a>`
    return `<span class="file" title="${file.replace(/^(\.\.\/)+/, '')}">${text}</span>`
  })
}

/** A paragraph that is one link to the playground: the page itself, at that state, and the link below it. */
function embed(html) {
  return html.replace(/<p>(<a class="live" href="([^"]+)">([^]*?)<\/a>)<\/p>/g, (_, link, href, text) =>
    `<figure class="live"><iframe loading="lazy" src="${href}" title="${text}"></iframe>`
    + `<figcaption>${link}</figcaption></figure>`)
}

/** Pictures that stand alone hang beyond the text, with their title as a caption. */
function hang(html) {
  return html.replace(/<p>(<img [^>]*>)<\/p>/g, (_, image) => {
    const caption = /title="([^"]*)"/.exec(image)?.[1]
    const below = caption === undefined ? '' : `<figcaption>${caption}</figcaption>`
    return `<figure class="picture">${image}${below}</figure>`
  })
}

/** The chapter's title as text, and its HTML; frames if the playground `isBuilt`, else links to it alone. */
export function renderChapter(text, names, isBuilt) {
  const { marked, putBack } = takeOutFormulas(text)
  const linked = relink(markdown.render(marked), names)
  const html = putBack(hang(isBuilt ? embed(linked) : linked))
  return { title: /^# (.*)$/m.exec(text)[1], html }
}
