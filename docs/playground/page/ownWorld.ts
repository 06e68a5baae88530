/** A world of one's own: a program in a box of text, to begin with one that is small and soon learned. */
import { OWN, type Setting } from '../protocol.ts'
import { element, say } from './kit/dom.ts'
import type { Session } from '../session.ts'

export const EXAMPLE = `import { box, discrete } from 'trpo'
import { simulate } from 'trpo/envs'

// A ball on a beam: tilt it left, hold it level, or tilt it right.
// Try another reward, a weaker tilt, a start farther out.
export default function beam() {
  return simulate('Beam', {
    observationSpace: box([-2, -9], [2, 9]),   // place, speed
    actionSpace: discrete(3),
    stateSize: 2,
    start(state, random) {
      state[0] = random.uniform() - 0.5
      state[1] = random.uniform() - 0.5
    },
    observe(observation, state) {
      observation.set(state)
    },
    step(state, action) {
      state[1] += 0.1 * (action - 1)
      state[0] += 0.05 * state[1]
      return 1 - Math.abs(state[0])            // the reward
    },
    isTerminal(state) {
      return Math.abs(state[0]) > 1            // off the beam
    },
  }, { maxEpisodeSteps: 200 })
}
`

/** What suits small worlds. */
const OPTIONS: Setting['options'] = { batchSteps: 1024, totalSteps: 51_200, hiddenSizes: [32] }

export interface OwnWorld {
  refresh(session: Session): void
}

export function createOwnWorld(open: (setting: Setting) => void, setting: () => Setting): OwnWorld {
  const source = element<HTMLTextAreaElement>('source'), problems = element('problems')
  source.value = EXAMPLE
  element('learn').onclick = () => {
    const { world, options, seed } = setting()
    open({ world: OWN, seed, options: world === OWN ? options : OPTIONS, source: source.value })
    element('account').scrollIntoView({ block: 'center' })
  }
  // Tab indents; Escape gives the key back, so that the keyboard is not caught.
  let caught = true
  source.onfocus = () => { caught = true }
  source.onkeydown = (event) => {
    if (event.key === 'Escape') caught = false
    if (event.key !== 'Tab' || event.shiftKey || !caught) return
    event.preventDefault()
    source.setRangeText('  ', source.selectionStart, source.selectionEnd, 'end')
  }
  let seen: string | null = null
  return {
    refresh(session) {
      const { setting: { source: text }, state, opened } = session
      if (text !== null && text !== seen) source.value = seen = text
      if (text === null) return
      problems.classList.toggle('bad', state === 'refused')
      say(problems, state === 'refused' ? session.problems.join('\n')
        : opened === null ? 'It is being checked.'
          : ['Checked: it keeps the contract.', ...opened.remarks].join('\n'))
    },
  }
}
