/**
 * Rows, bars and numbers for people, compared with text written by hand, and with their own text without
 * colour. No tolerance: a row is equal or not, and at most as wide as the terminal.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  bar, createDisplay, header, row, type RowContext, type Shown,
} from '../../../src/node/show/display.ts'
import {
  countdown, decimal, duration, grouped, plural, scientific, short, wrap,
} from '../../../src/node/show/format.ts'
import { colored, plain, type Sink, terminal } from '../../../src/node/show/terminal.ts'
import { shown, shownLines, shownPath } from '../../../src/node/show/text.ts'
import type { StepStatus } from '../../../src/trpo/certificate.ts'
import { record } from '../../support/iteration.ts'

const context: RowContext = { solved: false, stepsPerSecond: 18_234, secondsLeft: 73 }
/** The record of a step whose limit δ is `maxKl`. */
const limited = (shown: Shown, maxKl: number): Shown =>
  ({ ...shown, certificate: { ...shown.certificate, maxKl } })
const text = (record: Shown, columns: number = 80): string => row(record, context, columns, plain)
const STATUSES: readonly StepStatus[] = [
  'accepted', 'accepted-above-max-kl', 'unconditional', 'zero-gradient', 'non-positive-curvature',
  'not-finite', 'kl-exceeded', 'no-improvement',
]

test('a row is this row, under this header', () => {
  assert.is(`\n${header(80, plain)}\n${text(record({}))}\n`, `
 iter   steps  return          KL/δ back  CG  resid entropy    EV steps/s   ETA
    3    6144   -52.5 0.0092/0.0100    1  10   3e-4   0.672  0.83   18.2k  1:13
`)
})

test('a missing number is a dash, and NaN is never shown', () => {
  const nothing = { meanReturn: null, meanLength: null, explainedVariance: null }
  const empty = record({ ...nothing, status: 'zero-gradient' })
  assert.is(row(empty, { ...context, stepsPerSecond: null, secondsLeft: null }, 80, plain),
    '    3    6144       - zero-gradient    0   -      -   0.672     -       -     -')
  for (const status of STATUSES) {
    for (const x of [NaN, Infinity, -Infinity, -0, 1e300, -1e-300, 123456789.123]) {
      const wild = record({ status, meanReturn: x, explainedVariance: x, entropy: x, kl: x, cgResidual: x })
      const wildAround = { maxKl: Math.abs(x), solved: true, stepsPerSecond: x, secondsLeft: x }
      for (const line of [text(wild), row(wild, wildAround, 80, plain)]) {
        assert.not.match(line, /NaN|Infinity|undefined|null/)
      }
    }
  }
})

test('a status other than accepted is shown in words, and the columns stay where they are', () => {
  for (const status of STATUSES) {
    const line = text(record({ status }))
    assert.is(line.includes(status), status !== 'accepted', line)
    assert.is(line.length, 79, line)
    const end = status === 'accepted-above-max-kl' ? '  0.83   18.2k  1:13' : '   0.672  0.83   18.2k  1:13'
    assert.ok(line.endsWith(end), line)
  }
  assert.match(text(record({ status: 'unconditional' })), /0\.0092\/0\.0100 +unconditional/)
  assert.match(text(record({ fit: 'undone' })), / undone /)
})

test('the limit is that of the step, and a tiny one is shown by powers of ten', () => {
  assert.match(text(limited(record({ kl: 9.27e-6 }), 1e-5)), / 9\.3e-6\/1\.0e-5 /)
})

test('an explained variance below -1 is shown as that', () => {
  const ev = (explainedVariance: number): string => text(record({ explainedVariance })).slice(-20, -14)
  assert.equal([1, 0.5, -0.49, -1, -1.004, -4.73, -1e9].map(ev),
    ['  1.00', '  0.50', ' -0.49', ' -1.00', '  < -1', '  < -1', '  < -1'])
})

test('a narrow terminal shows the columns that fit', () => {
  for (let columns = 5; columns < 100; columns++) {
    for (const status of STATUSES) assert.ok(text(record({ status }), columns).length <= columns)
    assert.is(header(columns, plain).length, text(record({}), columns).length)
    // Room for ^C^C, which a terminal shows behind it.
    assert.ok(bar(0.5, '50 %  1:13 left', columns, plain).length + 4 < Math.max(columns, 6))
  }
  assert.is(text(record({}), Infinity).length, 79)
})

