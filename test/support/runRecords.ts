/** Records of a run, as metrics.jsonl has them: plausible values, except those that a test gives. */
import type { EvaluationRecord, IterationRecord } from '../../src/node/runs/records.ts'
import { record } from './iteration.ts'

/** Iteration `k` of 100 steps and two seconds each, with two episodes. */
export function iteration(k: number, more: Partial<IterationRecord> = {}): IterationRecord {
  const { phases: _phases, ...data } = record({ iteration: k })
  return {
    ...data, type: 'iteration', date: `2024-05-06T07:08:${String(k).padStart(2, '0')}.000Z`,
    steps: 100 * k, seconds: 2 * k, stepsPerSecond: 50, actionStd: null, meanReturnNow: 4,
    episodes: [{ return: 3, length: 10, env: 0 }, { return: 5, length: 30, env: 1 }], ...more,
  }
}

/** The evaluation after iteration `k`: episodes of returns 5 and 9. */
export function evaluation(k: number, more: Partial<EvaluationRecord> = {}): EvaluationRecord {
  return {
    type: 'evaluation', date: '2024-05-06T07:09:00.000Z', iteration: k, steps: 100 * k, closing: false,
    best: true, seed: 0, deterministic: true, episodes: 2, mean: 7, std: 2, min: 5, max: 9, meanLength: 70,
    stopped: 0, returns: [5, 9], lengths: [60, 80], ...more,
  }
}
