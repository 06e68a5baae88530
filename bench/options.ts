/**
 * Writes docs/options.md from the options' rows.
 */
import { writeFileSync } from 'node:fs'
import { optionsPage } from '../test/support/optionsPage.ts'

writeFileSync('docs/options.md', optionsPage())