test('colour changes no character', () => {
  for (const status of STATUSES) {
    const painted = row(record({ status }), { ...context, solved: true }, 80, colored)
    assert.ok(painted.includes('\x1b['))
    assert.is(painted.replace(/\x1b\[\d+m/g, ''), text(record({ status })))
  }
  assert.is(bar(0.3, 'x', 80, colored).replace(/\x1b\[\d+m/g, ''), bar(0.3, 'x', 80, plain))
})

test('a bar is filled in proportion, within its ends', () => {
  const filled = (fraction: number): number => bar(fraction, 'x', 80, plain).split('━').length - 1
  const length = filled(1)
  assert.ok(length > 60)
  assert.is(filled(0), 0)
  assert.is(filled(0.5), Math.round(length / 2))
  assert.is(filled(7), length)
  assert.is(filled(-1), 0)
})

test('a terminal gets lines above a bar that is redrawn; any other stream gets only lines', () => {
  const draw = (sink: Omit<Sink, 'write'>, env: Record<string, string>): string => {
    let written = ''
    const display = createDisplay(terminal({ ...sink, write: (some) => { written += some } }, env))
    display.line('one')
    display.bar('==')
    display.line('two')
    display.bar('===')
    display.clear()
    display.clear()
    return written
  }
  assert.is(draw({ isTTY: true }, {}), 'one\n\r\x1b[2K==\r\x1b[2Ktwo\n\r\x1b[2K===\r\x1b[2K')
  assert.is(draw({}, {}), 'one\ntwo\n')
  assert.is(draw({ isTTY: true }, { TERM: 'dumb' }), 'one\ntwo\n')
})

test('colour needs a terminal, or FORCE_COLOR; NO_COLOR, --no-color and a dumb terminal have none', () => {
  const sink = { write: () => true }, tty = { ...sink, isTTY: true }
  const table: readonly (readonly [Sink, Record<string, string>, boolean, boolean])[] = [
    [tty, {}, true, true],
    [tty, { NO_COLOR: '' }, true, true],
    [tty, { NO_COLOR: '0' }, true, false],
    [tty, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [tty, { FORCE_COLOR: '0' }, true, false],
    [tty, { TERM: 'dumb' }, true, false],
    [tty, {}, false, false],
    [tty, { FORCE_COLOR: '1' }, false, false],
    [sink, {}, true, false],
    [sink, { FORCE_COLOR: '1' }, true, true],
  ]
  for (const [stream, env, allowed, expected] of table) {
    const { paint } = terminal(stream, env, allowed)
    assert.is(paint === colored, expected, JSON.stringify([stream, env, allowed]))
  }
})

test('a terminal that does not report its width has 80 characters', () => {
  const write = (): void => {}
  assert.is(terminal({ write, isTTY: true }, {}).columns(), 80)
  assert.is(terminal({ write, isTTY: true, columns: 0 }, {}).columns(), 80)
  assert.is(terminal({ write, isTTY: true, columns: 132 }, {}).columns(), 132)
  assert.is(terminal({ write }, {}).columns(), Infinity)
})

test('text is broken at spaces, or only at those that match; a long piece has a line of its own', () => {
  assert.equal(wrap('ab cd efg h', 5), ['ab cd', 'efg h'])
  assert.equal(wrap('ab cdefgh i', 5), ['ab', 'cdefgh', 'i'])
  assert.equal(wrap('a b, c d, e', 6, /(?<=,) /), ['a b,', 'c d, e'])
  assert.equal(wrap('ab cd', Infinity), ['ab cd'])
})

test('names and messages of strangers are harmless on a terminal, and names are short', () => {
  const table: readonly (readonly [string, string])[] = [
    ['CartPole', 'CartPole'], ["It's a world, ü €", "It's a world, ü €"], ['', '""'],
    ['a\x1b[31m', '"a\\u001b[31m"'], ['a\nb', '"a\\nb"'], ['\u009bm', '"\\u009bm"'],
    ['\u202eabc', '"\\u202eabc"'], ['x'.repeat(61), `"${'x'.repeat(40)}…"`],
  ]
  for (const [name, expected] of table) assert.is(shown(name), expected)
  assert.is(shownPath(`a/b c/${'d'.repeat(255)}`), `a/b c/${'d'.repeat(255)}`, 'a path is whole')
  assert.is(shownPath('a\x1b\n\x7f\u2066'), 'a\\u001b\\u000a\\u007f\\u2066')
  assert.is(shownLines('a\x1b[m\nb\u0090'), 'a\\u001b[m\nb\\u0090', 'line breaks stay')
})

test('numbers for people', () => {
  assert.equal([0, 999, 1000, 100352, 1234567].map(grouped), ['0', '999', '1,000', '100,352', '1,234,567'])
  assert.equal([1, 0, 2048].map((n) => plural(n, 'step')), ['1 step', '0 steps', '2,048 steps'])
  assert.equal([0, 999.4, 999.6, 18234, 999_949, 999_960, 5e6, NaN, null].map(short),
    ['0', '999', '1.0k', '18.2k', '999.9k', '1.0M', '5.0M', '-', '-'])
  assert.equal([0, 6.2, 60, 3599.5, 3723, null, NaN, -1, Infinity].map(countdown),
    ['0:00', '0:07', '1:00', '1:00:00', '1:02:03', '-', '-', '-', '-'])
  assert.equal([0, 6.24, 59.96, 125, 3599.6, 3720].map(duration),
    ['0.0 s', '6.2 s', '1 min 0 s', '2 min 5 s', '1 h 0 min', '1 h 2 min'])
  assert.equal([1.25, -0.001, 12345678, null, NaN].map((x) => decimal(x, 2, 8)),
    ['1.25', '0.00', '1.2e+7', '-', '-'])
  assert.equal([3.14e-4, null, NaN].map((x) => scientific(x, 1)), ['3.1e-4', '-', '-'])
})

test.run()
