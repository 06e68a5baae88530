/**
 * `node quickjs.js VARIANT SCRIPT` runs a script in QuickJS, an interpreter that here is itself compiled to
 * WebAssembly and offers none to scripts.
 */
import { readFileSync } from 'node:fs'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'

const [variant, script] = process.argv.slice(2)
const quickjs = await newQuickJSWASMModuleFromVariant((await import(variant)).default)
const context = quickjs.newContext()
context.newFunction('print', (line) => console.log(context.getString(line)))
  .consume((print) => context.setProp(context.global, 'print', print))
context.unwrapResult(context.evalCode(readFileSync(script, 'utf8'), script)).dispose()
