/**
 * The keyboard: space runs and pauses, → is one update or forward, ← is back, “.” is one phase. Fields that
 * use these keys themselves keep them.
 */
export interface Keys {
  run(): void
  forward(): void
  back(): void
  phase(): void
  leave(): void
}

export function listen(keys: Keys): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const { tagName } = event.target as HTMLElement, type = (event.target as HTMLInputElement).type
    if (tagName === 'TEXTAREA' || tagName === 'SELECT' || (tagName === 'INPUT' && type !== 'checkbox')) return
    const presses = tagName === 'BUTTON' || tagName === 'SUMMARY' || tagName === 'A' || tagName === 'INPUT'
    const act = event.key === ' ' ? presses ? undefined : keys.run
      : event.key === 'ArrowRight' ? keys.forward
        : event.key === 'ArrowLeft' ? keys.back
          : event.key === '.' ? keys.phase : event.key === 'Escape' ? keys.leave : undefined
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}
