/**
 * Contrast of text as WCAG 2.2 defines it, computed within a page from the colours that the browser chose.
 * But: what is drawn on a canvas or a picture is not looked at.
 */

/** Text whose contrast with what is behind it is below 4.5, or 3 if it is large: [ratio, text] each. */
export const FAINT: string = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const luminance = (rgb) => rgb.slice(0, 3).map((x) => x / 255)
    .map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, k) => sum + x * [0.2126, 0.7152, 0.0722][k], 0)
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const rgba = channels(getComputedStyle(at).backgroundColor)
      if (rgba[3] !== 0) return rgba
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3)
      .map(({ data }) => data.trim()).join(' ').trim()
    const { color, fontSize, visibility } = getComputedStyle(element)
    const { width, height } = element.getBoundingClientRect()
    if (text === '' || width < 2 || height < 2 || visibility === 'hidden' || element.disabled) return []
    const [a, b] = [luminance(channels(color)), luminance(behind(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    return ratio < (parseFloat(fontSize) >= 24 ? 3 : 4.5) ? [[ratio.toFixed(2), text.slice(0, 40)]] : []
  })
})()`
