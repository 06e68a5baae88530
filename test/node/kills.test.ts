/**
 * Trainings whose process is killed without warning and resumed, against the same training in one life.
 * No tolerance: the bytes of the last snapshot. `npm run endure -- kills` kills hundreds.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { killTrainings, ways } from '../support/killedTrainings.ts'

for (const name of ['script', 'command'] as const) {
  test(`killed and resumed again and again, a training has the bits of one life: ${name}`, async () => {
    const { kills, different } = await killTrainings(ways[name](), 5, 40, 1)
    assert.equal(different, [])
    assert.ok(kills >= 5)
  })
}

test.run()
