/**
 * The oracle's own arithmetic against known digits, exact fractions, identities, and itself at a higher
 * precision. Tolerance: some roundings of 2^-224, which is 4e-68, and 60 digits where digits are known.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { type Big, bigArithmetic, decimal, roundings, ZERO } from './bigFloat.ts'

const of = bigArithmetic(224), finer = bigArithmetic(700)
const one = of.constant(1)

/** A double of either sign with the exponent 10^±range. */
function wide(random: Random, range: number): number {
  const sign = random.uniform() < 0.5 ? -1 : 1
  return sign * (1 + random.uniform()) * 10 ** (range * (2 * random.uniform() - 1))
}

test('e, ln 2, ln 10, e^−40, tanh ½ and others are right to 64 digits', () => {
  const at = (f: (a: Big) => Big, x: number): Big => f(of.constant(x))
  // By Python's decimal module at 110 digits; 0.1, 0.001 and 1e300 are the doubles.
  const cases: readonly (readonly [Big, string])[] = [
    [at(of.exp, 1), '2.718281828459045235360287471352662497757247093699959574966967627724077'],
    [at(of.log, 2), '6.931471805599453094172321214581765680755001343602552541206800094933936e-1'],
    [at(of.log, 10), '2.302585092994045684017991454684364207601101488628772976033327900967573'],
    [at(of.exp, -40), '4.248354255291588995329234782858658017879565554166446288050818918926033e-18'],
    [at(of.exp, 700.5), '1.672185962067498557241036079302120311144942261371304135249641594776349e304'],
    [at(of.exp, 0.1), '1.105170918075647630946638823458779657741663416374219620841483461310709'],
    [at(of.log, 0.1), '-2.302585092994045628506840223426538727163473593876382776835200002071350'],
    [at(of.log, 1e300), '6.907755278982137052579021966605136811506599904414932315503943764831713e2'],
    [at(of.tanh, 0.5), '4.621171572600097585023184836436725487302892803301130385527318158380809e-1'],
    [at(of.tanh, 0.001), '9.999996666668000207626926629550768958705630884781787743618564578691150e-4'],
    [at(of.expm1, 2 ** -30), '9.313225750491593847538340347920469844993447701933340209396785855309109e-10'],
    [at(of.log1p, 2 ** -30), '9.313225741817976469000627485243784799077905107616073198187759902691031e-10'],
  ]
  for (const [computed, digits] of cases) {
    // 400 roundings are 2e-65; the last of 69 digits are rounded, too.
    assert.ok(roundings(computed, decimal(digits)) < 400, digits)
  }
})

test('doubles are exact, also the smallest, the largest and negative ones', () => {
  const random = new Random(1)
  const special = [0, 1, -1, 5e-324, -5e-324, Number.MAX_VALUE, 2 ** -1022, 0.1, 2 ** 53 + 2]
  for (const x of [...special, ...Array.from({ length: 200 }, () => wide(random, 300))]) {
    assert.is(of.value(of.constant(x)), x)
    assert.is(of.compare(of.constant(x), ZERO), Math.sign(x))
  }
})

test('sums, products and quotients are those of exact fractions, and differences cancel exactly', () => {
  const random = new Random(2)
  for (let k = 0; k < 500; k++) {
    const range = [1, 20, 300][k % 3]
    const [a, b, c] = Array.from({ length: 3 }, () => of.constant(wide(random, range)))
    // Two doubles side by side, exactly: both are below 2^1024 and multiples of 2^-1074.
    const units = (x: Big): bigint => x.mantissa << BigInt(x.exponent + 1074)
    const exact = (x: bigint, exponent: number): Big => ({ mantissa: x, exponent })
    assert.ok(roundings(of.multiply(a, b), exact(units(a) * units(b), -2148)) < 4)
    assert.ok(roundings(of.divide(a, b),
      exact((units(a) << 3000n) / units(b), -3000)) < 4)
    const total = units(a) + units(b)
    if (total !== 0n) assert.ok(roundings(of.add(a, b), exact(total, -1074)) < 4)
    assert.is(of.compare(a, b), units(a) < units(b) ? -1 : units(a) > units(b) ? 1 : 0)
    const product = of.multiply(a, b)
    assert.is(of.subtract(of.add(product, of.negate(product)), ZERO).mantissa, 0n)
    assert.ok(roundings(of.sum([a, b, of.negate(a), c]), of.add(b, c)) < 2 ** 224 * 1e-60
      || range > 20 || of.add(b, c).mantissa === 0n)
  }
  const tiny = of.add(one, of.constant(2 ** -200))
  assert.is(of.value(of.subtract(tiny, one)), 2 ** -200)
})

test('exp, log, tanh, expm1 and log1p are those at 700 bits, from 1e-300 to 1e300', () => {
  const random = new Random(3)
  for (let k = 0; k < 400; k++) {
    const x = of.constant(wide(random, [1, 3, 12, 300][k % 4])), size = Math.abs(of.value(x))
    const positive = of.constant(Math.abs(of.value(x)))
    if (size < 1e12) {
      assert.ok(roundings(of.exp(x), finer.exp(x)) < 8, `exp ${of.value(x)}`)
      assert.ok(roundings(of.expm1(x), finer.expm1(x)) < 1e4, `expm1 ${of.value(x)}`)
    }
    assert.ok(roundings(of.tanh(x), finer.tanh(x)) < 1e4, `tanh ${of.value(x)}`)
    assert.ok(roundings(of.log1p(positive), finer.log1p(positive)) < 1e7, `log1p ${of.value(x)}`)
    // Near 1 the logarithm is small, its error is not.
    const log = finer.log(positive), larger = Math.max(1, 1 / Math.abs(finer.value(log)))
    assert.ok(roundings(of.log(positive), log) < 16 * larger, `log ${of.value(x)}`)
  }
})

test('e^(a + b) = eᵃ eᵇ, log eᵃ = a, tanh a = (eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ), e^log(1 + a) = 1 + a', () => {
  const random = new Random(4)
  for (let k = 0; k < 200; k++) {
    const a = of.constant(wide(random, 1.5)), b = of.constant(wide(random, 1.5))
    // Results of up to 100 nats: an exponent is off by 100 roundings.
    assert.ok(roundings(of.exp(of.add(a, b)), of.multiply(of.exp(a), of.exp(b))) < 400)
    assert.ok(roundings(of.log(of.exp(a)), a) < 400)
    const up = finer.exp(a), down = finer.exp(of.negate(a))
    assert.ok(roundings(of.tanh(a), finer.divide(finer.subtract(up, down), finer.add(up, down))) < 1e4)
    const positive = a.mantissa < 0n ? of.negate(a) : a
    assert.ok(roundings(of.exp(of.log1p(positive)), of.add(one, positive)) < 400)
  }
})

test('exp of what is too large for an exponent is that of 2^40, of what is too small 0', () => {
  assert.equal(of.exp(of.constant(1e150)), of.exp(of.constant(2 ** 40)))
  assert.equal(of.exp(of.constant(-1e150)), ZERO)
  assert.is(of.value(of.tanh(of.constant(1e150))), 1)
  assert.is(of.value(of.tanh(of.constant(-1e150))), -1)
})

test.run()
