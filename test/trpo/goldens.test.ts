/**
 * Policy updates against those of PyTorch by double backprop: test/fixtures/policy.
 * Tolerances: those of goldenPolicy.ts, relative to the largest entry.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkPolicyGolden } from '../support/goldenPolicy.ts'
import { failures } from '../support/worst.ts'

const files = readdirSync('test/fixtures/policy')

test('there are sixteen policy cases', () => { assert.is(files.length, 16) })

for (const file of files) {
  test(`${file}: forward, gradients, Fisher products, CG and line searches agree with PyTorch`, () => {
    const report = checkPolicyGolden(JSON.parse(readFileSync(`test/fixtures/policy/${file}`, 'utf8')))
    assert.equal(failures(report), [])
  })
}

test.run()
