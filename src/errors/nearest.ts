/**
 * The edit distance of two words, and the nearest of some words: for errors that suggest what was meant.
 * Levenshtein 1966: insertions, deletions and substitutions cost 1 each.
 */

/** The smallest number of edits that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}

/** A longer word is not compared: it may be a whole file, and the time is the product of the lengths. */
const MAX_LENGTH = 64

/** The word nearest to `word`, ignoring case; the first of equally near ones, '' if `words` is empty. */
export function nearest(word: string, words: readonly string[]): string {
  let best = '', min = Infinity
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < min) {
      min = distance
      best = candidate
    }
  }
  return best
}

/**
 * The nearest word if it is at most two edits away, or a third of the letters of `word`; else ''. Also '' for
 * a word of more than 64 letters.
 */
export function likely(word: string, words: readonly string[]): string {
  if (word.length > MAX_LENGTH) return ''
  const best = nearest(word, words)
  return editDistance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, word.length / 3) ? best : ''
}

/** The end of an error that suggests `word`; '' for ''. */
export function perhaps(word: string): string {
  return word === '' ? '' : `, perhaps ${word}`
}
