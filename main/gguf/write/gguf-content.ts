import type { GgufValue } from '../header/gguf-value.ts';

/** A metadata entry; keys must be unique. */
export type GgufEntry = { key: string } & GgufValue;

/** A tensor with its bytes, laid out as ggml type `type` (an id) wants them; `ne` in ggml order. */
export interface TensorToWrite {
  name: string;
  ne: number[];
  type: number;
  data: Uint8Array;
}

/** What a GGUF file shall contain, in this order. */
export interface GgufContent {
  metadata: GgufEntry[];
  tensors: TensorToWrite[];
}

/** A tensor whose bytes are made while the file is written, so that memory stays flat. */
export interface TensorStream {
  name: string;
  ne: number[];
  type: number;
  /** The bytes in order; a chunk is used up before the next one is asked for. */
  chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What a GGUF file shall contain, tensor by tensor. */
export interface GgufStream {
  metadata: GgufEntry[];
  tensors: TensorStream[];
}
