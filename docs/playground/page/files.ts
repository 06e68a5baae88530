/** The policy as a file: saved as it is shown, or loaded from one and shown at work in this world. */
import { FileError } from '../../../src/io/fileError.ts'
import { decodePolicy } from '../../../src/io/policyFile.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import type { Session } from '../session.ts'
import { element, make, say } from './kit/dom.ts'

export interface Files {
  /** The policy that was loaded, in place of the session's; null if none is. */
  readonly loaded: Policy | null
  /** Back to the session's. */
  forget(): void
}

export function createFiles(session: () => Session, changed: () => void): Files {
  const input = element<HTMLInputElement>('file'), load = element('load'), note = element('loaded')
  const files = {
    loaded: null as Policy | null,
    forget() {
      files.loaded = null
      load.textContent = 'Load policy'
      say(note, '')
      changed()
    },
  }
  element('save').onclick = () => {
    const { record, opened, setting } = session(), bytes = record?.policy ?? opened?.policy
    if (bytes === undefined) return
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]))
    const name = `${setting.world}-${setting.seed}-${record?.iteration ?? 0}.policy`
    make('a', { href: url, download: name }).click()
    setTimeout(() => URL.revokeObjectURL(url), 1000)
  }
  load.onclick = () => {
    if (files.loaded === null) input.click()
    else files.forget()
  }
  input.onchange = async () => {
    const file = input.files?.[0]
    input.value = ''
    if (file === undefined) return
    try {
      const policy = decodePolicy(new Uint8Array(await file.arrayBuffer()))
      const problem = misfit(policy, session())
      if (problem !== null) return say(note, problem)
      files.loaded = policy
      load.textContent = 'Unload'
      say(note, `${file.name} acts in the world.`)
      changed()
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      say(note, error.message)
    }
  }
  return files
}

/** Why a policy cannot act in the session's world; null if it can. */
export function misfit(
  policy: Policy, { opened, setting }: Pick<Session, 'opened' | 'setting'>,
): string | null {
  if (opened === null) return 'The world is not open yet.'
  const shape = (space: object): string => JSON.stringify(space, (key, value: unknown) =>
    key === 'low' || key === 'high' ? (value as Float64Array).length : value)
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    if (shape(policy[name]) !== shape(opened[name])) {
      return `${name}: expected that of ${setting.world}, got ${shape(policy[name])}`
    }
  }
  return null
}
