/**
 * The sentence that says what just happened, or what the phase shown is, with its line of code; and the same
 * for those who listen: when the training rests, and now and then while it runs.
 */
import { phases } from '../phases.ts'
import type { Session } from '../session.ts'
import { element, make, say } from './kit/dom.ts'
import { accountOf, phaseText, returnOf, sentenceOf } from './panels/sentence.ts'

/** Milliseconds between two announcements while it runs. */
const QUIET = 8000

export function createAccount(): (session: Session, badLink: string) => void {
  const box = element('account'), said = element('said'), code = element('code'), live = element('live')
  const before = [...said.childNodes]
  let seen = '', spoken = -Infinity

  function speak(text: string, now: boolean): void {
    if (!now && performance.now() - spoken < QUIET) return
    spoken = performance.now()
    say(live, text)
  }

  return (session, badLink) => {
    const { record, phase, state, message, shown } = session
    const key = [record?.iteration, record?.hash, phase, state === 'refused', message, badLink].join()
    if (key === seen) return
    seen = key
    const inPhase = phase !== null && record !== null
    document.body.classList.toggle('dim', inPhase)
    for (const lit of document.querySelectorAll('.lit')) lit.classList.remove('lit')
    code.hidden = !inPhase
    if (badLink !== '') {
      box.className = 'account bad'
      said.replaceChildren(make('b', { textContent: 'This link is not valid. ' }), badLink)
      return speak(`This link is not valid. ${badLink}`, true)
    }
    if (state === 'refused' && shown < 0) {
      box.className = 'account bad'
      said.replaceChildren(make('b', { textContent: 'Refused. ' }), message)
      return speak(`Refused. ${message}`, true)
    }
    if (record === null) {
      box.className = 'account'
      said.replaceChildren(...before)
      return
    }
    if (inPhase) {
      const { name, file, code: source } = phases[phase], { text, panel } = phaseText(phase, record)
      box.className = 'account'
      said.replaceChildren(make('b', { textContent: `${phase + 1} of ${phases.length}, ${name}. ` }), text)
      code.replaceChildren(make('code', { textContent: source }), file)
      element(panel).classList.add('lit')
      return speak(`${name}. ${text}`, true)
    }
    const { verdict, tone, rest } = accountOf(record)
    box.className = `account ${tone}`
    said.replaceChildren(`Update ${record.iteration}, `, make('b', { textContent: verdict }),
      `: ${rest} ${returnOf(record)}`)
    speak(sentenceOf(record), state !== 'running')
  }
}
