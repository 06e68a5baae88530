/**
 * What all panels share: a picture of the session, the sentence that says the same to those who do not see
 * it, and its numbers as a table.
 */
import type { Palette } from '../kit/colours.ts'
import type { Session } from '../../session.ts'

/** What a picture is drawn from. */
export interface View {
  readonly session: Session
  readonly palette: Palette
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

export interface Panel {
  /** Of its element, and of the address' `hide`. */
  readonly id: string
  draw(canvas: HTMLCanvasElement, view: View): void
  sentence(view: View): string
  table(view: View): Table
}
