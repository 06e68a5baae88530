/**
 * One program for the page and for its worker, since most of the library is in both: where it runs decides.
 */
import { startPage } from './page/main.ts'
import { startProgram } from './worker/main.ts'

if ('document' in globalThis) startPage()
else startProgram()
