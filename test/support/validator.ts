/**
 * The types of operands followed through every function: each instruction finds what it takes, blocks are
 * balanced and leave nothing behind. WebAssembly core specification 2.0, chapter 3; the appendix's algorithm.
 * But: only what disassembler.ts reads; no block but a function's own has parameters or results.
 */
import { byName, type FunctionBody, type Module, type ValueType } from './disassembler.ts'

interface Frame { readonly kind: string; readonly height: number; dead: boolean }

/** Throws an Error that names the instruction if types do not fit. */
export function validate({ functions, memories }: Module): void {
  functions.forEach((f, i) => followBody(f, memories.length > 0, i))
}

function followBody(body: FunctionBody, memory: boolean, index: number): void {
  const { parameters, results, locals, instructions } = body
  const variables = [...parameters, ...locals]
  const stack: ValueType[] = []
  const frames: Frame[] = [{ kind: 'function', height: 0, dead: false }]
  let here = ''
  const fail = (what: string): never => { throw new Error(`function ${index}, ${here}: ${what}`) }
  const top = (): Frame => frames.at(-1) ?? fail('after the end')
  /** In dead code, behind a jump, operands of any type come from nowhere. */
  const pop = (wanted?: ValueType): ValueType | undefined => {
    if (stack.length === top().height) {
      return top().dead ? wanted : fail(`no operand, expected ${wanted ?? 'any'}`)
    }
    const found = stack.pop()!
    return wanted === undefined || found === wanted ? found : fail(`operand ${found}, expected ${wanted}`)
  }
  const die = (): void => {
    stack.length = top().height
    top().dead = true
  }
  /** What a jump to the frame `depth` levels out must bring: only the function's own has results here. */
  const label = (depth: number): readonly ValueType[] =>
    depth >= frames.length ? fail(`jump out of ${depth} of ${frames.length} blocks`)
      : depth === frames.length - 1 ? results : []
  const popAll = (types: readonly ValueType[]): void => [...types].reverse().forEach((type) => pop(type))
  const close = (): Frame => {
    popAll(frames.length === 1 ? results : [])
    if (stack.length !== top().height) fail(`${stack.length - top().height} values are left in the block`)
    return frames.pop()!
  }

  for (const { at, name, immediates } of instructions) {
    here = `byte ${at}, ${name}`
    if (frames.length === 0) fail('code after the end')
    const variable = (): ValueType =>
      variables[immediates[0]] ?? fail(`local ${immediates[0]} of ${variables.length}`)
    switch (name) {
      case 'unreachable': die(); break
      case 'nop': break
      case 'block': case 'loop': case 'if':
        if (name === 'if') pop('i32')
        frames.push({ kind: name, height: stack.length, dead: false })
        break
      case 'else':
        if (close().kind !== 'if') fail('no if before it')
        frames.push({ kind: 'else', height: stack.length, dead: false })
        break
      case 'end': close(); break
      case 'br': popAll(label(immediates[0])); die(); break
      case 'br_if': {
        pop('i32')
        const types = label(immediates[0])
        popAll(types)
        stack.push(...types)
        break
      }
      case 'return': popAll(results); die(); break
      case 'drop': pop(); break
      case 'local.get': stack.push(variable()); break
      case 'local.set': pop(variable()); break
      case 'local.tee': pop(variable()); stack.push(variable()); break
      default: {
        const opcode = byName.get(name)!
        if (opcode.immediate.startsWith('memory') && !memory) fail('there is no memory')
        popAll(opcode.operands)
        stack.push(...opcode.results)
      }
    }
  }
  here = 'its end'
  if (frames.length > 0) fail(`${frames.length} blocks are open`)
}
