/**
 * Firefox by WebDriver BiDi over a WebSocket. https://www.w3.org/TR/webdriver-bidi. What people prefer it
 * takes from its own preferences, which are set in the browser's scope as they are asked for.
 */
import type { Browser } from './browser.ts'
import { createCalls, type Message, within } from './calls.ts'
import { startChild } from './child.ts'
import { keyOf, SHIFT } from './keys.ts'
import { bytesOf } from './png.ts'
import { firefox } from './profiles.ts'
import { openSocket } from './socket.ts'

export async function startFirefox(program: string): Promise<Browser> {
  const child = startChild(program, firefox, ['--remote-debugging-port=0', '--remote-allow-system-access'])
  let lines: string[] = [], requests: string[] = []
  try {
    const port = await within(60, 'port of Firefox', Promise.race([
      announced(child.stdio[2]), child.ended.then(() => { throw new Error('the browser has ended') }),
    ]))
    const socket = await openSocket(port, '/session', (text) => calls.take(text))
    const calls = createCalls(socket.send, ({ method, params }) => {
      if (method === 'log.entryAdded') lines.push(lineOf(params!))
      if (method === 'network.beforeRequestSent') requests.push(params!.request.url)
    }, Promise.race([child.ended, socket.closed]))
    const { capabilities } = await calls.call('session.new', { capabilities: {} })
    await calls.call('session.subscribe', { events: ['log.entryAdded', 'network.beforeRequestSent'] })
    const [{ context }] = (await calls.call('browsingContext.getTree')).contexts
    const [chrome] = (await calls.call('browsingContext.getTree', { 'moz:scope': 'chrome' })).contexts
    const evaluate = async (expression: string, context: string): Promise<any> => {
      const { result, exceptionDetails: error } = await calls.call('script.evaluate', {
        expression: `(async () => JSON.stringify(await (${expression})))()`, target: { context },
        awaitPromise: true, userActivation: true,
      })
      if (error !== undefined) throw new Error(error.text)
      return result.value === undefined ? undefined : JSON.parse(result.value)
    }
    const go = (url: string): Promise<unknown> =>
      calls.call('browsingContext.navigate', { context, url, wait: 'complete' })
    return {
      name: 'firefox',
      version: capabilities.browserVersion,
      open: async (url, { width = 1280, height = 800, dark = false, reducedMotion = false } = {}) => {
        await go('about:blank')
        const prefer = (name: string, value: boolean): Promise<unknown> =>
          evaluate(`Services.prefs.setIntPref('ui.${name}', ${Number(value)})`, chrome.context)
        await prefer('systemUsesDarkTheme', dark)
        await prefer('prefersReducedMotion', reducedMotion)
        await calls.call('browsingContext.setViewport', {
          context, viewport: { width, height }, devicePixelRatio: 1,
        })
        lines = []
        requests = []
        await go(url)
        // Otherwise the address bar has the focus, and a page without it presses no button by key.
        await evaluate('gBrowser.selectedBrowser.focus()', chrome.context)
      },
      evaluate: (expression) => evaluate(expression, context),
      key: async (name) => {
        const { character, shift } = keyOf(name)
        const down = (value: string): object => ({ type: 'keyDown', value })
        const up = (value: string): object => ({ type: 'keyUp', value })
        const press = [down(character), up(character)]
        const actions = shift ? [down(SHIFT), ...press, up(SHIFT)] : press
        await calls.call('input.performActions', { context, actions: [{ type: 'key', id: 'keys', actions }] })
      },
      screenshot: async () =>
        bytesOf((await calls.call('browsingContext.captureScreenshot', { context })).data),
      close: child.stop,
      get lines() { return lines },
      get requests() { return requests },
    }
  } catch (error) {
    await child.stop()
    throw new Error(`${program}: ${error}\n${child.errors()}`)
  }
}

/** The port, which Firefox chooses and prints. */
function announced(errors: { on(event: 'data', listener: (text: string) => void): void }): Promise<number> {
  let text = ''
  return new Promise((done) => errors.on('data', (part) => {
    text += part
    const found = /WebDriver BiDi listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)
    if (found !== null) done(Number(found[1]))
  }))
}

const lineOf = ({ level, text, method = '' }: NonNullable<Message['params']>): string =>
  `${method || level}: ${text}`
