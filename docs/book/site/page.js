/** The frame of every page: contents at its side, or folded above it on a narrow screen; the way on below. */
import { escapeHtml } from './highlight.js'

const plain = (title) => escapeHtml(title.replace(/[*`]/g, ''))
const labelOf = ({ page, title }) => page === 'index.html' ? 'Contents' : plain(title)

function contents(chapters, current) {
  const items = chapters.map((each) => {
    const here = each === current ? ' aria-current="page"' : ''
    return `<li><a href="${each.page}"${here}>${labelOf(each)}</a></li>`
  })
  return `<ol>${items.join('')}</ol>`
}

export function pageWith(chapter, chapters, before, after) {
  const link = (to, rel, arrow) => to === undefined ? '<span></span>'
    : `<a rel="${rel}" href="${to.page}">${arrow(labelOf(to))}</a>`
  const list = contents(chapters, chapter)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="content-security-policy" content="script-src 'none'; connect-src 'none'">
<title>${plain(chapter.title)} · ${plain(chapters[0].title)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<nav class="side" aria-label="Contents">${list}</nav>
<details class="folded"><summary>Chapters</summary><nav aria-label="Contents, folded">${list}</nav></details>
<main>
${chapter.html}</main>
<nav class="way" aria-label="Previous and next">
${link(before, 'prev', (title) => `← ${title}`)}
${link(after, 'next', (title) => `${title} →`)}
</nav>
</body>
</html>
`
}
