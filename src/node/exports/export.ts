/**
 * `trpo export FILE`: a saved policy as a file for other software. What was written goes to stdout.
 */
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { encodeJson } from '../../io/export/json.ts'
import { foldNormalizer } from '../../io/export/fold.ts'
import { encodeOnnx } from '../../io/export/onnx.ts'
import { encodeScript } from '../../io/export/script.ts'
import type { Extra } from '../../io/contents.ts'
import { FileError } from '../../io/fileError.ts'
import { decodePolicy, encodePolicy } from '../../io/policyFile.ts'
import { decodeSafetensors } from '../../io/safetensors.ts'
import { encodeUtf8 } from '../../io/utf8.ts'
import type { Policy } from '../../rl/policy.ts'
import { type ExportArguments, type Format, FORMATS, parseExportArguments } from '../cli/exportArguments.ts'
import { UsageError } from '../cli/failure.ts'
import type { Host } from '../cli/host.ts'
import { inWordsOf } from '../cli/program.ts'
import { readWhole, writeWhole } from '../files.ts'
import { grouped } from '../show/format.ts'
import { shownPath } from '../show/text.ts'
import { exportHelp } from './help.ts'
import { extraOf } from './record.ts'

/** Returns the exit code. */
export function exportCommand(words: readonly string[], { program }: Host): number {
  const given = parseExportArguments(words)
  if (given.help) {
    process.stdout.write(inWordsOf(program, exportHelp))
    return 0
  }
  const { file, format, problems } = given
  if (file === undefined || format === undefined || problems.length > 0) {
    throw new UsageError(problems.join('\n'))
  }
  const { policy, extra } = read(file)
  const { bytes, what } = written(file, policy, extra, format, given)
  const out = given.out ?? besideOf(file, format)
  // A policy that is replaced by an export of itself is lost.
  if (isThere(out) && realpathSync.native(out) === realpathSync.native(file)) {
    throw new UsageError(`--out: expected another file than ${shownPath(file)}, got the same`)
  }
  writeWhole(out, bytes)
  process.stdout.write(`${shownPath(out)}: ${what}, ${grouped(bytes.length)} bytes\n`)
  return 0
}

function read(file: string): { readonly policy: Policy; readonly extra: Extra } {
  const bytes = readWhole(file)
  try {
    return { policy: decodePolicy(bytes), extra: extraOf(decodeSafetensors(bytes).metadata) }
  } catch (error) {
    throw error instanceof FileError ? new UsageError(`${shownPath(file)}: ${error.message}`) : error
  }
}

/** The file's bytes, and what they are in words. */
function written(
  file: string, policy: Policy, extra: Extra, format: Format, { float32, mask, dropClip }: ExportArguments,
): { readonly bytes: Uint8Array; readonly what: string } {
  try {
    switch (format) {
      case 'onnx': {
        const what = `ONNX, ${float32 ? 'float32' : 'float64'}`
        return { bytes: encodeOnnx(policy, { float32, mask }, extra), what }
      }
      case 'js': return { bytes: encodeUtf8(encodeScript(policy, extra)), what: 'a module without imports' }
      case 'json': return { bytes: encodeUtf8(encodeJson(policy, extra)), what: 'JSON' }
      default: {
        const { normalizer } = policy
        const limit = normalizer !== null && normalizer.statistics.count > 0 ? normalizer.clip : Infinity
        const left = limit < Infinity ? `, without its limit of ${limit}` : ''
        const what = normalizer === null ? 'there was no normaliser' : `normaliser folded${left}`
        const note: Extra = normalizer === null ? {} : { normalizer: `folded into policy.layers.0${left}` }
        return { bytes: encodePolicy(foldNormalizer(policy, { dropClip }), { ...extra, ...note }), what }
      }
    }
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'RangeError') throw error
    throw new UsageError(`${shownPath(file)}: ${message
      .replace('options.dropClip', '--drop-clip').replace('options.mask', '--mask')}`)
  }
}

/** A name beside the policy's file. Throws a UsageError if it is taken: it may be a source of the user's. */
function besideOf(file: string, format: Format): string {
  const ending = format === 'safetensors' ? '.folded.safetensors' : FORMATS[format][0]
  const path = join(dirname(file), basename(file).replace(/\.safetensors$/i, '') + ending)
  if (!isThere(path)) return path
  throw new UsageError(`${shownPath(path)}: expected no file of this name, got one; --out FILE replaces it`)
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
