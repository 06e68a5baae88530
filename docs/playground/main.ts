/**
 * One program for the page and for its worker, since most of the library is in both: where it runs decides.
 */
// First the worker: with the library's parts in this order the program is smaller by 0.7 kB after gzip.
import { startProgram } from './worker/main.ts'
import { startPage } from './page/main.ts'

if ('document' in globalThis) startPage()
else startProgram()
