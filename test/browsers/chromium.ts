/**
 * Chromium by the Chrome DevTools Protocol over a pipe: JSON with a zero byte behind it, on the descriptors 3
 * and 4. https://chromedevtools.github.io/devtools-protocol. Workers are followed as they start.
 */
import type { Browser } from './browser.ts'
import { createCalls, type Message } from './calls.ts'
import { startChild } from './child.ts'
import { keyOf } from './keys.ts'
import { chromium } from './profiles.ts'
import { bytesOf } from './png.ts'

export async function startChromium(program: string): Promise<Browser> {
  const child = startChild(program, chromium, ['--remote-debugging-pipe'])
  const { 3: output, 4: input } = child.stdio
  let lines: string[] = [], requests: string[] = []
  const watch = (session: string | undefined): Promise<unknown> => Promise.all([
    ...['Runtime.enable', 'Log.enable', 'Network.enable'].map((method) => on(session)(method)),
    on(session)('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
  ])
  const calls = createCalls((text) => output.write(`${text}\0`), (event) => {
    const line = lineOf(event)
    if (line !== null) lines.push(line)
    if (event.method === 'Network.requestWillBeSent') requests.push(event.params!.request.url)
    if (event.method === 'Target.attachedToTarget' && event.sessionId !== undefined) {
      // A worker, which waits. It may end before all is answered.
      const worker = event.params!.sessionId
      watch(worker).catch(() => {})
      on(worker)('Runtime.runIfWaitingForDebugger').catch(() => {})
    }
  }, child.ended)
  const on = (sessionId?: string) => (method: string, params: object = {}): Promise<any> =>
    calls.call(method, params, { sessionId })
  let parts = ''
  input.setEncoding('utf8')
  input.on('data', (text) => {
    const messages = `${parts}${text}`.split('\0')
    parts = messages.pop()!
    messages.forEach(calls.take)
  })
  try {
    const { product } = await calls.call('Browser.getVersion')
    const { targetId } = await calls.call('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await calls.call('Target.attachToTarget', { targetId, flatten: true })
    const page = on(sessionId)
    await page('Page.enable')
    await watch(sessionId)
    const go = async (url: string): Promise<void> => {
      const loaded = calls.next(({ method }) => method === 'Page.loadEventFired', `load of ${url}`)
      loaded.catch(() => {})
      const { errorText } = await page('Page.navigate', { url })
      if (errorText !== undefined) throw new Error(`${url}: ${errorText}`)
      await loaded
    }
    return {
      name: 'chromium',
      version: product.split('/')[1],
      open: async (url, { width = 1280, height = 800, dark = false, reducedMotion = false } = {}) => {
        await go('about:blank')
        const features = [
          { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
          { name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference' },
        ]
        await page('Emulation.setEmulatedMedia', { features })
        await page('Emulation.setDeviceMetricsOverride', {
          width, height, deviceScaleFactor: 1, mobile: false,
        })
        lines = []
        requests = []
        await go(url)
      },
      evaluate: async (expression) => {
        const { result, exceptionDetails: error } = await page('Runtime.evaluate', {
          expression, returnByValue: true, awaitPromise: true, userGesture: true,
        })
        if (error !== undefined) throw new Error(error.exception?.description ?? error.text)
        return result.value
      },
      key: async (name) => {
        const { key, code, virtual, text, shift } = keyOf(name)
        const event = { key, code, windowsVirtualKeyCode: virtual, modifiers: shift ? 8 : 0 }
        await page('Input.dispatchKeyEvent', { type: text === '' ? 'rawKeyDown' : 'keyDown', text, ...event })
        await page('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
      },
      screenshot: async () => bytesOf((await page('Page.captureScreenshot', { format: 'png' })).data),
      close: child.stop,
      get lines() { return lines },
      get requests() { return requests },
    }
  } catch (error) {
    await child.stop()
    throw new Error(`${program}: ${error}\n${child.errors()}`)
  }
}

/** What an event adds to the page's lines; null if nothing. */
function lineOf({ method, params }: Message): string | null {
  if (method === 'Runtime.exceptionThrown') {
    const { exception, text } = params!.exceptionDetails
    return exception?.description ?? text
  }
  if (method === 'Log.entryAdded') return `${params!.entry.level}: ${params!.entry.text}`
  if (method !== 'Runtime.consoleAPICalled') return null
  const words: { value?: unknown; description?: string }[] = params!.args
  return `${params!.type}: ${words.map(({ value, description }) => value ?? description).join(' ')}`
}
