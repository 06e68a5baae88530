/**
 * prefetch(x, bytes): bring what lies at address x, `bytes` long, into the caches, by reading a number of each 64 bytes and
 * dropping it. A last part of less than 512 bytes is not looked at. Nothing is written, and no result depends on it.
 * The copy of A into panels (`multiply`) needs it: it reads four rows at once, and then nothing for the time of a band,
 * which processors do not foresee. *Measured* (V8, Zen 4): Fisher products that stream 13 MB take 3 to 5 % less.
 */
import { FunctionBuilder, i32, v128, whilst } from './assembler.ts'

const LINE = 64
const LINES_A_TURN = 8

export function prefetch(): FunctionBuilder {
  const f = new FunctionBuilder('prefetch')
  const x = f.parameter(), bytes = f.parameter()
  const end = f.local('i32'), dropped = f.local('v128')
  const turn = LINE * LINES_A_TURN
  f.body = [
    end.set(i32.add(x.get, i32.and(bytes.get, i32.const(-turn)))),
    whilst(i32.lt_u(x.get, end.get), [
      Array.from({ length: LINES_A_TURN }, (_, line) => dropped.set(v128.load64_zero(x.get, LINE * line))),
      x.advance(i32.const(turn)),
    ]),
  ]
  return f
}
