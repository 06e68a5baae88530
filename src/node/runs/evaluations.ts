/**
 * Evaluations between iterations, always of the same episodes, those of the closing evaluation: two policies
 * differ by what they do, not by their luck. A copy of the policy plays, so the training's memory does not
 * grow.
 * But: one that a signal interrupts is not recorded. It is made up for when the run is continued.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodePolicy, encodePolicy } from '../../io/policyFile.ts'
import { decodeSafetensors } from '../../io/safetensors.ts'
import { clonePolicy } from '../../rl/clone.ts'
import type { Policy } from '../../rl/policy.ts'
import { UsageError } from '../cli/failure.ts'
import type { Training } from '../cli/trainArguments.ts'
import { evaluateNoticing, type Surroundings } from '../evaluation.ts'
import { readWhole, writeWhole } from '../files.ts'
import { BEST, METRICS, POLICY } from './folder.ts'
import { type History, mendHistory } from './history.ts'
import { type EvaluationRecord, evaluationRecord } from './records.ts'

/** What an evaluation needs to know of its run. */
export interface Evaluated extends Surroundings {
  readonly training: Training
  readonly folder: string | null
}

interface At { readonly iteration: number; readonly steps: number }

/**
 * Evaluate the policy as it is, if this iteration is due. A better mean than `best`, and than null, makes it
 * the best one. Throws an EnvError of the environment.
 */
export async function evaluateIfDue(
  run: Evaluated, policy: Policy, at: At, best: number | null,
): Promise<EvaluationRecord | null> {
  const { environment, options: { seed }, given: { evalEvery, evalEpisodes } } = run.training
  if (evalEvery === 0 || at.iteration % evalEvery !== 0 || run.interrupt.signal !== null) return null
  const request = {
    policy: clonePolicy(policy), environment, episodes: evalEpisodes, seed, deterministic: true,
  }
  const result = await evaluateNoticing(request, run)
  run.display.clear()
  if (result.failure !== null) throw result.failure
  if (result.returns.length < evalEpisodes) return null
  const { mean } = evaluationRecord(at, result, { closing: false, best: false, seed })
  return evaluationRecord(at, result, { closing: false, best: best === null || mean > best, seed })
}

/** Write the policy as the best one. Returns why it could not be written, or null. */
export function keepBest(
  folder: string, policy: Policy, extra: Readonly<Record<string, string>>,
): string | null {
  try {
    writeWhole(join(folder, BEST), encodePolicy(policy, extra))
    return null
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

/** The highest mean of the periodic evaluations; null if there is none. */
export function bestOf({ rows }: History): number | null {
  const means = rows.flatMap(({ evaluation }) => evaluation === null ? [] : [evaluation.mean])
  return means.length === 0 ? null : means.reduce((a, b) => Math.max(a, b))
}

/**
 * The history of a run that is continued after iteration `at`, its file truncated to that; with the
 * evaluation that a signal interrupted, if its policy is still there.
 */
export async function mendedHistory(
  run: Evaluated, folder: string, at: At, extra: Readonly<Record<string, string>>,
): Promise<History> {
  const history = mendHistory(join(folder, METRICS), at.iteration)
  const last = history.rows.at(-1)
  if (last?.iteration.iteration !== at.iteration || last.evaluation !== null) return history
  const policy = policyOf(folder, at.iteration)
  const record = policy === null ? null : await evaluateIfDue(run, policy, at, bestOf(history))
  if (record === null) return history
  if (record.best) keepBest(folder, policy!, extra)
  appendFileSync(join(folder, METRICS), `${JSON.stringify(record)}\n`)
  return mendHistory(join(folder, METRICS), at.iteration)
}

/** The policy that was saved in the folder after that iteration, or null. */
function policyOf(folder: string, iteration: number): Policy | null {
  try {
    const bytes = readWhole(join(folder, POLICY))
    const stored = decodeSafetensors(bytes).metadata.get('extra.iteration')
    return stored === String(iteration) ? decodePolicy(bytes) : null
  } catch {
    return null
  }
}
