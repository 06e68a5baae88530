/**
 * trpo/io: policies and value functions as files. Bytes in, bytes out; the caller stores them.
 */
export { decodePolicy, encodePolicy } from './policyFile.ts'
export { decodeValue, encodeValue } from './valueFile.ts'
export {
  decodeSafetensors, encodeSafetensors, type Metadata, type StoredTensor, type Tensors,
} from './safetensors.ts'
export { FileError } from './fileError.ts'
export type { Extra } from './contents.ts'
