/** Writes src/io/export/playerText.ts, what acts in a standalone script, from player.ts. */
import { writeFileSync } from 'node:fs'
import { playerModule } from '../../test/support/playerText.ts'
import { readFlags } from '../harness/flags.ts'

/** A smoke run makes the text, and leaves the file as it is. */
export function player(words: readonly string[]): number {
  const { smoke } = readFlags(words)
  const text = playerModule()
  if (!smoke) writeFileSync('src/io/export/playerText.ts', text)
  return 0
}
