import type { GgufValue } from './gguf-value.ts';
import type { GgufTensor } from './read-tensors.ts';

/** The header of a GGUF file, checked so that native code can load the file. */
export interface GgufFile {
  version: number;
  /** Multiple that every tensor offset in the data section has, in bytes. */
  alignment: number;
  metadata: Map<string, GgufValue>;
  tensors: GgufTensor[];
  dataOffsetBytes: number;
  fileSizeBytes: number;
}
